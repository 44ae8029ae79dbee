"""The draft of an article from a ticket, to be saved. It goes nowhere by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adapters.console.access import requires
from adapters.console.ticket_doors import TicketDoors
from adapters.console.ticket_files import HEADERS, disposition
from bot.article_draft import draft, name
from bot.console import Forbidden
from bot.people import Act, Person


def ticket_draft_routes(doors: TicketDoors) -> APIRouter:
    """The route of a ticket's draft."""
    router = APIRouter()

    @router.get("/tickets/{number}/draft")
    def download(
        person: Annotated[Person, Depends(requires(Act.SEE_NOTES))], number: int
    ) -> Response:
        try:
            whole = doors.console.ticket(person, number)
        except Forbidden as refused:
            raise HTTPException(404, str(refused)) from None
        line, today = whole.ticket, datetime.now(UTC).date()
        text = draft(number, line.subject, line.tags, whole.lines, today)
        named = {"content-disposition": disposition(f"{name(number, line.subject)}.md")}
        return Response(text, media_type="text/markdown", headers=HEADERS | named)

    return router
