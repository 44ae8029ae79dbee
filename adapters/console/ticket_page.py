"""Draws the page of a ticket, as it is now for the person who looks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from adapters.console.pages import Pages
from adapters.console.ticket_acts import DONE, SNOOZES
from adapters.console.ticket_doors import TicketDoors, colleagues
from adapters.console.ticket_shown import clock_words, length, sign_words, stream, told
from bot.console import PRIORITIES, TYPES, NoSuchTicket
from bot.macros import Macro, put_in
from bot.people import Act, Person, may
from bot.ticket_views import Beside, TicketWhole

KEY_BYTES = 12


@dataclass(frozen=True, slots=True)
class Refusal:
    """What could not be done, and what was typed: it is on the page again."""

    status: int
    said: str
    act: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)


NOTHING = Refusal(200, "")


class TicketPages:
    """The page of one ticket, its parts, and the pages of splitting and merging."""

    def __init__(self, pages: Pages, doors: TicketDoors) -> None:
        self._pages = pages
        self._doors = doors

    def whole(self, person: Person, number: int) -> TicketWhole:
        """The ticket. Raises HTTPException 404."""
        try:
            return self._doors.console.ticket(person, number)
        except NoSuchTicket as refused:
            raise HTTPException(404, str(refused)) from None

    def page(
        self, request: Request, person: Person, number: int, refusal: Refusal = NOTHING
    ) -> Response:
        """The whole page, with what was refused, if something was."""
        doors = self._doors
        whole, beside = self._found(person, number)
        if doors.see:
            doors.see(person, number, whole.last_event)
        macro, known = self._macro(request), doors.people()
        names = {each.id: each.name for each in known}
        given = {
            "whole": whole,
            "ticket": whole.ticket,
            "entries": stream(whole, beside.files, doors.centre.to_html),
            "events": told(whole.events, names),
            "clocks": beside.clocks,
            "names": names,
            "similar": doors.similar(person, number) if doors.similar else (),
            "works": may(person, Act.WORK, tier=whole.ticket.tier),
            "colleagues": colleagues(known, whole.ticket.tier),
            "macros": doors.macros.listed(),
            "macro": macro,
            "texts": self._texts(request, person, whole, macro, refusal),
            "sign": sign_words(beside.sign) if beside.sign else "",
            "key": refusal.typed.get("key") or secrets.token_hex(KEY_BYTES),
            "refusal": refusal,
            "notice": "" if refusal.said else DONE.get(request.query_params.get("said", ""), ""),
        }
        return self._pages.page(request, "ticket.html", refusal.status, **given, **ALWAYS)

    def _found(self, person: Person, number: int) -> tuple[TicketWhole, Beside]:
        """The ticket as it was when its sign was taken, or newer. Raises HTTPException 404."""
        try:
            beside = self._doors.console.beside(person, number)
        except NoSuchTicket as refused:
            raise HTTPException(404, str(refused)) from None
        return self.whole(person, number), beside

    def split(self, request: Request, person: Person, number: int) -> Response:
        """The page on which messages are chosen."""
        whole = self.whole(person, number)
        return self._pages.page(
            request, "ticket-split.html", whole=whole, ticket=whole.ticket, said=""
        )

    def merge(self, request: Request, person: Person, number: int, into: str) -> Response:
        """The page on which both tickets are seen before they are merged."""
        typed = into.strip().removeprefix("#")
        number_typed = typed.isascii() and typed.isdigit() and len(typed) < 10
        if not number_typed or int(typed) == number:
            said = "Write the number of the other ticket, such as 12."
            return self.page(request, person, number, Refusal(422, said, "merge", {"into": into}))
        gone = self.whole(person, number)
        try:
            kept = self._doors.console.ticket(person, int(typed))
        except NoSuchTicket as refused:
            return self.page(request, person, number, Refusal(422, str(refused), "merge"))
        return self._pages.page(request, "ticket-merge.html", gone=gone, kept=kept)

    def _macro(self, request: Request) -> Macro | None:
        typed = request.query_params.get("macro", "")
        return self._doors.macros.macro(int(typed)) if typed.isascii() and typed.isdigit() else None

    def _texts(
        self,
        request: Request,
        person: Person,
        whole: TicketWhole,
        macro: Macro | None,
        refusal: Refusal,
    ) -> dict[str, str]:
        """What stands in the reply and in the note: what was refused, or begun before, and what
        is put in by the address of the page."""
        texts = {"reply": "", "note": ""} | self._doors.drafts.of(person, whole.ticket.id)
        if refusal.act in texts:
            texts[refusal.act] = refusal.typed.get("text", "")
        more = [put_in(macro, whole.ticket, person.name)] if macro else []
        used = request.query_params.get("use", "")
        more += [note.text for note in whole.notes if str(note.id) == used]
        if more:
            texts["reply"] = "\n\n".join(filter(None, (texts["reply"].rstrip(), *more)))
        return texts


ALWAYS = {
    "clock_words": clock_words,
    "length": length,
    "snoozes": SNOOZES,
    "types": TYPES,
    "priorities": PRIORITIES,
}
