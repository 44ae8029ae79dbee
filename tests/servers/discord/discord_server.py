"""A Discord on this machine: see the README beside this file."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.servers.discord import payloads
from tests.servers.discord.components import flat
from tests.servers.discord.gateway import Gateway
from tests.servers.discord.ordered_faults import Cut, Fault
from tests.servers.discord.payloads import Payload
from tests.servers.discord.rest import Rest
from tests.servers.discord.world import Interaction, World

TOKEN = "a-token"


class DiscordServer:
    """Runs while its `async with` block does. What people do there are its methods."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.world = World()
        self.gateway = Gateway(self.world, lambda: self.token, self.changed)
        self.rest = Rest(self)
        self._change: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.add_routes(self.rest.routes())
        app.add_routes([web.get("/", self.gateway.connect), web.get("/files/{file}", self.file)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.root = f"http://{host}:{port}"
        self.api_url = f"{self.root}/api/v10"
        self.gateway.url = f"ws://{host}:{port}/"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.gateway.close()
        await self._runner.cleanup()

    # --- what a test waits for

    def changed(self) -> None:
        """Ask again whoever waits."""
        if self._change is not None and not self._change.done():
            self._change.set_result(None)
        self._change = None

    async def until(self, predicate: Callable[[], Any], seconds: float = 10.0) -> Any:
        """The first true value of the predicate, asked after each call and event, and now and then."""
        async with asyncio.timeout(seconds):
            while not (value := predicate()):
                self._change = self._change or asyncio.get_running_loop().create_future()
                await asyncio.wait([self._change], timeout=0.02)
        return value

    def posted(self, channel: Payload | str | int) -> list[Payload]:
        """What the bot has written in a channel or thread."""
        channel_id = int(channel["id"]) if isinstance(channel, dict) else int(channel)
        messages = self.world.messages.get(channel_id, [])
        return [m for m in messages if m["author"]["id"] == self.world.bot["id"]]

    async def answers(self, channel: Payload | str | int, count: int = 1) -> list[Payload]:
        """The bot's messages there, once there are so many."""

        def enough() -> list[Payload]:
            found = self.posted(channel)
            return found if len(found) >= count else []

        return list(await self.until(enough))

    def calls(self, method: str, path: str) -> list[Any]:
        """The calls made so far whose path matches."""
        pattern = re.compile(path)
        return [e for e in self.rest.exchanges if e.method == method and pattern.search(e.path)]

    # --- what goes wrong

    def fail(
        self,
        method: str,
        path: str,
        status: int = 500,
        *,
        code: int = 0,
        times: int = 1,
        retry_after: float | None = None,
        cut: Cut = "",
    ) -> Fault:
        """The next calls to paths that match fail; for the gateway see `gateway`."""
        fault = Fault(
            method, re.compile(path), status, code, "told to fail", times, retry_after, cut
        )
        self.rest.faults.append(fault)
        return fault

    # --- what people do

    async def told(self, event: str, channel: Payload, data: Payload) -> None:
        """An event about something in a channel, to whoever may see it."""
        guild_id = channel.get("guild_id")
        where = {"guild_id": guild_id} if guild_id and event.startswith("MESSAGE") else {}
        if channel["type"] == payloads.DIRECT and event == "MESSAGE_CREATE":
            where["channel_type"] = payloads.DIRECT
        await self.gateway.dispatch(event, {**data, **where}, guild_id)

    async def say(self, channel: Payload, user: Payload, text: str, **more: Any) -> Payload:
        """Somebody writes a message; a closed thread is opened by it."""
        if channel.get("thread_metadata", {}).get("archived"):
            channel["thread_metadata"]["archived"] = False
            await self.told("THREAD_UPDATE", channel, channel)
        message = self.world.message(channel, user, text, **more)
        await self.told("MESSAGE_CREATE", channel, message)
        return message

    async def mention(self, channel: Payload, user: Payload, text: str, **more: Any) -> Payload:
        """Somebody calls the bot by its name."""
        return await self.say(channel, user, f"<@{self.world.bot['id']}> {text}", **more)

    async def edit(self, channel: Payload, message: Payload, text: str) -> None:
        message.update(
            content=text,
            edited_timestamp=payloads.iso(payloads.snowflake_time(self.world.ids.next())),
        )
        await self.told("MESSAGE_UPDATE", channel, message)

    async def delete(self, channel: Payload, *messages: Payload) -> None:
        """Somebody takes one message back, or a moderator several at once."""
        kept = self.world.messages[int(channel["id"])]
        for message in messages:
            kept.remove(message)
        ids = [message["id"] for message in messages]
        if len(ids) == 1:
            data = {"id": ids[0], "channel_id": channel["id"]}
            await self.told("MESSAGE_DELETE", channel, data)
        else:
            data = {"ids": ids, "channel_id": channel["id"]}
            await self.told("MESSAGE_DELETE_BULK", channel, data)

    async def post(self, forum: Payload, user: Payload, title: str, text: str) -> Payload:
        """A forum post: a thread, and its first message with the thread's id."""
        thread = self.world.thread(forum, title, int(user["id"]))
        await self.told("THREAD_CREATE", thread, {**thread, "newly_created": True})
        await self.say(thread, user, text, message_id=int(thread["id"]))
        return thread

    async def open_thread(self, parent: Payload, user: Payload, name: str) -> Payload:
        """People begin a thread of their own."""
        thread = self.world.thread(parent, name, int(user["id"]))
        await self.told("THREAD_CREATE", thread, {**thread, "newly_created": True})
        return thread

    def close_thread(self, thread: Payload) -> None:
        """Discord closes a thread that nobody writes in any more."""
        now = payloads.iso(payloads.snowflake_time(self.world.ids.next()))
        thread["thread_metadata"].update(archived=True, archive_timestamp=now)

    def upload(self, name: str, kind: str, content: bytes, size: int | None = None) -> Payload:
        """A file for a message's `attachments`."""
        file_id = self.world.ids.next()
        self.world.files[file_id] = content
        url = f"{self.root}/files/{file_id}"
        return payloads.attachment(file_id, url, name, kind, len(content) if size is None else size)

    async def file(self, request: web.Request) -> web.Response:
        content = self.world.files.get(int(request.match_info["file"]))
        return web.Response(status=404) if content is None else web.Response(body=content)

    async def command(
        self, channel: Payload, user: Payload, name: str, **options: str
    ) -> Interaction:
        """Somebody uses a slash command."""
        given = [{"type": 3, "name": key, "value": value} for key, value in options.items()]
        data = {"id": "1", "type": 1, "name": name, "options": given}
        return await self.interact(channel, user, 2, data)

    async def type_on(
        self, channel: Payload, user: Payload, name: str, option: str, typed: str
    ) -> Interaction:
        """Somebody is typing an option of a slash command."""
        given = {"type": 3, "name": option, "value": typed, "focused": True}
        data = {"id": "1", "type": 1, "name": name, "options": [given]}
        return await self.interact(channel, user, 4, data)

    async def menu(
        self, channel: Payload, user: Payload, name: str, message: Payload
    ) -> Interaction:
        """Somebody picks a command from a message's context menu."""
        resolved = {"messages": {message["id"]: message}}
        data = {"id": "2", "type": 3, "name": name, "target_id": message["id"]}
        data["resolved"] = resolved
        return await self.interact(channel, user, 2, data)

    async def fill(
        self,
        channel: Payload,
        user: Payload,
        custom_id: str,
        message: Payload | None = None,
        **fields: str,
    ) -> Interaction:
        """Somebody sends a form off; `message` is the one that it was opened from."""
        rows = [
            {
                "type": 1,
                "id": at,
                "components": [{"type": 4, "id": 90 + at, "custom_id": k, "value": v}],
            }
            for at, (k, v) in enumerate(fields.items(), 1)
        ]
        data = {"custom_id": custom_id, "components": rows}
        return await self.interact(channel, user, 5, data, message)

    async def press(
        self, channel: Payload, user: Payload, message: Payload, label: str
    ) -> Interaction:
        """Somebody presses the button, or picks the option, with this label."""
        for each in flat(message["components"]):
            if each.get("label") == label:
                data = {"custom_id": each["custom_id"], "component_type": 2}
                return await self.interact(channel, user, 3, data, message)
            for option in each.get("options", ()):
                if option["label"] == label:
                    data = {"custom_id": each["custom_id"], "component_type": 3}
                    data["values"] = [option["value"]]
                    return await self.interact(channel, user, 3, data, message)
        raise AssertionError(f"nothing says {label!r} in {message['components']}")

    async def interact(
        self,
        channel: Payload,
        user: Payload,
        kind: int,
        data: Payload,
        message: Payload | None = None,
    ) -> Interaction:
        """Any interaction, as the gateway brings it."""
        interaction_id = self.world.ids.next()
        done = Interaction(interaction_id, f"token-{interaction_id}", {}, message)
        guild = channel.get("guild_id")
        member = payloads.member(user, []) | {"permissions": payloads.ALL_PERMISSIONS}
        done.data = {
            "id": str(interaction_id),
            "application_id": self.world.bot["id"],
            "type": kind,
            "token": done.token,
            "version": 1,
            "data": data,
            "channel": self.world.seen(channel),
            "channel_id": channel["id"],
            "locale": "en-US",
            "entitlements": [],
            "authorizing_integration_owners": {},
            "attachment_size_limit": 10_000_000,
            "app_permissions": payloads.ALL_PERMISSIONS,
            **({"guild_id": guild, "member": member} if guild else {"user": user}),
            **({"message": message} if message else {}),
        }
        self.world.interactions[done.token] = done
        await self.gateway.dispatch("INTERACTION_CREATE", done.data, guild)
        return done

    async def acknowledged(self, done: Interaction) -> Payload:
        """What the bot answered to an interaction first."""
        return dict(await self.until(lambda: done.callback))


def texts(message: Payload) -> str:
    """All texts of a message, in order."""
    shown = [each["content"] for each in flat(message["components"]) if each["type"] == 10]
    return "\n".join(part for part in (message["content"], *shown) if part)


def labels(message: Payload) -> list[str]:
    """All that can be pressed or picked on a message."""
    found = []
    for each in flat(message["components"]):
        found += [each["label"]] if each["type"] == 2 else []
        found += [option["label"] for option in each.get("options", ())]
    return found
