"""A ticket as one page, and everything that agents do with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from adapters.console.access import PATH, requires
from adapters.console.pages import Pages
from adapters.console.ticket_acts import ACTS, Perform, Sent
from adapters.console.ticket_doors import TicketDoors
from adapters.console.ticket_page import Refusal, TicketPages
from adapters.console.ticket_words import did
from bot.channel import Attachment
from bot.console import ActRefused, Forbidden, NoSuchTicket, StaleTicket
from bot.macros import put_in
from bot.people import Act, Person

Reader = Annotated[Person, Depends(requires(Act.SEE_NOTES))]
Worker = Annotated[Person, Depends(requires(Act.WORK))]


def ticket_routes(pages: Pages, doors: TicketDoors) -> APIRouter:
    """The routes below `/tickets/{number}`."""
    router = APIRouter()
    drawn = TicketPages(pages, doors)

    @router.get("/tickets/{number}")
    def show(request: Request, person: Reader, number: int) -> Response:
        doors.seen(person.id)
        return drawn.page(request, person, number)

    @router.get("/tickets/{number}/split")
    def choose(request: Request, person: Worker, number: int) -> Response:
        return drawn.split(request, person, number)

    @router.get("/tickets/{number}/merge")
    def preview(request: Request, person: Worker, number: int, into: str = "") -> Response:
        return drawn.merge(request, person, number, into)

    @router.get("/tickets/{number}/macro/{macro}")
    def macro_text(person: Reader, number: int, macro: int) -> Response:
        found = doors.macros.macro(macro)
        if found is None:
            raise HTTPException(404, "This macro was removed meanwhile.")
        text = put_in(found, drawn.whole(person, number).ticket, person.name)
        return JSONResponse({"text": text, "then": found.then, "tags": list(found.tags)})

    @router.get("/tickets/{number}/articles")
    def articles(request: Request, person: Reader, number: int, article: str = "") -> Response:
        words = article or drawn.whole(person, number).ticket.subject
        found = doors.centre.search(words, 8) if words.strip() else ()
        return pages.page(request, "ticket-articles.html", found=found)

    @router.post("/tickets/{number}/draft")
    def draft(
        person: Worker,
        number: int,
        kind: Annotated[str, Form()] = "",
        text: Annotated[str, Form()] = "",
    ) -> Response:
        try:
            doors.drafts.keep(person, number, kind, text)
        except NoSuchTicket as refused:
            raise HTTPException(404, str(refused)) from None
        except Forbidden as refused:
            raise HTTPException(403, str(refused)) from None
        except ActRefused as refused:
            raise HTTPException(422, str(refused)) from None
        if text.strip():
            doors.readers.writes(number, person, kind, doors.clock())
        else:
            doors.readers.stops(number, person)
        return Response(status_code=204)

    for name, perform in ACTS.items():
        router.add_api_route(
            f"/tickets/{{number}}/{name}", _act(drawn, doors, name, perform), methods=["POST"]
        )
    return router


def _act(
    drawn: TicketPages, doors: TicketDoors, name: str, perform: Perform
) -> Callable[..., Awaitable[Response]]:
    async def act(request: Request, person: Worker, number: int) -> Response:
        sent = await _sent(request, doors)
        return await run_in_threadpool(
            _performed, drawn, doors, name, perform, request, person, number, sent
        )

    return act


def _performed(
    drawn: TicketPages,
    doors: TicketDoors,
    name: str,
    perform: Perform,
    request: Request,
    person: Person,
    number: int,
    sent: Sent,
) -> Response:
    """The page after the act, or the same page again with what was typed and why not."""
    try:
        acted = perform(doors, person, number, sent)
    except NoSuchTicket as refused:
        raise HTTPException(404, str(refused)) from None
    except Forbidden as refused:
        raise HTTPException(403, str(refused)) from None
    except StaleTicket as stale:
        return drawn.page(
            request, person, number, Refusal(409, _meanwhile(stale), name, sent.fields)
        )
    except ActRefused as refused:
        return drawn.page(request, person, number, Refusal(422, str(refused), name, sent.fields))
    doors.readers.stops(number, person)
    doors.seen(person.id)
    return RedirectResponse(f"{PATH}/tickets/{acted.number}?said={name}", 303)


def _meanwhile(stale: StaleTicket) -> str:
    return (
        f"{stale.by} {did(stale.what)} meanwhile, so nothing was done. Look at what changed; "
        "what you wrote is still here. Send it again if it still fits."
    )


async def _sent(request: Request, doors: TicketDoors) -> Sent:
    form = await request.form()
    fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    chosen = [value for value in form.getlist("message") if isinstance(value, str)]
    files = [each for each in form.getlist("files") if isinstance(each, UploadFile)]
    taken = tuple([await _file(each) for each in files if each.filename])
    await form.close()
    numbers = tuple(int(each) for each in chosen if each.isascii() and each.isdigit())
    return Sent(fields, doors.clock(), numbers, taken)


async def _file(sent: UploadFile) -> Attachment:
    media_type = sent.content_type or "application/octet-stream"
    return Attachment(sent.filename or "file", media_type, await sent.read())
