"""The rules of a ticket: what may be done with it when, and what comes of it. Pure.

Each act takes the state and gives the Change to it, or raises ActRefused. Where the
conversation goes, and who may act at all, is not decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.model import Message
from bot.opening import TicketRules
from bot.summary import shortened
from bot.ticket_state import ACTIVE, OVER, Change, TicketState, plain, rebuild
from bot.ticket_values import SUBJECT, ActRefused, checked_value

__all__ = ["ACTIVE", "OVER", "ActRefused", "TicketState", "rebuild"]

AFTER_REPLY = ("pending", "open", "on_hold", "solved")
LINKS = ("duplicate", "related", "parent")


def claim(state: TicketState, by: str) -> Change:
    """An agent takes a ticket that nobody has."""
    _active(state)
    if state.assignee == by:
        raise ActRefused("This ticket is yours already.")
    if state.assignee:
        raise ActRefused(f"{state.assignee} has this ticket. Ask them, or assign it to yourself.")
    return Change("claimed", new={"assignee": by, **_opened(state)})


def assign(state: TicketState, to: str | None, why: str = "") -> Change:
    """Somebody gets the ticket, or (None) nobody has it any more."""
    _active(state)
    if state.assignee == to:
        raise ActRefused("Nothing changes: it is assigned so already.")
    return Change("assigned" if to else "unassigned", why, {"assignee": to})


def reply(
    state: TicketState, by: str, then: str, message: int, now: datetime, article: str = ""
) -> Change:
    """An agent wrote to the requester; `then` is the state afterwards."""
    if state.status == "closed":
        raise ActRefused("This ticket is closed. Open a new one that is linked to it.")
    if then not in AFTER_REPLY:
        raise ActRefused(f"After a reply a ticket is one of: {', '.join(AFTER_REPLY)}.")
    new: dict[str, Any] = {"status": then, "snoozed_until": None}
    new["solved_at"] = now if then == "solved" else None
    if state.assignee is None:
        new["assignee"] = by
    return Change("replied", new=_changed(state, new), more={"message": message, **_with(article)})


def note(note_id: int, kind: str) -> Change:
    """Something was written for agents alone."""
    return Change("suggested" if kind == "suggestion" else "noted", more={"note": note_id})


def escalate(
    state: TicketState, rules: TicketRules, to: int | None = None, why: str = ""
) -> Change:
    """To the next tier, or the named one; nobody has it there yet."""
    _active(state)
    higher = [tier for tier in rules.tiers if tier > state.tier]
    if not higher:
        raise ActRefused(f"Tier {state.tier} is the last one. Assign it to somebody there.")
    if to is not None and to not in higher:
        raise ActRefused(f"Escalate to one of the tiers {_named(higher)}.")
    return Change("escalated", why, _moved(state, higher[0] if to is None else to))


def de_escalate(state: TicketState, rules: TicketRules, why: str, to: int | None = None) -> Change:
    """Back to a lower tier; the reason has to be given."""
    _active(state)
    lower = [tier for tier in rules.tiers if tier < state.tier]
    if not lower:
        raise ActRefused(f"Tier {state.tier} is the first one.")
    if to is not None and to not in lower:
        raise ActRefused(f"Give it back to one of the tiers {_named(lower)}.")
    if not why.strip():
        raise ActRefused("Say why it goes back, so that the lower tier knows what to do.")
    return Change("de_escalated", why, _moved(state, lower[-1] if to is None else to))


def hold(state: TicketState, why: str = "") -> Change:
    """It waits for something that is neither the requester nor us."""
    _active(state)
    if state.status == "on_hold":
        raise ActRefused("This ticket is on hold already.")
    return Change("held", why, {"status": "on_hold"})


def resume(state: TicketState, why: str = "") -> Change:
    """A ticket that waited is worked on again."""
    if state.status not in ("pending", "on_hold"):
        raise ActRefused("This ticket does not wait.")
    return Change("resumed", why, _changed(state, {"status": "open", "snoozed_until": None}))


def solve(state: TicketState, now: datetime, why: str = "", article: str = "") -> Change:
    """The problem is gone, as far as we know; `article` is the one that solves it."""
    _active(state)
    over = {"status": "solved", "solved_at": now, "snoozed_until": None}
    return Change("solved", why, _changed(state, over), _with(article))


def reopen(state: TicketState, why: str = "") -> Change:
    """A solved ticket is worked on again."""
    if state.status == "closed":
        raise ActRefused("This ticket is closed. Open a new one that is linked to it.")
    if state.status != "solved":
        raise ActRefused("This ticket is not solved.")
    return Change("reopened", why, {"status": "open", "solved_at": None})


def may_reopen(state: TicketState, rules: TicketRules, now: datetime) -> bool:
    """Whether a message of the requester reopens it; else it gets a new, linked ticket."""
    return (
        state.status == "solved"
        and state.solved_at is not None
        and now - state.solved_at <= rules.reopen_within
    )


def requester_wrote(state: TicketState, message: int) -> Change:
    """The requester wrote on a ticket that is worked on: it is our turn again."""
    _active(state)
    new = {"snoozed_until": None}
    if state.status in ("pending", "on_hold"):
        new["status"] = "open"  # type: ignore[assignment]
    return Change("requester_wrote", new=_changed(state, new), more={"message": message})


def asked_again(reason: str) -> Change:
    """The requester's conversation was handed over once more while the ticket is open."""
    return Change("asked_again", reason)


def undelivered(key: str, error: str) -> Change:
    """A reply never reached the requester, so a person must see to it."""
    return Change("undelivered", error, more={"key": key})


