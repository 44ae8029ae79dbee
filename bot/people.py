"""Who may do what: every door asks `may`, and nothing else decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person is to the desk. One person has one role."""

    REQUESTER = "requester"
    AGENT = "agent"
    LEAD = "lead"
    WRITER = "writer"
    ADMIN = "admin"


class Act(StrEnum):
    """What can be done with a ticket, or with the desk."""

    SEE_TICKET = "see ticket"
    SEE_NOTES = "see notes"
    REPLY = "reply"
    WORK = "work"
    """Claim, assign, escalate, solve, reopen, merge, link, split, snooze, change fields, note."""
    SEE_FIGURES = "see figures"
    SEE_FLOWS = "see flows"
    WRITE_CONTENT = "write content"
    ADMINISTER = "administer"
    """Accounts, tokens, webhooks, retention, export and erasure of a requester's data."""
    USE_CONSOLE = "use console"
    """Open the console at all: its first page."""
    WRITE_MACROS = "write macros"
    """Add, change and remove the texts that agents put into their replies."""
    OWN_ACCOUNT = "own account"
    """See one's own account, change its password, end its sessions."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the desk knows. `id` is the account's; `tiers` are those they work in."""

    id: str
    name: str
    role: Role
    tiers: frozenset[int] = frozenset()


EVERYWHERE = frozenset({Role.LEAD, Role.ADMIN})
STAFF = frozenset({Role.AGENT, Role.LEAD, Role.WRITER, Role.ADMIN})
OF_A_TICKET = frozenset({Act.SEE_TICKET, Act.SEE_NOTES, Act.REPLY, Act.WORK})
OF_THE_DESK = {
    Act.SEE_FIGURES: frozenset({Role.LEAD, Role.WRITER, Role.ADMIN}),
    Act.SEE_FLOWS: STAFF,
    Act.WRITE_CONTENT: frozenset({Role.WRITER, Role.ADMIN}),
    Act.WRITE_MACROS: EVERYWHERE,
    Act.ADMINISTER: frozenset({Role.ADMIN}),
    Act.USE_CONSOLE: STAFF,
    Act.OWN_ACCOUNT: frozenset(Role),
}


def may(person: Person, act: Act, *, tier: int | None = None, own: bool = False) -> bool:
    """Whether the person may do it; `tier` is the ticket's, `own` says they are its requester.

    A requester sees and replies to own tickets, and never sees notes. An agent sees every
    ticket, with its notes, and acts on those of the own tiers; leads and admins act on all.
    """
    if act not in OF_A_TICKET:
        return person.role in OF_THE_DESK[act]
    if person.role in EVERYWHERE:
        return True
    if person.role is Role.AGENT:
        return act in {Act.SEE_TICKET, Act.SEE_NOTES} or tier in person.tiers
    return own and act in {Act.SEE_TICKET, Act.REPLY}


def may_somewhere(person: Person, act: Act) -> bool:
    """Whether the person may do it with some ticket, or with the desk, that is not their own matter.

    What a page asks before it knows the ticket; with the ticket it asks `may` again.
    """
    return any(may(person, act, tier=tier) for tier in (None, *person.tiers))
