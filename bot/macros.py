"""Texts that agents write often, with places for values: `Hello {{ requester }}`.

The language is that of a flow's texts (`knowledge.flows.language`): a sandbox in which
nothing loops, calls or reaches into an object. A macro is only ever put into a form for
an agent to read; nothing is sent by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.limits import storable
from bot.model_tickets import KeptMacro
from bot.people import Act, Person, may
from bot.store import macros
from bot.store.database import Database
from bot.ticket_acts import Forbidden
from bot.ticket_values import ActRefused, checked_value
from bot.tickets import AFTER_REPLY
from bot.views import TicketLine
from knowledge.flows.language import LanguageRefused, filled, uses
from knowledge.flows.language import text as readable

VARIABLES = (
    "requester",
    "agent",
    "number",
    "subject",
    "status",
    "priority",
    "type",
    "queue",
    "tier",
    "channel",
)
"""What a macro's text can name."""
LONGEST = 10_000
NAME = 80


@dataclass(frozen=True, slots=True)
class Macro:
    """`then` is the ticket's state after the reply and `tags` are added to it; empty: neither."""

    id: int
    name: str
    text: str
    then: str = ""
    tags: tuple[str, ...] = ()


class Macros:
    """Leads and admins write them, agents use them. Safe to be called from many threads."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._clock = clock

    def listed(self) -> tuple[Macro, ...]:
        """All of them, by name."""
        return tuple(map(_told, self._database.browse(macros.listed)))

    def macro(self, id: int) -> Macro | None:
        """One of them; None when there is none (any more)."""
        found = self._database.browse(lambda s: macros.one(s, id))
        return None if found is None else _told(found)

    def keep(
        self,
        person: Person,
        name: str,
        text: str,
        then: str = "",
        tags: Sequence[str] = (),
        id: int | None = None,
    ) -> Macro:
        """A new macro, or another text for the one of that `id`. Raises Forbidden and ActRefused."""
        _writers_only(person)
        named, words = " ".join(storable(name).split()), storable(text).strip()
        _check(named, words, then)
        labels = checked_value("tags", tags)
        now = self._clock()
        row = KeptMacro(
            name=named,
            text=words,
            then=then,
            tags=list(labels),
            changed_by=person.id,
            changed_at=now,
        )
        made = self._database.write(lambda s: macros.keep(s, row, id))
        return Macro(made, named, words, then, labels)

    def remove(self, person: Person, id: int) -> None:
        """It is gone; what was written with it stays. Raises Forbidden."""
        _writers_only(person)
        self._database.write(lambda s: macros.remove(s, id))


def put_in(macro: Macro, ticket: TicketLine, agent: str) -> str:
    """The macro's text for that ticket, as the agent would have typed it."""
    return filled(macro.text, values_of(ticket, agent))


def values_of(ticket: TicketLine, agent: str) -> Mapping[str, object]:
    """What the variables stand for."""
    return {
        "requester": ticket.requester_name or ticket.requester,
        "agent": agent,
        "number": ticket.id,
        "subject": ticket.subject,
        "status": ticket.status.replace("_", " "),
        "priority": ticket.priority,
        "type": ticket.type,
        "queue": ticket.queue,
        "tier": ticket.tier,
        "channel": ticket.channel,
    }


def _check(name: str, text: str, then: str) -> None:
    if not name or len(name) > NAME:
        raise ActRefused(f"Give the macro a name of up to {NAME} characters.")
    if not text or len(text) > LONGEST:
        raise ActRefused(f"A macro's text has 1 to {LONGEST} characters.")
    if then and then not in AFTER_REPLY:
        raise ActRefused(f"After a reply a ticket is one of: {', '.join(AFTER_REPLY)}.")
    unknown = sorted(_names(text) - set(VARIABLES))
    if unknown:
        raise ActRefused(f"There is no {{{{ {unknown[0]} }}}}. There are: {', '.join(VARIABLES)}.")


def _names(text: str) -> frozenset[str]:
    """The variables that a text names. Raises ActRefused for a text that cannot be read."""
    try:
        readable(text)
        read = uses(text, in_text=True)
    except LanguageRefused as refused:
        raise ActRefused(f"{refused}. Write a value as {{{{ requester }}}}.") from None
    return read.needed | read.optional


def _writers_only(person: Person) -> None:
    if not may(person, Act.WRITE_MACROS):
        raise Forbidden("Only leads and admins change macros.")


def _told(row: KeptMacro) -> Macro:
    return Macro(row.id, row.name, row.text, row.then, tuple(row.tags))
