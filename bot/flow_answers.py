"""Whether what a user said is an answer to what a step asks, and which. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.flow_state import Said
from bot.flow_walk import Walk
from knowledge.flows.flow import Step
from knowledge.flows.language import Pattern

_NOT_CHOICES = ("default", "gave_up", "next", "skip", "timed_out")
_EMAIL = Pattern(r"[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]{1,190}\.[^@\s.<>,;:\"]{2,}")
_NUMBER = re.compile(r"[-+]?\d{1,15}(?:[.,]\d{1,9})?")
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: what the slot is to hold, which way it leads, how it is said again.

    `certainty` is below 1 when it was understood by meaning.
    """

    value: Any
    way: str
    said: str
    certainty: float = 1.0


def options(step: Step) -> dict[str, tuple[str, ...]]:
    """What can be chosen at a step, each with other words for it."""
    return {e.name: e.means for e in step.edges if e.name not in _NOT_CHOICES}


def chosen(walk: Walk, ways: Mapping[str, tuple[str, ...]], said: Said) -> Answer | None:
    """One of several ways: pressed, typed by its number, or meant."""
    names = list(ways)
    text = said.text.strip()
    if text.isdecimal() and text not in ways and len(ways) < 1000:
        number = int(text[:4])
        return (
            Answer(names[number - 1], names[number - 1], text) if 0 < number <= len(names) else None
        )
    heard = walk.aids.ears.choose(text, ways)
    return Answer(heard.name, heard.name, heard.name, heard.certainty) if heard else None


def answer(walk: Walk, step: Step, said: Said) -> Answer | None:
    """The answer to an `ask`; None when it is not one."""
    kind = str(step.values["type"])
    if kind in ("choice", "yes_no"):
        found = chosen(walk, options(step), said)
        if found and kind == "yes_no":
            return Answer(found.way == "yes", found.way, found.said, found.certainty)
        return found
    value = _PARSED[kind](step, said, walk)
    if value is None or not _passes(walk, step, value):
        return None
    return Answer(value, "next", said.text)


def _passes(walk: Walk, step: Step, value: Any) -> bool:
    rule = step.values.get("check")
    if rule is None:
        return True
    walk.set(**{str(step.values["slot"]): value})
    return bool(walk.value(rule))


def _text(_step: Step, said: Said, _walk: Walk) -> str | None:
    return said.text.strip() or None


def _number(step: Step, said: Said, _walk: Walk) -> int | float | None:
    match = _NUMBER.search(said.text.replace(" ", ""))
    if match is None:
        return None
    found = float(match[0].replace(",", "."))
    low, high = step.values.get("min"), step.values.get("max")
    if (low is not None and found < low) or (high is not None and found > high):
        return None
    return int(found) if found.is_integer() else found


def _email(_step: Step, said: Said, _walk: Walk) -> str | None:
    found = _EMAIL.found(said.text)
    return found.rstrip(".!?)") if found and len(found) <= 254 else None


def _date(_step: Step, said: Said, walk: Walk) -> str | None:
    text = said.text.strip().lower().rstrip(".!")
    if text in _DAYS:
        today = walk.now.astimezone(walk.aids.zone).date()
        return (today + timedelta(days=_DAYS[text])).isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _pattern(step: Step, said: Said, _walk: Walk) -> str | None:
    return Pattern(str(step.values["pattern"])).found(said.text) or None


def _attachment(_step: Step, said: Said, _walk: Walk) -> str | None:
    return ", ".join(said.files) or None


_PARSED: Mapping[str, Callable[[Step, Said, Walk], Any]] = {
    "text": _text,
    "number": _number,
    "email": _email,
    "date": _date,
    "pattern": _pattern,
    "attachment": _attachment,
}
