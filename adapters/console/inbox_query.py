"""What is asked of the inbox, read from the page's address and written into another one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bot.console import ActRefused
from bot.ticket_views import Filters, Sort, View

STATUSES = ("new", "open", "pending", "on_hold", "solved", "closed")
PRIORITIES = ("urgent", "high", "normal", "low")
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Query:
    """The values as they stand in the address; empty means that the list is not narrowed by it.

    `by` is `words` or `meaning`: how tickets are searched for `q`.
    """

    view: str = View.MINE.value
    q: str = ""
    by: str = "words"
    status: str = ""
    tier: str = ""
    queue: str = ""
    priority: str = ""
    tag: str = ""
    assignee: str = ""
    sort: str = ""
    after: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether something other than the view is asked for."""
        return self != Query(self.view, by=self.by, sort=self.sort, after=self.after)

    @property
    def by_meaning(self) -> bool:
        """Whether what the words mean is searched for."""
        return self.by == "meaning" and bool(self.q.strip())

    def address(self, **changes: str) -> str:
        """What stands after the `?` for this list with other values; it begins with its first page."""
        other = replace(self, **{"after": "", **changes})
        usual = Query()
        kept = {name: value for name, value in other.values() if value != getattr(usual, name)}
        return urlencode({"view": other.view, **kept})

    def values(self) -> Iterable[tuple[str, str]]:
        """Every name with its value."""
        return ((name, getattr(self, name)) for name in self.__dataclass_fields__)

    def filters(self, me: str) -> Filters:
        """What the door is asked for. Raises ActRefused for a tier that is none."""
        if self.tier and not (self.tier.isascii() and self.tier.isdigit() and len(self.tier) < 4):
            raise ActRefused("A tier is a number.")
        return Filters(
            statuses=_given(self.status),
            tiers=(int(self.tier),) if self.tier else (),
            queues=_given(self.queue),
            priorities=_given(self.priority),
            tags=_given(self.tag.strip()),
            assignee=me if self.assignee == "me" else self.assignee,
            words="" if self.by_meaning else self.q,
        )

    def order(self) -> Sort | None:
        """The order asked for. Raises ActRefused."""
        if self.sort and self.sort not in {each.value for each in Sort}:
            raise ActRefused("There is no such order. Choose one of those below.")
        return Sort(self.sort) if self.sort else None

    def which(self) -> View:
        """The view asked for. Raises ActRefused."""
        if self.view not in {each.value for each in View}:
            raise ActRefused("There is no such list. Choose one of those above.")
        return View(self.view)


def read(given: Mapping[str, str]) -> Query:
    """The query of an address; what it has beside is passed over."""
    known = Query.__dataclass_fields__
    return Query(**{name: value[:LONGEST] for name, value in given.items() if name in known})


def _given(value: str) -> tuple[str, ...]:
    return (value,) if value else ()
