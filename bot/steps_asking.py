"""The steps that wait for the user's answer: ask, instruct, fixes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.flow_answers import Answer, answer, chosen, options
from bot.flow_state import Entry, Event, Said, Tried
from bot.flow_walk import Walk
from knowledge.flows.flow import Step
from knowledge.flows.slots import read_by

WAIT, STAY = None, "*stay"
LONGEST_TRAIL = 50
_INSTRUCTED: Mapping[str, tuple[str, ...]] = {"yes": (), "no": (), "cannot": ()}
_NUMBERS_ANSWER = ("number", "pattern", "text")
_TICKS = re.compile("`+")


def shown(walk: Walk, values: Mapping[str, Any], text: str) -> str:
    """A text with its code, picture and link, as Markdown."""
    parts = [walk.text(text)]
    if values.get("code"):
        code = walk.plain(values["code"])
        fence = "`" * max(3, *(len(run) + 1 for run in _TICKS.findall(code)), 3)
        parts.append(f"{fence}\n{code}\n{fence}")
    if values.get("picture"):
        parts.append(f"![]({_address(walk.plain(values['picture']))})")
    if values.get("link"):
        parts.append(f"<{_address(walk.plain(values['link']))}>")
    return "\n\n".join(part for part in parts if part)


def _address(text: str) -> str:
    """Only a web address, with nothing in it that would end the link."""
    plain = "".join(text.split())
    fits = plain.startswith(("https://", "http://", "/")) and not set(plain) & set("<>()\\")
    return plain if fits else ""


def remember(walk: Walk, said: str) -> None:
    """Keep the state before an answer, for "back" and for corrections."""
    run = walk.run
    entry = Entry(
        flow=run.flow,
        version=run.version,
        step=run.step,
        callers=run.callers,
        slots=run.slots,
        counts=run.counts,
        tried=len(run.tried),
        said=said,
        kind=walk.step.kind,
        place=run.place,
    )
    walk.change(trail=(*run.trail, entry)[-LONGEST_TRAIL:])


def say(walk: Walk) -> str:
    """Say it, and on."""
    walk.say(shown(walk, walk.step.values, walk.step.text))
    return "next"


def ask(walk: Walk) -> str | None:
    """Ask, unless the answer from before a correction still holds."""
    key = f"{walk.run.flow}/{walk.run.step}"
    if key in walk.run.kept:
        said, doubtful = walk.run.kept[key], depends(walk, walk.step)
        left = {name: each for name, each in walk.run.kept.items() if name != key}
        walk.change(kept=left)
        if not doubtful and (found := answer(walk, walk.step, Said(said))):
            return _answered(walk, found)
        walk.change(changed=(*walk.run.changed, str(walk.step.values["slot"])))
    show_ask(walk)
    return WAIT


def depends(walk: Walk, step: Step) -> bool:
    """Whether the step reads a slot that was corrected."""
    return any(read.name in walk.run.changed for read in read_by(step))


def show_ask(walk: Walk) -> None:
    """The question with what can be chosen."""
    choices = tuple(walk.choice(way, label) for way, label in _offers(walk))
    walk.say(shown(walk, walk.step.values, walk.step.text), choices)


def _offers(walk: Walk) -> list[tuple[str, str]]:
    """(way, label) of what can be pressed, in order; the ways of choices are their numbers."""
    step = walk.step
    offers = []
    if known := _known(walk):
        offers.append(("default", f"{walk.aids.say('flow_default')} {known}"))
    named = options(step) if step.values["type"] in ("choice", "yes_no") else {}
    for number, name in enumerate(named, start=1):
        label = walk.aids.say(f"flow_{name}") if step.values["type"] == "yes_no" else name
        offers.append((str(number), label))
    if step.edge("skip"):
        offers.append(("skip", walk.aids.say("flow_skip")))
    return offers


def _known(walk: Walk) -> Any:
    rule = walk.step.values.get("default")
    return walk.value(rule) if rule else None


def hear_ask(walk: Walk, event: Event) -> str | None:
    """The way that the answer leads."""
    if not isinstance(event, Said):
        return None
    step, before = walk.step, walk.run
    way = pressed(event) or _typed(walk, event.text.strip())
    if way == "skip" or (step.edge("skip") and walk.aids.ears.command(event.text) == "skip"):
        remember(walk, "skip")
        return "skip"
    if way == "default" and (known := _known(walk)):
        return _answered(walk, Answer(known, _onward(step, known), str(known)))
    found = answer(walk, step, Said(way or event.text, files=event.files))
    walk.run = before
    return _answered(walk, found) if found else None


def _typed(walk: Walk, text: str) -> str:
    """The way whose label or number was typed; a number is none where numbers are answers."""
    offers = _offers(walk)
    by_label = {label.lower(): way for way, label in offers}
    if text.lower() in by_label:
        return by_label[text.lower()]
    numbered = text.isdecimal() and walk.step.values["type"] not in _NUMBERS_ANSWER
    place = int(text[:4]) - 1 if numbered else -1
    return offers[place][0] if 0 <= place < len(offers) else ""


def _onward(step: Step, known: Any) -> str:
    """The way of what was known already: its choice, or the next step."""
    return str(known) if step.edge(str(known)) else "next"


def _answered(walk: Walk, found: Answer) -> str | None:
    if walk.step.edge(found.way) is None:
        return None
    if found.certainty < 1:
        percent = round(found.certainty * 100)
        walk.say(walk.aids.say("flow_taken_as", label=found.said, percent=percent))
    remember(walk, found.said)
    walk.set(**{str(walk.step.values["slot"]): found.value})
    return found.way


def pressed(event: Said) -> str:
    """The way that was pressed (`2`, `yes`, `skip`); empty when something was written."""
    return event.choice.rsplit(":", 1)[-1] if event.choice else ""


def instruct(walk: Walk) -> None:
    """Say what to do, and ask whether it helped."""
    values = walk.step.values
    _verify(walk, shown(walk, values, walk.step.text))


def _verify(walk: Walk, text: str) -> None:
    question = walk.text(walk.step.values.get("question")) or walk.aids.say("flow_did_it_help")
    choices = tuple(walk.choice(way, walk.aids.say(f"flow_{way}")) for way in _INSTRUCTED)
    walk.say(f"{text}\n\n{question}", choices)


def _tried(walk: Walk, event: Event, what: str) -> str | None:
    """`yes`, `no` or `cannot`, and it is remembered."""
    if not isinstance(event, Said):
        return None
    way = pressed(event)
    if way not in _INSTRUCTED:
        found = chosen(walk, _INSTRUCTED, Said(event.text))
        way = found.way if found else ""
    if not way:
        return None
    remember(walk, way)
    walk.change(tried=(*walk.run.tried, Tried(what[:200], way)))
    return way


def hear_instruct(walk: Walk, event: Event) -> str | None:
    """Whether it helped."""
    way = _tried(walk, event, walk.text(walk.step.text).split("\n")[0])
    if way:
        walk.set(**{str(walk.step.values["slot"]).replace("-", "_"): way})
    return way


def fixes(walk: Walk) -> str | None:
    """The next fix that fits, until none is left."""
    fixes = walk.step.values["fixes"]
    place = walk.run.place
    while place < len(fixes) and not _fits(walk, fixes[place]):
        place += 1
    walk.change(place=place)
    if place == len(fixes):
        return "exhausted"
    _verify(walk, shown(walk, fixes[place], fixes[place]["do"]))
    return WAIT


def _fits(walk: Walk, fix: Mapping[str, Any]) -> bool:
    return "when" not in fix or bool(walk.value(fix["when"]))


def show_fix(walk: Walk) -> None:
    """The present fix again."""
    fix = walk.step.values["fixes"][walk.run.place]
    _verify(walk, shown(walk, fix, fix["do"]))


def hear_fixes(walk: Walk, event: Event) -> str | None:
    """Solved, or on with the next fix."""
    fix = walk.step.values["fixes"][walk.run.place]
    way = _tried(walk, event, fix.get("name") or walk.text(fix["do"]).split("\n")[0])
    if way is None or way == "yes":
        return "solved" if way else None
    walk.change(place=walk.run.place + 1, visit=walk.run.visit + 1, attempts=0)
    return fixes(walk) or STAY
