"""What can be done with a ticket by a form of its page: each is one call of the agents' door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.console.ticket_doors import TicketDoors
from bot.channel import Attachment
from bot.console import Acted, ActRefused, Written
from bot.people import Person

SNOOZES = {
    "1": "1 hour",
    "4": "4 hours",
    "24": "1 day",
    "72": "3 days",
    "168": "1 week",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent: `version` is that of the page it was on."""

    fields: Mapping[str, str]
    now: datetime
    chosen: tuple[int, ...] = ()
    files: tuple[Attachment, ...] = field(default=(), repr=False)

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "").replace("\r\n", "\n").strip()

    @property
    def version(self) -> int | None:
        return self.number("version") if self["version"] else None

    def number(self, name: str) -> int:
        """A number. Raises ActRefused."""
        typed = self[name].removeprefix("#")
        if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
            raise ActRefused(f"Write {name} as a number, such as 12.")
        return int(typed)


Perform = Callable[[TicketDoors, Person, int, Sent], Acted]


def claim(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """Take it."""
    return doors.console.claim(person, number, sent.version)


def assign(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """Give it to a colleague, or to nobody."""
    to = sent["to"] or None
    if to and not any(each.id == to for each in doors.accounts.listed()):
        raise ActRefused("There is no such account: choose one of the list.")
    return doors.console.assign(person, number, to, sent["why"], sent.version)


def reply(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """Write to the requester; what the macro that was used does besides is done too."""
    written = Written(sent["text"], sent.files, sent["then"] or "pending", article(doors, sent))
    acted = doors.console.reply(person, number, written, sent.version, sent["key"])
    doors.drafts.keep(person, number, "reply", "")
    return acted if not acted.new else _tagged(doors, person, number, sent, acted)


def _tagged(doors: TicketDoors, person: Person, number: int, sent: Sent, acted: Acted) -> Acted:
    macro = doors.macros.macro(sent.number("macro")) if sent["macro"] else None
    has = doors.console.ticket(person, number).ticket.tags
    new = [tag for tag in (macro.tags if macro else ()) if tag not in has]
    if not new:
        return acted
    return doors.console.change(person, number, {"tags": [*has, *new]}, "macro")


def note(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """Write something for agents alone."""
    acted = doors.console.note(person, number, sent["text"])
    doors.drafts.keep(person, number, "note", "")
    return acted


def escalate(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """To the next tier, or the named one."""
    return doors.console.escalate(person, number, _tier(sent), sent["why"], sent.version)


def de_escalate(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """Back to a lower tier, with a reason."""
    return doors.console.de_escalate(person, number, sent["why"], _tier(sent), sent.version)


def _tier(sent: Sent) -> int | None:
    return sent.number("tier") if sent["tier"] else None


def hold(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """It waits for something else."""
    return doors.console.hold(person, number, sent["why"], sent.version)


def resume(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """It waits no longer."""
    return doors.console.resume(person, number, sent["why"], sent.version)


def solve(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """The problem is gone; with words for the requester, or without."""
    if sent["text"]:
        written = Written(sent["text"], (), "solved", article(doors, sent))
        return doors.console.reply(person, number, written, sent.version, sent["key"])
    return doors.console.solve(person, number, sent["why"], sent.version, article(doors, sent))


def article(doors: TicketDoors, sent: Sent) -> str:
    """The id of the article that solves it, or empty. Raises ActRefused for one that is not there."""
    named = sent["article"].removesuffix(".md")
    if named and doors.centre.article(named) is None:
        raise ActRefused(
            f"There is no article {named!r}. Choose one of the list, or leave it empty."
        )
    return named


def reopen(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """Worked on again."""
    return doors.console.reopen(person, number, sent["why"], sent.version)


def snooze(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """Out of sight for some hours."""
    if sent["hours"] not in SNOOZES:
        raise ActRefused("Choose for how long.")
    until = sent.now + timedelta(hours=int(sent["hours"]))
    return doors.console.snooze(person, number, until, sent.version)


def wake(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """In sight again."""
    return doors.console.wake(person, number, sent.version)


def merge(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """It goes on in another ticket, which it tells of."""
    return doors.console.merge(person, number, sent.number("into"), sent.version)


def split(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """The chosen messages become a ticket of their own, of which it tells."""
    return doors.console.split(person, number, sent.chosen, sent["subject"], sent.version)


def link(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """It belongs together with another one."""
    return doors.console.link(person, number, sent.number("other"), sent["kind"] or "related")


def change(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """Other values; those that the form does not have stay."""
    new: dict[str, object] = {
        name: sent[name] for name in ("subject", "type", "priority", "queue") if name in sent.fields
    }
    if "tags" in sent.fields:
        new["tags"] = [tag.strip() for tag in sent["tags"].split(",") if tag.strip()]
    if "fields" in sent.fields:
        new["fields"] = parse_fields(sent["fields"])
    return doors.console.change(person, number, new, sent["why"], sent.version)


def parse_fields(typed: str) -> dict[str, str]:
    """`name: value` a line. Raises ActRefused for a line that is none."""
    found: dict[str, str] = {}
    for line in filter(str.strip, typed.splitlines()):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise ActRefused(f"Write each field as name: value. {line.strip()[:60]!r} is not so.")
        found[name.strip()] = value.strip()
    return found


def follow(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """Hear of it, or no longer."""
    return doors.console.follow(person, number, following=sent["following"] != "no")


def give_back(doors: TicketDoors, person: Person, number: int, _sent: Sent) -> Acted:
    """The bot may speak again."""
    return doors.console.give_back(person, number)


def identity(doors: TicketDoors, person: Person, number: int, sent: Sent) -> Acted:
    """The requester is known elsewhere too."""
    return doors.console.link_identity(person, number, sent["channel"], sent["sender"])


ACTS: dict[str, Perform] = {
    "claim": claim,
    "assign": assign,
    "reply": reply,
    "note": note,
    "escalate": escalate,
    "de-escalate": de_escalate,
    "hold": hold,
    "resume": resume,
    "solve": solve,
    "reopen": reopen,
    "snooze": snooze,
    "wake": wake,
    "merge": merge,
    "split": split,
    "link": link,
    "change": change,
    "follow": follow,
    "give-back": give_back,
    "identity": identity,
}
"""By the last part of the form's address."""

DONE = {
    "claim": "The ticket is yours. The bot is silent in its conversation.",
    "assign": "Assigned.",
    "reply": "Sent.",
    "note": "The note is kept. Only agents see it.",
    "escalate": "Escalated.",
    "de-escalate": "Given back to the lower tier.",
    "hold": "On hold.",
    "resume": "Worked on again.",
    "solve": "Solved.",
    "reopen": "Reopened.",
    "snooze": "Snoozed.",
    "wake": "In sight again.",
    "merge": "Merged. This is the ticket that goes on.",
    "split": "Split off. This is the new ticket.",
    "link": "Linked.",
    "change": "Kept.",
    "follow": "Kept.",
    "give-back": "The bot has the conversation again.",
    "identity": "Linked. Their tickets are one person's now.",
    "open": "The ticket is open.",
}
"""What is said after it."""
