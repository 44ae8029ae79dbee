"""A ticket as its page's template wants it: one stream of what was said and noted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.console import ticket_words
from bot.ticket_views import FileLine, Note, PromiseClock, TicketSign, TicketWhole
from bot.views import Line, TicketChange

DELIVERY = {
    "due": "on its way",
    "sent": "delivered",
    "dead": "not delivered",
    "uncertain": "perhaps delivered",
    "withheld": "not sent",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One piece of the stream. `html` is sanitised Markdown of the bot's; others are plain text.

    `sort` is `user`, `bot`, `agent`, `note` or `suggestion`.
    """

    sort: str
    id: int
    name: str
    at: datetime
    text: str
    html: str = ""
    line: Line | None = None
    files: tuple[FileLine, ...] = ()
    delivery: str = ""

    @property
    def anchor(self) -> str:
        """Its id on the page."""
        return f"{'n' if self.sort in ('note', 'suggestion') else 'm'}{self.id}"


@dataclass(frozen=True, slots=True)
class Told:
    """An event in words."""

    at: datetime
    who: str
    what: str
    why: str


def stream(
    whole: TicketWhole, files: Sequence[FileLine], to_html: Callable[[str], str]
) -> list[Entry]:
    """What was said and noted, in order of time."""
    of_message: dict[int, tuple[FileLine, ...]] = {}
    for each in files:
        of_message[each.message] = (*of_message.get(each.message, ()), each)
    said = [_said(line, of_message.get(line.id, ()), to_html) for line in whole.lines]
    noted = [_noted(note, to_html) for note in whole.notes]
    return sorted([*said, *noted], key=lambda entry: (entry.at, entry.anchor))


def _said(line: Line, files: tuple[FileLine, ...], to_html: Callable[[str], str]) -> Entry:
    bot = line.author == "bot"
    names = {"bot": "Bot", "user": "Requester", "agent": "Support"}
    return Entry(
        sort=line.author,
        id=line.id,
        name="Bot" if bot else line.name or names.get(line.author, line.author),
        at=line.at.astimezone(UTC),
        text=line.text,
        html=to_html(line.text) if bot else "",
        line=line,
        files=files,
        delivery="" if line.author == "user" else DELIVERY.get(line.state, ""),
    )


def _noted(note: Note, to_html: Callable[[str], str]) -> Entry:
    suggestion = note.kind == "suggestion"
    return Entry(
        sort="suggestion" if suggestion else "note",
        id=note.id,
        name="Bot" if note.author == "bot" else note.name or note.author,
        at=note.at.astimezone(UTC),
        text=note.text,
        html=to_html(note.text) if suggestion else "",
    )


def told(events: Sequence[TicketChange], names: Mapping[str, str]) -> list[Told]:
    """The event log, the newest first."""
    return [
        Told(e.at, ticket_words.who(e, names), ticket_words.what(e, names), e.why)
        for e in reversed(events)
    ]


def clock_words(clock: PromiseClock) -> str:
    """How a promise stands."""
    if clock.met_at:
        return "kept late" if clock.breached else "kept"
    if clock.breached:
        return "breached"
    return "paused" if clock.paused else "running"


def length(span: timedelta) -> str:
    """`2 d 3 h`, `1 h 5 min`, `40 s`."""
    seconds = int(span.total_seconds())
    units = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
    parts = []
    for name, size in units:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"


def sign_words(sign: TicketSign) -> str:
    """The sign as a page keeps it."""
    edited = sign.edited.isoformat() if sign.edited else ""
    return f"{sign.version}.{sign.event}.{sign.message}.{sign.due}.{edited}"
