"""The inbox as a page: what the doors give, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from adapters.console.inbox_deeds import SNOOZES
from adapters.console.inbox_doors import InboxDoors
from adapters.console.inbox_query import PRIORITIES, STATUSES, Query
from adapters.console.inbox_rows import row
from adapters.console.pages import Pages
from bot.console import ActRefused
from bot.people import Person
from bot.ticket_views import InboxPage, Sort, View
from bot.views import TicketLine

ON_A_PAGE = 50
VIEWS = {
    View.MINE: "Mine",
    View.UNASSIGNED: "Unassigned",
    View.MY_TIERS: "My tiers",
    View.BREACHING: "Breaching",
    View.ALL: "All",
}
SORTS = {
    Sort.CHANGED: "Last changed",
    Sort.DUE: "Due first",
    Sort.NEWEST: "Newest",
    Sort.OLDEST: "Oldest",
}


class InboxPages:
    """Draws the inbox: whole, or only its list for a page that is open."""

    def __init__(self, pages: Pages, doors: InboxDoors) -> None:
        self._pages = pages
        self._doors = doors

    def draw(
        self, request: Request, person: Person, query: Query, status: int = 200, **said: Any
    ) -> Response:
        """The page of a query; `said` is told above the list: `result`, `failed`, `undo`, `error`."""
        given = {"result": "", "failed": (), "undo": 0, "error": ""} | said
        last = self._doors.console.last_event()
        try:
            page = self._found(person, query)
        except ActRefused as refused:
            query, status = Query(), 422
            page = self._found(person, query)
            given["error"] = str(refused)
        given |= self._list(person, query, page)
        given |= {"query": query, "address": query.address(after=query.after), "last_event": last}
        if "hx-request" in request.headers:
            return HTMLResponse(self._pages.part(request, "inbox-list.html", **given), status)
        return self._pages.page(request, "inbox.html", status, **given, **self._around(person))

    def _found(self, person: Person, query: Query) -> InboxPage:
        view, order, filters = query.which(), query.order(), query.filters(person.id)
        console, meaning = self._doors.console, self._doors.meaning
        if not query.by_meaning or meaning is None:
            return console.inbox(
                person, view, filters, sort=order, after=query.after, limit=ON_A_PAGE
            )
        near = meaning.near(person, query.q)
        found = console.inbox(person, view, replace(filters, among=near), limit=len(near) or 1)
        lines = {line.id: line for line in found.tickets}
        nearest = [lines[number] for number in near if number in lines]
        return InboxPage(tuple(nearest[:ON_A_PAGE]))

    def _list(self, person: Person, query: Query, page: InboxPage) -> dict[str, Any]:
        doors, now = self._doors, self._doors.clock()
        names, colleagues = doors.people()
        unread = doors.lists.unread(person, [line.id for line in page.tickets])
        counts = doors.console.counts(person)
        return {
            "rows": [row(line, names, unread, now) for line in page.tickets],
            "unread": len(unread),
            "tabs": [(view, label, counts[view]) for view, label in VIEWS.items()],
            "further": query.address(after=page.next) if page.next else "",
            "empty": _empty(query, counts[View.ALL], page.tickets),
            "colleagues": colleagues,
            "priorities": PRIORITIES,
            "snoozes": SNOOZES,
        }

    def _around(self, person: Person) -> dict[str, Any]:
        doors = self._doors
        return {
            "statuses": STATUSES,
            "sorts": SORTS,
            "tiers": doors.tiers,
            "queues": doors.queues,
            "saved": doors.lists.filters(person),
            "means": doors.meaning is not None,
            "away": doors.presence.is_away(person.id),
        }


def _empty(query: Query, active: int, found: Sequence[TicketLine]) -> tuple[str, str]:
    """What is said of a list without tickets, and what can be done; empty texts when it has some."""
    if found:
        return "", ""
    if query.after:
        return "That was the last page.", "Begin with the first one again."
    if query.is_narrowed:
        return "No ticket fits.", "Leave out some of the filters, or search in All."
    if not active:
        return "No ticket is open.", "When the bot hands a conversation over, it appears here."
    return {
        View.MINE.value: ("You have no tickets.", "Unassigned is where the next one comes from."),
        View.UNASSIGNED.value: ("Every ticket has somebody.", "Nothing waits to be taken."),
        View.BREACHING.value: (
            "No promise runs out within the hour.",
            "Mine shows what is next for you.",
        ),
    }.get(query.view, ("Nothing here now.", "All shows the tickets of every tier."))
