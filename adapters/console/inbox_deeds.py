"""What was chosen in the form of the inbox, as an act on many tickets, and what is said of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.bulk import BulkDone, Deed, What
from bot.console import ActRefused

SNOOZES = {"4": "4 hours", "24": "1 day", "72": "3 days", "168": "1 week"}
_DONE = {
    What.ASSIGN: "Assigned",
    What.PRIORITY: "Changed the priority of",
    What.TAG: "Tagged",
    What.UNTAG: "Took the tag off",
    What.SOLVE: "Solved",
    What.SNOOZE: "Snoozed",
    What.ESCALATE: "Escalated",
}


def deed(chosen: str, tag: str, me: str, now: datetime) -> Deed:
    """The act that `chosen` names (`assign:me`, `snooze:4`, `tag`). Raises ActRefused."""
    name, _, value = chosen.partition(":")
    if name not in {each.value for each in What}:
        raise ActRefused("Choose what is to be done with the tickets.")
    what = What(name)
    if what is What.SNOOZE:
        if value not in SNOOZES:
            raise ActRefused("Choose for how long they are to be out of sight.")
        return Deed(what, until=now + timedelta(hours=int(value)))
    if what in (What.TAG, What.UNTAG):
        if not tag.strip():
            raise ActRefused("Write the tag beside the choice.")
        return Deed(what, " ".join(tag.split()))
    return Deed(what, me if value == "me" else value)


def numbers(chosen: Sequence[str]) -> list[int]:
    """The numbers of the tickets that were ticked; anything else is passed over."""
    return [int(each) for each in chosen if each.isascii() and each.isdigit() and len(each) < 10]


def told(done: BulkDone, *, undone: bool = False) -> str:
    """What came of it, in one sentence."""
    count = len(done.done)
    tickets = "1 ticket" if count == 1 else f"{count} tickets"
    if undone:
        return f"Undone for {tickets}." if count else "Nothing could be undone."
    return f"{_DONE[What(done.what)]} {tickets}." if count else "Nothing was changed."
