"""What exists on this Discord: servers, channels, people, messages. No network."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from tests.servers.discord import payloads
from tests.servers.discord.payloads import Payload


class Snowflakes:
    """Ids that grow with the clock, as Discord's do."""

    def __init__(self) -> None:
        self._last = 0
        self.offset_ms = 0

    def next(self) -> int:
        now = int(time.time() * 1000) + self.offset_ms - payloads.EPOCH
        self._last = max(self._last + 1, now << 22)
        return self._last


@dataclass
class Interaction:
    """Something a user did, and what the bot answered to it."""

    id: int
    token: str
    data: Payload
    message: Payload | None = None
    callback: Payload | None = None
    called_back_after: float | None = None
    original: Payload | None = None
    followups: list[Payload] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @property
    def said(self) -> list[Payload]:
        """What the user got to see, in order."""
        return [*([self.original] if self.original else []), *self.followups]


class World:
    """All that is kept. Ids are ints here and strings in payloads, as with Discord."""

    def __init__(self) -> None:
        self.ids = Snowflakes()
        self.bot = payloads.me(self.ids.next(), "Firstline")
        self.app_flags = payloads.MESSAGE_CONTENT_FLAG
        self.users: dict[int, Payload] = {int(self.bot["id"]): self.bot}
        self.guilds: dict[int, Payload] = {}
        self.channels: dict[int, Payload] = {}
        self.messages: dict[int, list[Payload]] = {}
        self.joined: dict[int, set[int]] = {}
        self.files: dict[int, bytes] = {}
        self.commands: list[Payload] = []
        self.interactions: dict[str, Interaction] = {}
        self.nonces: dict[tuple[int, str], Payload] = {}
        self.typed: list[int] = []
        self._counter = itertools.count(1)

    @property
    def bot_id(self) -> int:
        return int(self.bot["id"])

    def user(self, name: str, bot: bool = False) -> Payload:
        made = payloads.user(self.ids.next(), name, bot)
        self.users[int(made["id"])] = made
        return made

    def guild(self, name: str, shard: int = 0, shards: int = 1) -> Payload:
        """A server with the bot in it, on the shard that is asked for."""
        guild_id = self.ids.next()
        while (guild_id >> 22) % shards != shard:
            guild_id += 1 << 22
        roles = [
            payloads.role(guild_id, "@everyone", payloads.ALL_PERMISSIONS),
            payloads.role(self.ids.next(), "Firstline", payloads.ALL_PERMISSIONS, self.bot_id),
        ]
        self.guilds[guild_id] = payloads.guild(guild_id, name, roles)
        return self.guilds[guild_id]

    def channel(
        self, guild: Payload, name: str, kind: int = payloads.TEXT, tags: tuple[str, ...] = ()
    ) -> Payload:
        made = payloads.channel(self.ids.next(), int(guild["id"]), name, kind, list(tags))
        return self._add(made)

    def direct(self, user: Payload) -> Payload:
        """The direct-message channel with a user; there is only one."""
        for each in self.channels.values():
            if each["type"] == payloads.DIRECT and each["recipients"][0]["id"] == user["id"]:
                return each
        return self._add(payloads.direct(self.ids.next(), user))

    def thread(
        self, parent: Payload, name: str, owner: int, *, thread_id: int = 0, private: bool = False
    ) -> Payload:
        kind = payloads.PRIVATE_THREAD if private else payloads.PUBLIC_THREAD
        made = payloads.thread(thread_id or self.ids.next(), parent, name, owner, kind)
        self.joined[int(made["id"])] = {owner}
        return self._add(made)

    def _add(self, channel: Payload) -> Payload:
        self.channels[int(channel["id"])] = channel
        self.messages[int(channel["id"])] = []
        return channel

    def message(self, channel: Payload, author: Payload, content: str, **more: Any) -> Payload:
        """A new message, in its place and known to its channel."""
        made = payloads.message(
            more.pop("message_id", 0) or self.ids.next(), channel["id"], author, content
        )
        made["mentions"] = [
            self.users[int(found)]
            for found in payloads.MENTION.findall(content)
            if int(found) in self.users
        ]
        made.update(more)
        self.messages[int(channel["id"])].append(made)
        channel["last_message_id"] = made["id"]
        if channel["type"] in (payloads.PUBLIC_THREAD, payloads.PRIVATE_THREAD):
            self.joined[int(channel["id"])].add(int(author["id"]))
            channel["message_count"] += 1
            channel["total_message_sent"] += 1
        return made

    def find(self, channel_id: int, message_id: int) -> Payload | None:
        found = (m for m in self.messages.get(channel_id, ()) if int(m["id"]) == message_id)
        return next(found, None)

    def history(
        self, channel_id: int, limit: int, after: int | None, before: int | None
    ) -> list[Payload]:
        """Newest first; with `after` the ones next to it, as Discord gives them."""
        found = [
            m
            for m in self.messages[channel_id]
            if int(m["id"]) > (after or 0) and (before is None or int(m["id"]) < before)
        ]
        found.sort(key=lambda m: int(m["id"]))
        page = found[:limit] if after is not None else found[-limit:]
        return page[::-1]

    def seen(self, channel: Payload) -> Payload:
        """A thread as the bot sees it: with itself as a member where it is one."""
        thread_id = int(channel["id"])
        if self.bot_id in self.joined.get(thread_id, ()):
            return {**channel, "member": payloads.thread_member(channel["id"], self.bot_id)}
        return channel

    def threads(self, guild_id: str, archived: bool = False) -> list[Payload]:
        return [
            self.seen(each)
            for each in self.channels.values()
            if each.get("guild_id") == guild_id
            and "thread_metadata" in each
            and each["thread_metadata"]["archived"] is archived
        ]

    def guild_create(self, guild: Payload) -> Payload:
        """A server as the gateway tells of it."""
        mine = self.member(self.bot, guild)
        return {
            **guild,
            "joined_at": mine["joined_at"],
            "large": False,
            "unavailable": False,
            "member_count": len(self.users),
            "voice_states": [],
            "members": [mine],
            "channels": [
                each
                for each in self.channels.values()
                if each.get("guild_id") == guild["id"] and "thread_metadata" not in each
            ],
            "threads": self.threads(guild["id"]),
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def member(self, user: Payload, guild: Payload) -> Payload:
        roles = [
            each["id"]
            for each in guild["roles"]
            if each.get("tags", {}).get("bot_id") == user["id"]
        ]
        return payloads.member(user, roles)
