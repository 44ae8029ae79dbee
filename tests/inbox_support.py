"""Tickets for tests of the inbox, opened as agents open them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from adapters.console.inbox_doors import InboxDoors
from bot.channel import Address
from bot.console import Asked
from bot.model import Ticket
from bot.people import Person, Role
from tests.web_support import Site

LEAD = Person("lead-of-tests", "Lea", Role.LEAD)


def inbox(site: Site) -> InboxDoors:
    """The doors behind the inbox of the site."""
    assert site.doors.inbox is not None
    return site.doors.inbox


def ticket(site: Site, subject: str, who: str = "ann", **more: Any) -> int:
    """A new ticket of somebody; its number."""
    asked = Asked(subject, subject, address=Address("web", f"{subject}-{who}"), sender=who, **more)
    return inbox(site).console.open(LEAD, asked).number


def due(site: Site, number: int, at: datetime) -> None:
    """A promise about the ticket runs out then."""

    def work(session: Session) -> None:
        session.execute(update(Ticket).where(Ticket.id == number).values(due_at=at))

    site.database.write(work)
