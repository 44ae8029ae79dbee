"""What an agent's lists need beside the console: saved filters, unread marks, acts on many with undo."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot import bulk
from bot.bulk import BulkDone, Deed, What
from bot.console import Acted, Console, Forbidden, StaleTicket
from bot.people import Act, Person, may
from bot.store import worklist as rows
from bot.store.database import Database
from bot.ticket_state import TicketState
from bot.ticket_values import ActRefused

AT_ONCE = 200
NAME, QUERY, FILTERS = 64, 2_000, 50
UNDO_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """A list under a name of its own; `query` is the page's address after the `?`."""

    id: int
    name: str
    query: str


@dataclass
class Worklist:
    """Safe to be called from many threads. All raise Forbidden for who sees no lists of tickets."""

    database: Database
    console: Console
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def filters(self, person: Person) -> tuple[KeptFilter, ...]:
        """The person's saved filters, by name."""
        _agents_only(person)
        found = self.database.browse(lambda s: rows.filters(s, person.id))
        return tuple(KeptFilter(each.id, each.name, each.query) for each in found)

    def save_filter(self, person: Person, name: str, query: str) -> None:
        """Keep a list, in place of one of that name. Raises ActRefused."""
        _agents_only(person)
        called = " ".join(name.split())
        if not called or len(called) > NAME:
            raise ActRefused(f"Give the list a name of 1 to {NAME} characters.")
        if len(query) > QUERY:
            raise ActRefused("This filter is too long to be kept. Leave out some of it.")
        names = {each.name for each in self.filters(person)} | {called}
        if len(names) > FILTERS:
            raise ActRefused(f"You have {FILTERS} saved lists already. Delete one first.")
        self.database.write(lambda s: rows.save_filter(s, person.id, called, query))

    def delete_filter(self, person: Person, number: int) -> None:
        """One of the person's own is gone; a number that is not theirs has no effect."""
        _agents_only(person)
        self.database.write(lambda s: rows.delete_filter(s, person.id, number))

    def unread(self, person: Person, numbers: Collection[int]) -> frozenset[int]:
        """The tickets to which something happened, by others, that the person has not looked at."""
        _agents_only(person)

        def work(session: Session) -> frozenset[int]:
            last = rows.last_events(session, numbers, person.id)
            seen = rows.seen(session, person.id, numbers)
            return frozenset(n for n, event in last.items() if event > seen.get(n, 0))

        return self.database.browse(work)

    def see(self, person: Person, number: int, event: int) -> None:
        """The person looks at the ticket, as it is after that event (`TicketWhole.last_event`)."""
        _agents_only(person)
        self.database.write(lambda s: rows.see(s, person.id, number, event))

    def do(self, person: Person, numbers: Sequence[int], deed: Deed) -> BulkDone:
        """The act upon each of the tickets, and for how many it could not be done and why.

        At most 200 at once. Raises ActRefused for none or more.
        """
        _agents_only(person)
        chosen = list(dict.fromkeys(numbers))
        if not chosen or len(chosen) > AT_ONCE:
            raise ActRefused(f"Choose 1 to {AT_ONCE} tickets.")
        states = self.database.browse(lambda s: rows.states(s, chosen))
        acted, failed = self._each(chosen, lambda n: self._one(person, n, states.get(n), deed))
        changes = self.database.browse(lambda s: rows.changes(s, [a.event for a in acted]))
        undo = [
            {
                "ticket": each.number,
                "version": each.version,
                "before": bulk.before(states[each.number], changes[each.event]),
            }
            for each in acted
        ]
        kept = self._keep(person, deed.what, undo) if undo else 0
        return BulkDone(kept, deed.what, tuple(a.number for a in acted), failed)

    def undo(self, person: Person, act: int) -> BulkDone:
        """All of it is as it was before, but for tickets on which somebody acted since.

        Within ten minutes, once. Raises ActRefused.
        """
        _agents_only(person)
        now = self.clock()

        def work(session: Session) -> tuple[str, list[Any]]:
            found = rows.bulk(session, person.id, act, now - UNDO_WITHIN)
            if found is None:
                minutes = UNDO_WITHIN // timedelta(minutes=1)
                raise ActRefused(
                    f"This cannot be undone: it was, already, or it is over {minutes} minutes ago."
                )
            found.undone_at = now
            return found.what, found.done

        what, done = self.database.write(work)
        entries = {each["ticket"]: each for each in done}

        def back(number: int) -> Acted:
            entry = entries[number]
            return self.console.put_back(person, number, entry["before"], entry["version"])

        acted, failed = self._each(list(entries), back)
        return BulkDone(0, what, tuple(each.number for each in acted), failed)

    def _keep(self, person: Person, what: What, undo: list[dict[str, Any]]) -> int:
        now = self.clock()
        old = now - UNDO_WITHIN
        return self.database.write(
            lambda s: rows.keep_bulk(s, person.id, what.value, undo, now, old)
        )

    def _each(
        self, numbers: Sequence[int], act: Callable[[int], Acted]
    ) -> tuple[list[Acted], tuple[tuple[int, str], ...]]:
        done: list[Acted] = []
        failed: list[tuple[int, str]] = []
        for number in numbers:
            try:
                done.append(act(number))
            except (Forbidden, StaleTicket, ActRefused) as refused:
                failed.append((number, str(refused)))
        return done, tuple(failed)

    def _one(self, person: Person, number: int, state: TicketState | None, deed: Deed) -> Acted:
        if state is None:
            raise Forbidden(f"There is no ticket #{number}.")
        console, version = self.console, state.version
        match deed.what:
            case What.ASSIGN:
                return console.assign(person, number, deed.value or None, version=version)
            case What.PRIORITY:
                return console.change(person, number, {"priority": deed.value}, version=version)
            case What.TAG | What.UNTAG:
                tags = [tag for tag in state.tags if tag != deed.value]
                more = [deed.value] if deed.what is What.TAG else []
                return console.change(person, number, {"tags": [*tags, *more]}, version=version)
            case What.SOLVE:
                return console.solve(person, number, version=version)
            case What.SNOOZE:
                until = deed.until or self.clock() + timedelta(days=1)
                return console.snooze(person, number, until, version=version)
            case What.ESCALATE:
                return console.escalate(person, number, version=version)


def _agents_only(person: Person) -> None:
    if not may(person, Act.SEE_NOTES):
        raise Forbidden("Only agents, leads and admins see the lists of tickets.")
