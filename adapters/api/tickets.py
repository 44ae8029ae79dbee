"""Tickets over the API: looking at them, and opening one.

No postponed annotations here: FastAPI could not find `Reader`, which is local.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query
from starlette.exceptions import HTTPException

from adapters.api import ticket_models as models
from adapters.api.programs import ACTING, LOOKING, ProgramDoors, acting
from adapters.api.service import NAME, ApiService
from adapters.http.strict_json import StrictRoute
from bot.api_tokens import Scope
from bot.channel import Address
from bot.console import ActRefused, Asked
from bot.people import Person
from bot.ticket_views import Filters, View

Number = Annotated[int, Path(ge=1, lt=2**31, description="The ticket's number")]
After = Annotated[int, Query(ge=0, lt=2**31, description="Only events after this one")]
Limit = Annotated[int, Query(ge=1, le=200, description="At most so many")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,120}$",
        description="Your own id of the order: sent again with it, it is carried out once",
    ),
]
Words = Annotated[str, Query(pattern=r"^[^\x00]*$", max_length=255)]
Many = Annotated[list[models.Short], Query(max_length=50)]


def ticket_routes(service: ApiService, doors: ProgramDoors) -> APIRouter:
    """Lists, search, one ticket, its events and notes, and a new one."""
    router = APIRouter(route_class=StrictRoute, tags=["tickets"])
    console = doors.console
    Reader = Annotated[Person, Depends(acting(doors, service, Scope.TICKETS_READ))]
    Writer = Annotated[Person, Depends(acting(doors, service, Scope.TICKETS_WRITE))]

    @router.get("/tickets", responses=LOOKING)
    def page(
        person: Reader,
        view: View = View.ALL,
        status: Annotated[list[models.Status], Query()] = [],  # noqa: B006
        tier: Annotated[list[models.Tier], Query(max_length=50)] = [],  # noqa: B006
        queue: Many = [],  # noqa: B006
        priority: Annotated[list[models.Priority], Query()] = [],  # noqa: B006
        type: Annotated[list[models.Type], Query()] = [],  # noqa: B006
        tag: Many = [],  # noqa: B006
        channel: Many = [],  # noqa: B006
        assignee: Words = "",
        requester: Annotated[int, Query(ge=0, lt=2**31)] = 0,
        after: Words = "",
        limit: Limit = 50,
    ) -> models.Tickets:
        """A page of a list, narrowed; several values of one filter mean any of them (tags: all)."""
        filters = Filters(
            statuses=tuple(status),
            tiers=tuple(tier),
            queues=tuple(queue),
            priorities=tuple(priority),
            types=tuple(type),
            tags=tuple(tag),
            channels=tuple(channel),
            assignee=assignee,
            requester=requester,
        )
        try:
            found = console.inbox(person, view, filters, after=after, limit=limit)
        except ActRefused as error:
            raise HTTPException(422, str(error)) from None
        return models.Tickets(tickets=list(map(_line, found.tickets)), next=found.next)

    @router.get("/tickets/search", responses=LOOKING)
    def search(
        person: Reader,
        q: Annotated[str, Query(pattern=r"^[^\x00]*$", max_length=500, description="The words")],
        limit: Limit = 50,
    ) -> models.Tickets:
        """Tickets in which all the words are found in one place, the best first."""
        return models.Tickets(tickets=list(map(_line, console.search(person, q, limit))))

    @router.get("/tickets/{number}", responses=LOOKING)
    def one(person: Reader, number: Number) -> models.WholeTicket:
        """A ticket with its conversation."""
        return models.whole(console.ticket(person, number), service.options.site)

    @router.get("/tickets/{number}/events", responses=LOOKING)
    def events(person: Reader, number: Number, after: After = 0) -> models.Events:
        """What happened to a ticket, oldest first. A requester's own shows none."""
        found = console.ticket(person, number).events
        return _events(each for each in found if each.id > after)

    @router.get("/tickets/{number}/notes", responses=LOOKING)
    def notes(person: Reader, number: Number) -> models.Notes:
        """What agents wrote to each other about a ticket. A requester's own shows none."""
        found = console.ticket(person, number).notes
        return models.Notes(notes=[models.Note.model_validate(each) for each in found])

    @router.get("/ticket-events", responses=LOOKING)
    def changes(person: Reader, after: After = 0, limit: Limit = 200) -> models.Events:
        """What happened to all tickets, in order: to follow them without webhooks."""
        return _events(console.changes(person, after, limit))

    @router.post("/tickets", status_code=201, responses=ACTING)
    def create(person: Writer, new: models.NewTicket, key: Key = None) -> models.Acted:
        """Open a ticket for a requester. With the same Idempotency-Key it is opened once."""
        if (new.requester is None) == (new.person is None):
            raise HTTPException(422, "Give either `requester` or `person`.")
        asked = _asked(new, person, key or secrets.token_hex(16))
        return models.Acted.model_validate(console.open(person, asked, key or ""))

    return router


def _asked(new: models.NewTicket, by: Person, key: str) -> Asked:
    person = new.person
    thread = hashlib.sha256(f"{by.id}\0{key}".encode()).hexdigest()[:40]
    return Asked(
        subject=new.subject,
        text=new.text,
        requester=new.requester or 0,
        address=Address(NAME, f"ticket-{thread}") if person else None,
        sender=person.id if person else "",
        sender_name=person.name if person else "",
        type=new.type or "",
        priority=new.priority or "",
        queue=new.queue or "",
        tier=new.tier or 0,
        tags=tuple(new.tags),
        by="api",
    )


def _line(found: object) -> models.Ticket:
    return models.Ticket.model_validate(found)


def _events(found: Iterable[object]) -> models.Events:
    return models.Events(events=[models.Event.model_validate(each) for each in found])
