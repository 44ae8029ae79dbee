"""Conversations over the API: begin, write, read, rate.

No postponed annotations here: FastAPI could not find `Opened`, which is local.
"""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from adapters.api import models
from adapters.api.service import ApiService
from adapters.http.problems import described
from adapters.http.strict_json import StrictRoute
from bot.channel import Incoming, Rating
from bot.desk import Line

LONGEST_WAIT = 25

_bearer = HTTPBearer(auto_error=False, description="The token of the conversation")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Id = Annotated[str, Path(description="The id of the conversation")]
After = Annotated[int, Query(ge=0, lt=2**63, description="Only messages after this one")]
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait for one")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,120}$",
        description="Your own id of the message: sent again with it, it is still one message",
    ),
]


def conversation_routes(service: ApiService) -> APIRouter:
    """The routes below `/conversations`."""
    router = APIRouter(route_class=StrictRoute, tags=["conversations"])

    def opened(id: Id, credentials: Credentials) -> str:
        """The id, once the token fits: a wrong one opens nothing and learns nothing."""
        if credentials is None:
            wanted = {"WWW-Authenticate": "Bearer"}
            raise HTTPException(401, "Send the token of the conversation.", wanted)
        if not service.tokens.opens(credentials.credentials, id):
            raise HTTPException(404, "There is no such conversation, or the token is not its own.")
        return id

    Opened = Annotated[str, Depends(opened)]

    @router.post("/conversations", status_code=201, responses=described(429))
    async def begin(request: Request) -> models.NewConversation:
        """Begin a conversation. Keep the token: it is not shown again."""
        service.require_pace(request)
        token = service.tokens.new()
        return models.NewConversation(id=service.tokens.id(token), token=token)

    @router.get("/conversations/{id}", responses=described(401, 404, 422))
    async def read(id: Opened) -> models.Conversation:
        """A whole conversation."""
        waiting = await service.waiting(id)
        lines = await service.lines(id)
        return models.Conversation(id=id, messages=_shown(service, lines), waiting=waiting)

    @router.post(
        "/conversations/{id}/messages",
        status_code=202,
        responses=described(400, 401, 404, 409, 413, 422, 429, 503),
    )
    async def write(
        id: Opened, new: models.NewMessage, request: Request, key: Key = None
    ) -> models.AcceptedMessage:
        """Write a message. It is kept once this returns; the answer comes as a message."""
        service.require_pace(request, id)
        message = Incoming(
            address=service.address(id),
            external_id=f"{id}:{key or secrets.token_hex(16)}",
            sender=service.sender(id),
            text=new.text,
            choice=new.choice,
            sent_at=datetime.now(UTC),
        )
        accepted = await service.hear(message)
        if accepted.conflict or accepted.message_id is None:
            raise HTTPException(409, "This Idempotency-Key was used for another message.")
        return models.AcceptedMessage(id=accepted.message_id, new=accepted.new)

    @router.get("/conversations/{id}/messages", responses=described(401, 404, 422, 503))
    async def news(id: Opened, after: After = 0, wait: Wait = 0) -> models.Messages:
        """The messages after one that you have, waiting for some if there are none yet."""
        return await _news(service, id, after, wait)

    @router.post(
        "/conversations/{id}/feedback", responses=described(400, 401, 404, 413, 422, 429, 503)
    )
    async def rate(
        id: Opened, feedback: models.NewFeedback, request: Request
    ) -> models.AcceptedFeedback:
        """Say whether a message of the bot helped; a later rating replaces an earlier one."""
        service.require_pace(request, id)
        lines = await service.lines(id, feedback.message - 1)
        rated = next(
            (line for line in lines if line.id == feedback.message and line.rateable), None
        )
        if rated is None:
            raise HTTPException(404, "There is no such message to be rated.")
        now = datetime.now(UTC)
        address, sender = service.address(id), service.sender(id)
        await service.hear(
            Rating(address, rated.key, sender, feedback.helpful, now, feedback.comment)
        )
        return models.AcceptedFeedback(message=feedback.message, helpful=feedback.helpful)

    return router


async def _news(service: ApiService, id: str, after: int, wait: float) -> models.Messages:
    if not service.doorbell.has_room(id):
        raise HTTPException(503, "Too many requests wait for messages.", {"Retry-After": "5"})
    with service.doorbell.listen(id) as waiter:
        lines = await service.lines(id, after)
        if not lines and wait and not waiter.closed:
            await waiter.wait(wait)
            lines = await service.lines(id, after)
    waiting = await service.waiting(id)
    return models.Messages(messages=_shown(service, lines), waiting=waiting)


def _shown(service: ApiService, lines: Iterable[Line]) -> list[models.Message]:
    return [models.message(line, service.options.site) for line in lines]
