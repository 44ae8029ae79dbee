"""The HTTP side: the calls that discord.py makes for a support bot."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.servers.discord import payloads
from tests.servers.discord.components import numbered, refusal
from tests.servers.discord.exchange import (
    INVALID_FORM,
    THREAD_EXISTS,
    UNKNOWN_CHANNEL,
    UNKNOWN_MESSAGE,
    Answer,
    Call,
    Exchange,
    Refused,
    changes,
)
from tests.servers.discord.hooks import Hooks
from tests.servers.discord.ordered_faults import Fault
from tests.servers.discord.payloads import Payload

if TYPE_CHECKING:
    from tests.servers.discord.discord_server import DiscordServer


class Rest:
    """The routes over one world."""

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.world = server.world
        self.exchanges: list[Exchange] = []
        self.faults: list[Fault] = []

    def routes(self) -> list[web.RouteDef]:
        """Every route, with what Discord answers without a token last."""
        table: list[tuple[str, str, Call]] = [
            ("GET", "/users/@me", self.me),
            ("GET", "/users/@me/guilds", self.guilds),
            ("GET", "/oauth2/applications/@me", self.application),
            ("GET", "/gateway/bot", self.gateway_bot),
            ("GET", "/users/{user}", self.user),
            ("POST", "/users/@me/channels", self.direct),
            ("GET", "/guilds/{guild}", self.guild),
            ("GET", "/guilds/{guild}/channels", self.guild_channels),
            ("GET", "/guilds/{guild}/members/{user}", self.member),
            ("GET", "/channels/{channel}", self.channel),
            ("PATCH", "/channels/{channel}", self.edit_channel),
            ("GET", "/channels/{channel}/messages", self.history),
            ("POST", "/channels/{channel}/messages", self.post),
            ("GET", "/channels/{channel}/messages/{message}", self.message),
            ("PATCH", "/channels/{channel}/messages/{message}", self.edit),
            ("POST", "/channels/{channel}/messages/{message}/threads", self.thread_of_message),
            ("POST", "/channels/{channel}/threads", self.thread),
            ("PUT", "/channels/{channel}/thread-members/{user}", self.join),
            ("GET", "/channels/{channel}/threads/archived/{kind}", self.archived),
            ("POST", "/channels/{channel}/typing", self.typing),
            ("PUT", "/channels/{channel}/messages/{message}/reactions/{emoji}/@me", self.react),
            ("PUT", "/applications/{app}/commands", self.commands),
            *Hooks(self.world).table(),
        ]
        return [web.route(method, "/api/v10" + path, self.handler(c)) for method, path, c in table]

    def handler(self, call: Call) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            path = request.path.removeprefix("/api/v10")
            asked = json.loads(await request.read() or b"null")
            fault = next((f for f in self.faults if f.matches(request, path)), None)
            if fault:
                fault.times -= 1
            if fault and fault.cut == "before":
                return self.cut(request)
            if fault and not fault.cut:
                return self.answer(request, asked, fault.status, fault.body(), fault.all_headers())
            status, body = await self.called(call, request, asked)
            if fault:
                return self.cut(request)
            return self.answer(request, asked, status, body, {})

        return handle

    async def called(self, call: Call, request: web.Request, asked: Any) -> Answer:
        open_to_all = request.path.startswith(("/api/v10/webhooks", "/api/v10/interactions"))
        if not open_to_all and request.headers.get("Authorization") != f"Bot {self.server.token}":
            return 401, {"code": 0, "message": "401: Unauthorized"}
        try:
            answer = call(request, asked)
            return await answer if isinstance(answer, Awaitable) else answer
        except Refused as refused:
            return refused.status, refused.body
        finally:
            self.server.changed()

    def cut(self, request: web.Request) -> web.StreamResponse:
        """The line goes dead: the client cannot know what became of its call."""
        assert request.transport is not None
        request.transport.abort()
        return web.Response(status=500)

    def answer(
        self, request: web.Request, asked: Any, status: int, body: Any, headers: dict[str, str]
    ) -> web.Response:
        resource = request.match_info.route.resource
        route = resource.canonical if resource else ""
        self.exchanges.append(
            Exchange(
                request.method,
                request.path.removeprefix("/api/v10"),
                route.removeprefix("/api/v10"),
                dict(request.query),
                asked,
                status,
                json.loads(json.dumps(body)),
            )
        )
        self.server.changed()
        if body is None:
            return web.Response(status=status, headers=headers)
        kind = {"Content-Type": "application/json"}  # exactly this, or discord.py reads no JSON
        return web.Response(status=status, body=json.dumps(body).encode(), headers=kind | headers)

    def found(self, request: web.Request) -> Payload:
        channel = self.world.channels.get(int(request.match_info["channel"]))
        if channel is None:
            raise Refused(404, UNKNOWN_CHANNEL, "Unknown Channel")
        return channel

    def found_message(self, request: web.Request) -> Payload:
        channel = int(self.found(request)["id"])
        message = self.world.find(channel, int(request.match_info["message"]))
        if message is None:
            raise Refused(404, UNKNOWN_MESSAGE, "Unknown Message")
        return message

    def me(self, request: web.Request, body: Any) -> Answer:
        return 200, self.world.bot

    def react(self, request: web.Request, body: Any) -> Answer:
        reactions = self.found_message(request).setdefault("reactions", [])
        reactions.append({"emoji": {"id": None, "name": request.match_info["emoji"]}})
        return 204, None

    def guilds(self, request: web.Request, body: Any) -> Answer:
        kept = ("id", "name", "icon", "banner", "features")
        extra = {"owner": False, "permissions": payloads.ALL_PERMISSIONS}
        return 200, [{k: g[k] for k in kept} | extra for g in self.world.guilds.values()]

    def application(self, request: web.Request, body: Any) -> Answer:
        bot = self.world.bot
        owner = payloads.user(1, "Owner")
        return 200, payloads.application(int(bot["id"]), owner, self.world.app_flags)

    def gateway_bot(self, request: web.Request, body: Any) -> Answer:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        gateway = self.server.gateway
        return 200, {"url": gateway.url, "shards": gateway.shards, "session_start_limit": limit}

    def user(self, request: web.Request, body: Any) -> Answer:
        return 200, self.world.users[int(request.match_info["user"])]

    def direct(self, request: web.Request, body: Any) -> Answer:
        return 200, self.world.direct(self.world.users[int(body["recipient_id"])])

    def guild(self, request: web.Request, body: Any) -> Answer:
        return 200, self.world.guilds[int(request.match_info["guild"])]

    def guild_channels(self, request: web.Request, body: Any) -> Answer:
        guild = self.world.guilds[int(request.match_info["guild"])]
        return 200, self.world.guild_create(guild)["channels"]

    def member(self, request: web.Request, body: Any) -> Answer:
        guild = self.world.guilds[int(request.match_info["guild"])]
        return 200, self.world.member(self.world.users[int(request.match_info["user"])], guild)

    def channel(self, request: web.Request, body: Any) -> Answer:
        return 200, self.world.seen(self.found(request))

    async def edit_channel(self, request: web.Request, body: Any) -> Answer:
        channel = self.found(request)
        channel.update({k: v for k, v in body.items() if k in ("name", "applied_tags")})
        await self.server.gateway.dispatch("THREAD_UPDATE", channel, channel.get("guild_id"))
        return 200, self.world.seen(channel)

    def history(self, request: web.Request, body: Any) -> Answer:
        marks = [request.query.get(name) for name in ("after", "before")]
        after, before = (int(mark) if mark else None for mark in marks)
        limit = int(request.query.get("limit", 50))
        return 200, self.world.history(int(self.found(request)["id"]), limit, after, before)

    async def post(self, request: web.Request, body: Any) -> Answer:
        channel = self.found(request)
        why = refusal(body)
        if why:
            raise Refused(400, INVALID_FORM, f"Invalid Form Body: {why}")
        known = (int(channel["id"]), str(body.get("nonce")))
        if body.get("enforce_nonce") and known in self.world.nonces:
            return 200, self.world.nonces[known]
        message = self.world.message(
            channel,
            self.world.bot,
            body.get("content") or "",
            components=numbered(body.get("components") or []),
            flags=body.get("flags") or 0,
        )
        self.world.nonces[known] = {**message, "nonce": body.get("nonce")}
        await self.server.told("MESSAGE_CREATE", channel, self.world.nonces[known])
        return 200, self.world.nonces[known]

    def message(self, request: web.Request, body: Any) -> Answer:
        return 200, self.found_message(request)

    async def edit(self, request: web.Request, body: Any) -> Answer:
        message = self.found_message(request)
        message.update(changes(body))
        await self.server.told("MESSAGE_UPDATE", self.found(request), message)
        return 200, message

    async def thread_of_message(self, request: web.Request, body: Any) -> Answer:
        message, parent = self.found_message(request), self.found(request)
        if int(message["id"]) in self.world.channels:
            raise Refused(400, THREAD_EXISTS, "A thread has already been created for this message")
        made = self.world.thread(
            parent, body["name"], self.world.bot_id, thread_id=int(message["id"])
        )
        await self.server.told("THREAD_CREATE", made, {**made, "newly_created": True})
        return 201, made

    async def thread(self, request: web.Request, body: Any) -> Answer:
        private = body["type"] == payloads.PRIVATE_THREAD
        made = self.world.thread(
            self.found(request), body["name"], self.world.bot_id, private=private
        )
        await self.server.told("THREAD_CREATE", made, {**made, "newly_created": True})
        return 201, self.world.seen(made)

    def join(self, request: web.Request, body: Any) -> Answer:
        self.world.joined[int(self.found(request)["id"])].add(int(request.match_info["user"]))
        return 204, None

    def archived(self, request: web.Request, body: Any) -> Answer:
        parent = self.found(request)
        kind = request.match_info["kind"]
        wanted = payloads.PRIVATE_THREAD if kind == "private" else payloads.PUBLIC_THREAD
        closed = [
            each
            for each in self.world.threads(parent["guild_id"], archived=True)
            if each["parent_id"] == parent["id"] and each["type"] == wanted
        ]
        closed.sort(key=lambda each: each["thread_metadata"]["archive_timestamp"], reverse=True)
        return 200, {"threads": closed, "members": [], "has_more": False}

    def typing(self, request: web.Request, body: Any) -> Answer:
        self.world.typed.append(int(self.found(request)["id"]))
        return 204, None

    def commands(self, request: web.Request, body: Any) -> Answer:
        app = int(request.match_info["app"])
        self.world.commands = [payloads.command(self.world.ids.next(), app, c) for c in body]
        return 200, self.world.commands
