"""The calls that answer an interaction; they need no token but the interaction's own."""

from __future__ import annotations

import time
from typing import Any

from aiohttp import web

from tests.servers.discord import payloads
from tests.servers.discord.components import numbered, refusal
from tests.servers.discord.exchange import (
    INVALID_FORM,
    UNKNOWN_MESSAGE,
    UNKNOWN_WEBHOOK,
    Answer,
    Call,
    Refused,
    changes,
)
from tests.servers.discord.payloads import Payload
from tests.servers.discord.world import Interaction, World


class Hooks:
    """Callbacks, and the messages that come of them."""

    def __init__(self, world: World) -> None:
        self.world = world

    def table(self) -> list[tuple[str, str, Call]]:
        original = "/webhooks/{app}/{token}/messages/@original"
        return [
            ("POST", "/interactions/{interaction}/{token}/callback", self.callback),
            ("POST", "/webhooks/{app}/{token}", self.followup),
            ("GET", original, self.original),
            ("PATCH", original, self.edit_original),
        ]

    def interaction(self, request: web.Request) -> Interaction:
        try:
            return self.world.interactions[request.match_info["token"]]
        except KeyError:
            raise Refused(404, UNKNOWN_WEBHOOK, "Unknown Webhook") from None

    async def callback(self, request: web.Request, body: Any) -> Answer:
        done = self.interaction(request)
        if done.callback is not None:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        data = body.get("data") or {}
        why = refusal(data) if body["type"] in (4, 7) else ""
        if why:
            raise Refused(400, INVALID_FORM, f"Invalid Form Body: {why}")
        done.callback, done.called_back_after = body, time.monotonic() - done.began
        message = None
        if body["type"] in (4, 5):
            message = done.original = self.whisper(done, data)
        elif body["type"] in (6, 7):
            message = done.message
            if message is not None and body["type"] == 7:
                message.update(changes(data))
        kind = {"id": str(done.id), "type": done.data["type"]}
        resource = {"type": body["type"], **({"message": message} if message else {})}
        shown = {"resource": resource} if body["type"] in (4, 7) else {}
        return 200, {"interaction": kind, **shown}

    def whisper(self, done: Interaction, data: Payload) -> Payload:
        """A message that answers an interaction; an ephemeral one is in no channel's history."""
        made = payloads.message(
            self.world.ids.next(),
            done.data["channel_id"],
            self.world.bot,
            data.get("content") or "",
        )
        made["components"] = numbered(data.get("components") or [])
        made["flags"] = data.get("flags") or 0
        return made

    def followup(self, request: web.Request, body: Any) -> Answer:
        done = self.interaction(request)
        why = refusal(body)
        if why:
            raise Refused(400, INVALID_FORM, f"Invalid Form Body: {why}")
        done.followups.append(self.whisper(done, body))
        return 200, done.followups[-1]

    def original(self, request: web.Request, body: Any) -> Answer:
        done = self.interaction(request)
        return 200, done.original or done.message

    async def edit_original(self, request: web.Request, body: Any) -> Answer:
        done = self.interaction(request)
        message = done.original or done.message
        if message is None:
            raise Refused(404, UNKNOWN_MESSAGE, "Unknown Message")
        message.update(changes(body))
        return 200, message
