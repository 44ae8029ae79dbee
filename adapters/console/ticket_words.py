"""What happened to a ticket, in words for agents. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.views import TicketChange

_SIMPLE = {
    "claimed": "claimed it",
    "unassigned": "took the assignee off",
    "held": "put it on hold",
    "resumed": "took it off hold",
    "reopened": "reopened it",
    "closed": "closed it",
    "woken": "woke it",
    "noted": "wrote an internal note",
    "suggested": "kept an answer as a suggestion",
    "requester_wrote": "wrote",
    "asked_again": "handed the conversation over once more",
    "undelivered": "could not deliver a reply",
    "followed": "follows it",
    "unfollowed": "follows it no longer",
    "given_back": "gave the conversation back to the bot",
    "requester_joined": "joined the requester with another one",
    "brought_forward": "took it over from an older version of Firstline",
}
_ACTORS = {"bot": "The bot", "clock": "The clock", "requester": "The requester"}


def who(event: TicketChange, names: Mapping[str, str]) -> str:
    """How whoever did it is called."""
    return _ACTORS.get(event.actor) or event.name or names.get(event.actor, event.actor)


def what(event: TicketChange, names: Mapping[str, str]) -> str:
    """What they did; without the reason, which is the event's `why`."""
    detail, new = event.detail, event.detail.get("set", {})
    if event.what in _SIMPLE:
        return _SIMPLE[event.what]
    match event.what:
        case "opened":
            return "opened the ticket"
        case "assigned":
            given = str(new.get("assignee", ""))
            return f"assigned it to {names.get(given, given)}"
        case "replied":
            return _with_article(f"replied{_then(new)}", detail)
        case "solved":
            return _with_article("solved it", detail)
        case "escalated" | "de_escalated":
            verb = "escalated it" if event.what == "escalated" else "gave it back"
            return f"{verb} to tier {new['tier']}" if "tier" in new else verb
        case "snoozed":
            return (
                f"snoozed it until {str(new.get('snoozed_until', ''))[:16].replace('T', ' ')} UTC"
            )
        case "changed":
            return "changed " + ", ".join(_changed(detail))
        case "linked":
            return f"linked it with #{detail.get('ticket')} ({detail.get('kind')})"
        case "merged":
            return f"merged it into #{detail.get('into')}"
        case "merged_in":
            return f"merged #{detail.get('ticket')} into it"
        case "split":
            return f"split #{detail.get('ticket')} off"
        case "identified":
            return f"linked the identity {detail.get('sender')} on {detail.get('channel')}"
        case "named":
            return f"named the requester {detail.get('called')}"
        case "sla_warning":
            return f"warns: {_clock(detail)} is due soon"
        case "sla_breached":
            return f"found {_clock(detail)} breached"
    return event.what.replace("_", " ")


def did(what: str) -> str:
    """The same for a refusal that only knows the event's name."""
    return _SIMPLE.get(what.replace(" ", "_"), f"{what} it")


def _then(new: Mapping[str, Any]) -> str:
    status = str(new.get("status", "")).replace("_", " ")
    return f", and it is {status} now" if status else ""


def _with_article(words: str, detail: Mapping[str, Any]) -> str:
    article = detail.get("article")
    return f"{words}, with the article {article}" if article else words


def _changed(detail: Mapping[str, Any]) -> list[str]:
    before = detail.get("before", {})
    new = detail.get("set", {})
    return [f"{name} from {_plain(before.get(name))} to {_plain(new[name])}" for name in new]


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        value = [f"{key}: {each}" for key, each in value.items()]
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return str(value) if value not in (None, "") else "nothing"


def _clock(detail: Mapping[str, Any]) -> str:
    return str(detail.get("clock", "a promise")).replace("_", " ")
