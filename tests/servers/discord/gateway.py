"""The websocket side: sessions with numbered events that can be replayed."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.servers.discord import payloads
from tests.servers.discord.payloads import Payload
from tests.servers.discord.world import World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11


@dataclass
class Session:
    """What one IDENTIFY began. `ws` is None while the client is away."""

    id: str
    shard: int
    ws: web.WebSocketResponse | None
    events: list[tuple[int, str, Payload]] = field(default_factory=list)
    zombie: bool = False
    resumed: int = 0


class Gateway:
    """All sessions. `heartbeat` is the interval asked of clients, in milliseconds."""

    def __init__(self, world: World, token: Callable[[], str], changed: Callable[[], None]) -> None:
        self.world = world
        self.token = token
        self.changed = changed
        self.shards = 1
        self.heartbeat = 41_250
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.identified: list[Payload] = []
        self.refused: list[int] = []
        self._sockets: set[web.WebSocketResponse] = set()

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO to its end."""
        ws = web.WebSocketResponse(autoclose=True)
        await ws.prepare(request)
        self._sockets.add(ws)
        await self.send(ws, HELLO, {"heartbeat_interval": self.heartbeat})
        session: Session | None = None
        async for frame in ws:
            if frame.type is not WSMsgType.TEXT:
                break
            said = json.loads(frame.data)
            if said["op"] == HEARTBEAT and not (session and session.zombie):
                await self.send(ws, ACK, None)
            elif said["op"] == IDENTIFY:
                session = await self.identify(ws, said["d"])
            elif said["op"] == RESUME:
                session = await self.resume(ws, said["d"])
        self._sockets.discard(ws)
        if session and session.ws is ws:
            session.ws = None
        self.changed()
        return ws

    async def send(self, ws: web.WebSocketResponse, op: int, data: Any, **more: Any) -> None:
        try:
            await ws.send_str(json.dumps({"op": op, "d": data, "s": None, "t": None, **more}))
        except (ConnectionError, RuntimeError):
            self._sockets.discard(ws)

    async def identify(self, ws: web.WebSocketResponse, asked: Payload) -> Session | None:
        self.identified.append(asked)
        shard, count = asked.get("shard", (0, 1))
        unseen = asked["intents"] & payloads.MESSAGE_CONTENT_INTENT and not (
            self.world.app_flags & payloads.MESSAGE_CONTENT_FLAG
        )
        refusals = (
            (4004, asked["token"] != self.token()),
            (4011, count < self.shards),
            (4014, unseen),
        )
        for code, applies in refusals:
            if applies:
                self.refused.append(code)
                await ws.close(code=code)
                return None
        session = Session(uuid.uuid4().hex, shard, ws)
        self.sessions[session.id] = session
        guilds = [g for g in self.world.guilds.values() if self.shard_of(int(g["id"])) == shard]
        await self.event(
            session,
            "READY",
            {
                "v": 10,
                "user": self.world.bot,
                "guilds": [{"id": guild["id"], "unavailable": True} for guild in guilds],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": self.url,
                "shard": [shard, count],
                "private_channels": [],
                "application": {"id": self.world.bot["id"], "flags": self.world.app_flags},
            },
        )
        for guild in guilds:
            await self.event(session, "GUILD_CREATE", self.world.guild_create(guild))
        self.changed()
        return session

    async def resume(self, ws: web.WebSocketResponse, asked: Payload) -> Session | None:
        session = self.sessions.get(asked["session_id"])
        if session is None or asked["token"] != self.token():
            await self.send(ws, INVALID, False)
            return None
        session.ws, session.zombie = ws, False
        session.resumed += 1
        for number, name, data in list(session.events):
            if number > asked["seq"]:
                await self.send(ws, DISPATCH, data, s=number, t=name)
        await self.event(session, "RESUMED", {"_trace": []})
        self.changed()
        return session

    async def event(self, session: Session, name: str, data: Payload) -> None:
        """Kept for a replay, and sent unless the client is away."""
        number = len(session.events) + 1
        session.events.append((number, name, json.loads(json.dumps(data))))
        if session.ws is not None and not session.zombie:
            await self.send(session.ws, DISPATCH, data, s=number, t=name)

    async def dispatch(self, name: str, data: Payload, guild_id: str | None) -> None:
        """To the shard of the server; what concerns no server is the first shard's."""
        shard = self.shard_of(int(guild_id)) if guild_id else 0
        for session in list(self.sessions.values()):
            if session.shard == shard:
                await self.event(session, name, data)

    def shard_of(self, guild_id: int) -> int:
        return (guild_id >> 22) % self.shards

    def live(self, shard: int = 0) -> Session | None:
        """The session of a shard that is connected now."""
        sessions = [s for s in self.sessions.values() if s.shard == shard and s.ws is not None]
        return sessions[-1] if sessions else None

    async def ask_reconnect(self, shard: int = 0) -> None:
        """Opcode 7: please come again."""
        await self.send(self._ws(shard), RECONNECT, None)

    async def invalidate(self, shard: int = 0) -> None:
        """Opcode 9: the session is over, what happens meanwhile is lost."""
        session = self.live(shard)
        ws = self._ws(shard)
        self.sessions = {i: s for i, s in self.sessions.items() if s is not session}
        await self.send(ws, INVALID, False)

    async def drop(self, shard: int = 0, *, forget: bool = False) -> None:
        """Cut the connection. With `forget` it cannot be resumed."""
        session, ws = self.live(shard), self._ws(shard)
        if session is not None:
            session.ws = None
            if forget:
                del self.sessions[session.id]
        await ws.close(code=4000)

    def make_zombie(self, shard: int = 0) -> None:
        """The connection stays open and nothing comes over it, not even heartbeats' answers."""
        session = self.live(shard)
        assert session is not None
        session.zombie = True

    def _ws(self, shard: int) -> web.WebSocketResponse:
        session = self.live(shard)
        assert session is not None, f"shard {shard} is not connected"
        assert session.ws is not None
        return session.ws

    async def close(self) -> None:
        await asyncio.gather(*(ws.close(code=1001) for ws in list(self._sockets)))
