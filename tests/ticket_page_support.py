"""The forms of a ticket's page, filled in and sent as a browser does without scripts."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import httpx

from adapters.console.ticket_doors import TicketDoors
from bot.channel import Address, Incoming, Sender
from bot.console import Asked
from bot.people import Role
from tests.console_support import account, field, proof
from tests.web_support import Site

THREADS = count(1)
THREAD_OF: dict[int, str] = {}
"""Where the requester of each ticket writes."""


def page_doors(site: Site) -> TicketDoors:
    assert site.doors.ticket_page
    return site.doors.ticket_page


def new_ticket(site: Site, subject: str = "Printer jams", **more: object) -> int:
    lead = account(site, Role.LEAD).person
    thread = f"thread-{next(THREADS)}"
    where = Address("web", thread)
    asked = Asked(subject, "It does not print.", address=where, sender="ann", **more)  # type: ignore[arg-type]
    number = page_doors(site).console.open(lead, asked).number
    THREAD_OF[number] = thread
    return number


def says(site: Site, number: int, text: str, **more: object) -> None:
    """The requester of the ticket writes in its conversation."""
    where = Address("web", THREAD_OF[number])
    heard = Incoming(
        where,
        f"said-{next(THREADS)}",
        text=text,
        sender=Sender("ann", "Ann"),
        sent_at=datetime.now(UTC),
        **more,  # type: ignore[arg-type]
    )
    site.desk.accept(heard)


def page(client: httpx.Client, number: int) -> str:
    answer = client.get(f"/console/tickets/{number}")
    assert answer.status_code == 200, answer.text
    return answer.text


def send(
    client: httpx.Client, number: int, act: str, html: str = "", **fields: str
) -> httpx.Response:
    """Send a form of the page (of `html`, which may be old) as a browser does."""
    html = html or page(client, number)
    sent = {"form_token": proof(html), "version": field(html, "version")} | fields
    return client.post(f"/console/tickets/{number}/{act}", data=sent)


def done(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text[:3000]
    return answer.headers["location"]
