"""A Slack workspace in memory: people, channels, messages, and all that a bot did there."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

TEAM, APP, BOT, BOT_USER = "T0TEAM", "A0APP", "B0BOT", "U0BOT"
BOT_TOKEN, APP_TOKEN, SIGNING_SECRET = "xoxb-local", "xapp-local", "local-signing-secret"

SCOPES = (
    "app_mentions:read,assistant:write,channels:history,channels:read,chat:write,commands,"
    "files:read,groups:history,groups:read,im:history,im:read,im:write,mpim:history,mpim:read,"
    "reactions:read,reactions:write,users:read"
)

Message = dict[str, Any]


@dataclass
class Channel:
    """One conversation in Slack's sense; `kind` is channel, group, im or mpim."""

    id: str
    name: str
    kind: str = "channel"
    members: set[str] = field(default_factory=lambda: {BOT_USER})
    archived: bool = False
    messages: list[Message] = field(default_factory=list)

    def described(self) -> dict[str, Any]:
        """The channel as the Web API tells it."""
        return {
            "id": self.id,
            "name": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
            "is_member": BOT_USER in self.members,
            "is_archived": self.archived,
            **({"user": next(iter(self.members - {BOT_USER}), "")} if self.kind == "im" else {}),
        }

    def message(self, ts: str) -> Message | None:
        return next((each for each in self.messages if each["ts"] == ts), None)

    def top_level(self) -> list[Message]:
        return self.shown(
            each
            for each in self.messages
            if each.get("thread_ts", each["ts"]) == each["ts"]
            or each.get("subtype") == "thread_broadcast"
        )

    def thread(self, root: str) -> list[Message]:
        return self.shown(
            each for each in self.messages if each["ts"] == root or each.get("thread_ts") == root
        )

    def shown(self, messages: Iterable[Message]) -> list[Message]:
        """As Slack shows them: a root tells how many replies it has, and when the last one came."""
        replies: dict[str, list[str]] = {}
        for each in self.messages:
            if each.get("thread_ts", each["ts"]) != each["ts"]:
                replies.setdefault(each["thread_ts"], []).append(each["ts"])
        return [
            each
            | {"thread_ts": ts, "reply_count": len(replies[ts]), "latest_reply": max(replies[ts])}
            if (ts := each["ts"]) in replies
            else each
            for each in messages
        ]


@dataclass
class Workspace:
    """The state, and a record of all that the bot posted and did, in order."""

    channels: dict[str, Channel] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    posted: list[Message] = field(default_factory=list)
    ephemeral: list[Message] = field(default_factory=list)
    responses: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    prompts: list[dict[str, Any]] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, float]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    post_times: dict[str, list[float]] = field(default_factory=dict)
    scopes: str = SCOPES
    last_ts: int = 0

    def new_ts(self) -> str:
        """A timestamp greater than every earlier one."""
        self.last_ts = max(time.time_ns() // 1000, self.last_ts + 1)
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def add_user(self, user: str, name: str, *, bot: bool = False) -> None:
        profile = {"display_name": name, "real_name": name}
        self.users[user] = {"id": user, "name": name, "is_bot": bot, "profile": profile}

    def add_channel(self, id: str, name: str, kind: str = "channel", *members: str) -> Channel:
        self.channels[id] = Channel(id, name, kind, {BOT_USER, *members})
        return self.channels[id]

    def called(self, method: str) -> int:
        """How often the bot called the method."""
        return sum(1 for name, _ in self.calls if name == method)
