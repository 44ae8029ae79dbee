"""A ticket that an agent opens for somebody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.console.access import PATH, requires
from adapters.console.pages import Pages
from adapters.console.ticket_doors import TicketDoors
from bot.channel import Address
from bot.console import PRIORITIES, TYPES, ActRefused, Asked, Forbidden
from bot.people import Act, Person

Worker = Annotated[Person, Depends(requires(Act.WORK))]
Text = Annotated[str, Form()]
EMPTY = {
    "subject": "",
    "text": "",
    "ticket": "",
    "channel": "",
    "thread": "",
    "sender": "",
    "type": TYPES[0],
    "priority": "normal",
    "tags": "",
}


def ticket_new_routes(pages: Pages, doors: TicketDoors) -> APIRouter:
    """The routes of `/new-ticket`."""
    router = APIRouter()

    def form(request: Request, typed: dict[str, str], said: str = "") -> Response:
        return pages.page(
            request,
            "ticket-new.html",
            422 if said else 200,
            typed=typed,
            said=said,
            types=TYPES,
            priorities=PRIORITIES,
        )

    @router.get("/new-ticket", dependencies=[Depends(requires(Act.WORK))])
    def blank(request: Request, ticket: str = "") -> Response:
        return form(request, EMPTY | {"ticket": ticket})

    @router.post("/new-ticket")
    def create(
        request: Request,
        person: Worker,
        subject: Text = "",
        text: Text = "",
        ticket: Text = "",
        channel: Text = "",
        thread: Text = "",
        sender: Text = "",
        type: Text = "",
        priority: Text = "",
        tags: Text = "",
    ) -> Response:
        typed = EMPTY | {
            "subject": subject,
            "text": text,
            "ticket": ticket,
            "channel": channel,
            "thread": thread,
            "sender": sender,
            "type": type,
            "priority": priority,
            "tags": tags,
        }
        try:
            acted = doors.console.open(person, asked(doors, person, typed))
        except (ActRefused, Forbidden) as refused:
            return form(request, typed, str(refused))
        return RedirectResponse(f"{PATH}/tickets/{acted.number}?said=open", 303)

    return router


def asked(doors: TicketDoors, person: Person, typed: dict[str, str]) -> Asked:
    """What the form asks for. Raises ActRefused and NoSuchTicket."""
    tags = tuple(tag.strip() for tag in typed["tags"].split(",") if tag.strip())
    if typed["type"] not in ("", *TYPES) or typed["priority"] not in ("", *PRIORITIES):
        raise ActRefused("Choose the type and the priority from their lists.")
    known = typed["ticket"].strip().removeprefix("#")
    if known:
        if not (known.isascii() and known.isdigit() and len(known) < 10):
            raise ActRefused("Write the earlier ticket as a number, such as 12.")
        requester = doors.console.ticket(person, int(known)).ticket.requester_id
        address = None
    else:
        requester, address = 0, _address(typed)
    return Asked(
        typed["subject"],
        typed["text"],
        requester=requester,
        address=address,
        sender=typed["sender"].strip(),
        type=typed["type"],
        priority=typed["priority"],
        tags=tags,
    )


def _address(typed: dict[str, str]) -> Address:
    channel, thread, sender = (typed[name].strip() for name in ("channel", "thread", "sender"))
    if not (channel and thread and sender):
        raise ActRefused(
            "Say who it is for: the number of an earlier ticket of theirs, or channel, "
            "conversation and their ID there."
        )
    return Address(channel, thread)
