"""The inbox: lists of tickets, what is searched in them, and acts on many at once."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.console.access import PATH, requires
from adapters.console.inbox_deeds import deed, numbers, told
from adapters.console.inbox_doors import InboxDoors
from adapters.console.inbox_page import InboxPages
from adapters.console.inbox_query import read
from bot.bulk import What
from bot.console import ActRefused
from bot.people import Act, Person

HERE = f"{PATH}/inbox"
Reader = Annotated[Person, Depends(requires(Act.SEE_NOTES))]
Worker = Annotated[Person, Depends(requires(Act.WORK))]
Text = Annotated[str, Form()]


def inbox_routes(inbox: InboxPages, doors: InboxDoors) -> APIRouter:
    """The routes below `/inbox`, and `/presence`."""
    router = APIRouter()

    def known() -> set[str]:
        return {"", *(each.id for each in doors.people()[1])}

    @router.get("/inbox")
    def show(request: Request, person: Reader) -> Response:
        doors.presence.seen(person.id)
        return inbox.draw(request, person, read(request.query_params))

    @router.post("/inbox/bulk")
    def act(
        request: Request,
        person: Worker,
        back: Text = "",
        chosen: Annotated[list[str] | None, Form()] = None,
        what: Text = "",
        tag: Text = "",
    ) -> Response:
        query = read(dict(parse_qsl(back)))
        doors.presence.seen(person.id)
        try:
            wanted = deed(what, tag, person.id, doors.clock())
            if wanted.what is What.ASSIGN and wanted.value not in known():
                raise ActRefused("There is no such colleague (any more). Choose another one.")
            done = doors.lists.do(person, numbers(chosen or ()), wanted)
        except ActRefused as refused:
            return inbox.draw(request, person, query, 422, error=str(refused))
        return inbox.draw(
            request, person, query, result=told(done), failed=done.failed, undo=done.id
        )

    @router.post("/inbox/undo")
    def undo(
        request: Request, person: Worker, back: Text = "", bulk: Annotated[int, Form()] = 0
    ) -> Response:
        query = read(dict(parse_qsl(back)))
        try:
            done = doors.lists.undo(person, bulk)
        except ActRefused as refused:
            return inbox.draw(request, person, query, 422, error=str(refused))
        result = told(done, undone=True)
        return inbox.draw(request, person, query, result=result, failed=done.failed)

    @router.post("/inbox/filters")
    def save(request: Request, person: Reader, name: Text = "", back: Text = "") -> Response:
        query = read(dict(parse_qsl(back)))
        try:
            doors.lists.save_filter(person, name, query.address())
        except ActRefused as refused:
            return inbox.draw(request, person, query, 422, error=str(refused))
        return RedirectResponse(f"{HERE}?{query.address()}&said=filter-kept", 303)

    @router.post("/inbox/filters/{number}/delete")
    def delete(person: Reader, number: int) -> Response:
        doors.lists.delete_filter(person, number)
        return RedirectResponse(f"{HERE}?said=filter-deleted", 303)

    @router.post("/presence")
    def presence(person: Reader, away: Text = "") -> Response:
        doors.presence.away(person.id, away=away == "yes")
        return RedirectResponse(f"{HERE}?said={'away' if away == 'yes' else 'present'}", 303)

    return router