def due_to_close(state: TicketState, rules: TicketRules, now: datetime) -> bool:
    """Whether it was solved long enough ago."""
    return (
        state.status == "solved"
        and state.solved_at is not None
        and now - state.solved_at >= rules.close_after
    )


def close(state: TicketState, rules: TicketRules, now: datetime) -> Change:
    """Solved long enough: it is history from now on."""
    if not due_to_close(state, rules, now):
        raise ActRefused("Only a ticket that was solved long enough ago is closed.")
    return Change("closed", new={"status": "closed", "closed_at": now})


def snooze(state: TicketState, until: datetime, now: datetime) -> Change:
    """Out of sight until then, or until the requester writes."""
    _active(state)
    if until <= now:
        raise ActRefused("Snooze it until a time that is yet to come.")
    return Change("snoozed", new={"snoozed_until": until})


def wake(state: TicketState) -> Change:
    """In sight again."""
    if state.snoozed_until is None:
        raise ActRefused("This ticket is not snoozed.")
    return Change("woken", new={"snoozed_until": None})


def change(state: TicketState, new: Mapping[str, Any], why: str = "") -> Change:
    """Other values for `type`, `priority`, `queue`, `subject`, `tags` or `fields`."""
    if state.status == "closed":
        raise ActRefused("This ticket is closed. Its values stay as they are.")
    checked = _changed(state, {name: checked_value(name, value) for name, value in new.items()})
    if not checked:
        raise ActRefused("Nothing changes: it has these values already.")
    before = {name: plain(getattr(state, name)) for name in checked}
    return Change("changed", why, checked, {"before": before})


def follow(state: TicketState, who: str, *, following: bool) -> Change:
    """Somebody wants to hear of the ticket, or no longer does."""
    if (who in state.followers) == following:
        raise ActRefused("They follow it already." if following else "They do not follow it.")
    others = tuple(each for each in state.followers if each != who)
    what = "followed" if following else "unfollowed"
    return Change(what, new={"followers": (*others, who) if following else others})


def link(kind: str, number: int, other: int) -> Change:
    """It belongs together with another ticket."""
    if kind not in LINKS:
        raise ActRefused(f"Link it as one of: {', '.join(LINKS)}.")
    if number == other:
        raise ActRefused("A ticket cannot be linked to itself: give another number.")
    return Change("linked", more={"kind": kind, "ticket": other})


def merge(
    state: TicketState, number: int, into: int, target: TicketState, now: datetime
) -> tuple[Change, Change]:
    """This ticket goes on in another one: what changes here, and what there."""
    if number == into:
        raise ActRefused("A ticket cannot be merged into itself: give another number.")
    if state.status == "closed":
        raise ActRefused("This ticket is closed. Link it instead.")
    if target.status not in ACTIVE:
        raise ActRefused(
            f"Ticket #{into} is {target.status}. Reopen it first, or merge the other way."
        )
    here = {"status": "closed", "closed_at": now, "merged_into": into, "snoozed_until": None}
    there = {
        "followers": tuple(dict.fromkeys([*target.followers, *state.followers])),
        "tags": tuple(dict.fromkeys([*target.tags, *state.tags])),
    }
    return (
        Change("merged", new=_changed(state, here), more={"into": into}),
        Change("merged_in", new=_changed(target, there), more={"ticket": number}),
    )


def split(messages: Sequence[int], new: int) -> Change:
    """Some of its messages are another matter, with a ticket of its own."""
    return Change("split", more={"messages": list(messages), "ticket": new})


def may_split(state: TicketState, messages: Sequence[int]) -> None:
    """Raises ActRefused when that cannot be."""
    if state.status == "closed":
        raise ActRefused("This ticket is closed. Open a new one that is linked to it.")
    if not messages:
        raise ActRefused("Choose the messages that are another matter.")


def apart(
    state: TicketState, number: int, subject: str, chosen: Sequence[Message], now: datetime
) -> TicketState:
    """The ticket for those messages: the same people have it, and it is for the same requester."""
    said = "\n".join(f"- {message.author}: {shortened(message.text, 300)}" for message in chosen)
    return replace(
        state,
        subject=shortened(subject, SUBJECT),
        summary=f"Split off from #{number}:\n{said}",
        reason=f"split off from #{number}",
        opened_at=now,
        status="open",
        followers=(),
        snoozed_until=None,
        solved_at=None,
        version=1,
    )


def give_back(holder: str) -> Change:
    """The bot may speak again in the conversation."""
    if holder != "agent":
        raise ActRefused("The bot has this conversation already.")
    return Change("given_back")


def _active(state: TicketState) -> None:
    if state.merged_into:
        raise ActRefused(f"This ticket was merged into #{state.merged_into}: go on there.")
    if state.status == "solved":
        raise ActRefused("This ticket is solved. Reopen it first.")
    if state.status == "closed":
        raise ActRefused("This ticket is closed. Open a new one that is linked to it.")


def _opened(state: TicketState) -> dict[str, Any]:
    return {"status": "open"} if state.status == "new" else {}


def _with(article: str) -> dict[str, Any]:
    return {"article": article} if article else {}


def _moved(state: TicketState, tier: int) -> dict[str, Any]:
    waits = {"status": "open"} if state.status in ("pending", "on_hold") else {}
    return _changed(state, {"tier": tier, "assignee": None, "snoozed_until": None, **waits})


def _changed(state: TicketState, new: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in new.items() if getattr(state, name) != value}


def _named(tiers: Sequence[int]) -> str:
    return ", ".join(map(str, tiers))
