"""The steps that wait for something else: a search, an action, an approval, time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.flow_state import Approval, Came, Event, Request, Said
from bot.flow_walk import Walk

WAIT = None
_SECONDS = 10.0
LATEST = datetime(9998, 12, 31, tzinfo=UTC)
"""The last moment that is sure to be in the calendar of every time zone."""


def search(walk: Walk) -> None:
    """Look it up in the articles."""
    walk.search = walk.plain(walk.step.text)


def action(walk: Walk) -> None:
    """Ask for the request to be run once."""
    values = walk.step.values
    walk.say(walk.text(values.get("text")))
    timeout = values.get("timeout")
    arguments = {name: walk.value(each) for name, each in (values.get("with") or {}).items()}
    method = str(values.get("method") or ("POST" if values.get("body") else "GET")).upper()
    walk.request = Request(
        key=f"{walk.run.token}-{walk.run.visit}",
        visit=walk.run.visit,
        seconds=timeout.total_seconds() if timeout else _SECONDS,
        repeatable=bool(values.get("repeatable", method in ("GET", "HEAD"))),
        url=walk.plain(values.get("url")),
        method=method,
        headers=values.get("headers") or {},
        body=_filled(walk, values.get("body")),
        function=str(values.get("function") or ""),
        arguments=arguments,
    )


def _filled(walk: Walk, body: Any) -> Any:
    """The body of a request with the run's values. `{{ slot }}` alone keeps the slot's type."""
    if isinstance(body, str):
        inner = body.strip()
        if inner.startswith("{{") and inner.endswith("}}") and inner.count("{{") == 1:
            return walk.value(inner[2:-2].strip())
        return walk.plain(body)
    if isinstance(body, Mapping):
        return {name: _filled(walk, each) for name, each in body.items()}
    return [_filled(walk, each) for each in body] if isinstance(body, list) else body


def hear_action(walk: Walk, event: Event) -> str | None:
    """On by the way it ended, with what it gave."""
    if not isinstance(event, Came) or event.visit != walk.run.visit:
        return None
    if event.edge == "success":
        for slot, path in walk.step.values.get("into", {}).items():
            walk.set(**{slot: at_path(event.result, path)})
        # What was done outside cannot be taken back: neither "back" nor a correction passes it.
        walk.change(trail=(), kept={}, changed=())
    return event.edge


def at_path(result: Any, path: str) -> Any:
    """What stands at `$.ticket.numbers[0]`; None when nothing does."""
    for part in path.removeprefix("$").replace("[", ".").replace("]", "").split("."):
        if not part:
            continue
        if isinstance(result, Mapping):
            result = result.get(part)
        elif isinstance(result, list) and part.isdecimal() and int(part) < len(result):
            result = result[int(part)]
        else:
            return None
    return result


def approve(walk: Walk) -> str | None:
    """Ask the person or group; where there is nobody of that name, on as if they said nothing."""
    values = walk.step.values
    by = walk.plain(values.get("by"))
    if walk.aids.people is not None and by not in walk.aids.people:
        return "timed_out"
    walk.say(walk.text(values.get("text")) or walk.aids.say("flow_approval_asked"))
    walk.approval = Approval(walk.run.visit, by, walk.text(walk.step.text))
    return WAIT


def hear_approve(walk: Walk, event: Event) -> str | None:
    """On by what was decided."""
    if not isinstance(event, Came) or event.visit != walk.run.visit:
        return None
    if event.edge in ("approved", "refused") and walk.step.values.get("slot"):
        walk.set(**{str(walk.step.values["slot"]): event.by})
    return event.edge


def wait(walk: Walk) -> str | None:
    """Wait, unless it is over already."""
    walk.say(walk.text(walk.step.values.get("text")))
    until = wait_until(walk)
    return "next" if until and until <= walk.now else WAIT


def wait_until(walk: Walk) -> datetime | None:
    """When a `wait` is over by itself; None when it waits for a reply alone."""
    values = walk.step.values
    length = values.get("for")
    if isinstance(length, timedelta):
        return walk.run.entered_at + length
    if not values.get("until"):
        return None
    return _instant(str(walk.value(values["until"])), walk)


def _instant(text: str, walk: Walk) -> datetime:
    """The moment that a text names, by the desk's clock; now when it names none, and the last
    that a calendar has when it is later than that."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return walk.now
    there = found if found.tzinfo else found.replace(tzinfo=walk.aids.zone)
    try:
        return min(there.astimezone(UTC), LATEST)
    except OverflowError:
        return walk.now if there.year < walk.now.year else LATEST


def hear_wait(walk: Walk, event: Event) -> str | None:
    """A reply ends the waiting if it may."""
    return "reply" if isinstance(event, Said) and walk.step.edge("reply") else None


def show_waiting(walk: Walk) -> None:
    """Say that something is under way."""
    walk.say(walk.aids.say("flow_waiting"))


def show_wait(walk: Walk) -> None:
    """Say what is waited for."""
    walk.say(walk.text(walk.step.values.get("text")) or walk.aids.say("flow_waiting"))
