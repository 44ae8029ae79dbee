"""Files of a ticket's conversation, to be saved: never shown by the browser as a part of our site."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adapters.console.access import requires
from adapters.console.ticket_doors import TicketDoors
from bot.console import Forbidden
from bot.people import Act, Person

HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, no-store",
}


def ticket_file_routes(doors: TicketDoors) -> APIRouter:
    """The route of one file."""
    router = APIRouter()

    @router.get("/tickets/{number}/files/{file}")
    def download(
        person: Annotated[Person, Depends(requires(Act.SEE_NOTES))], number: int, file: int
    ) -> Response:
        try:
            found = doors.console.file(person, number, file)
        except Forbidden as refused:
            raise HTTPException(404, str(refused)) from None
        named = {"content-disposition": disposition(found.name)}
        return Response(
            found.content, media_type="application/octet-stream", headers=HEADERS | named
        )

    return router


def disposition(name: str) -> str:
    """Save it under that name, whatever is in it; a path or a line break in it is none."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(sign for sign in last if sign.isprintable()).strip(". ") or "file"
    return f"attachment; filename*=UTF-8''{quote(plain, safe='')}"
