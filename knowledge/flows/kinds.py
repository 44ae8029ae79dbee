"""The kinds of steps: which keys each knows, and which ways lead out of it.

This table is what a writer may write; `bot/steps.py` is what it does. A step is named by one
of these kinds: `ask: Which system?`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Form = Literal[
    "text",
    "expression",
    "words",
    "list",
    "number",
    "duration",
    "truth",
    "pattern",
    "texts",
    "expressions",
    "anything",
]
"""What stands at a key: a text with values, an expression, one plain text, a list of them, …;
`texts` and `expressions` are mappings of a name to one."""

ANSWERS = ("choice", "yes_no", "text", "number", "email", "date", "pattern", "attachment")
"""What can be asked for."""


PRIORITIES = ("low", "normal", "high", "urgent")
"""What a `hand_off` may say of its ticket's priority."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of step.

    `main` is what stands at the kind's own key. `edges` are the ways out that a key of the same
    name gives; those in `needed` must be there. `goes_on` says that a step without `next`
    goes on with the one written below it. `ends` ends the flow.
    """

    main: Form
    keys: Mapping[str, Form] = field(default_factory=dict)
    edges: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    goes_on: bool = True
    ends: bool = False


_SHOWN: dict[str, Form] = {"code": "text", "link": "text", "picture": "text"}
_WAITS: dict[str, Form] = {"remind": "duration", "timeout": "duration"}

KINDS: dict[str, Kind] = {
    "say": Kind("text", _SHOWN),
    "ask": Kind(
        "text",
        {
            **_SHOWN,
            **_WAITS,
            "type": "words",
            "slot": "words",
            "pattern": "pattern",
            "min": "number",
            "max": "number",
            "check": "expression",
            "error": "text",
            "retries": "number",
            "default": "expression",
        },
        edges=("yes", "no", "skip", "gave_up", "timed_out"),
    ),
    "instruct": Kind(
        "text",
        {**_SHOWN, **_WAITS, "question": "text", "slot": "words"},
        edges=("yes", "no", "cannot", "timed_out"),
        needed=("yes",),
    ),
    "fixes": Kind(
        "anything",
        {**_WAITS, "question": "text"},
        edges=("solved", "exhausted", "timed_out"),
        needed=("solved", "exhausted"),
        goes_on=False,
    ),
    "branch": Kind("anything", goes_on=False),
    "goto": Kind("words", goes_on=False),
    "repeat": Kind("words", {"times": "number", "while": "expression"}),
    "call": Kind("words", {"with": "expressions"}, edges=("solved",)),
    "jump": Kind("words", {"with": "expressions"}, goes_on=False, ends=True),
    "set": Kind("expressions"),
    "search": Kind("text", edges=("found", "nothing"), needed=("found", "nothing"), goes_on=False),
    "action": Kind(
        "anything",
        {"into": "texts", "text": "text"},
        edges=("success", "failure", "timed_out"),
        needed=("success", "failure", "timed_out"),
        goes_on=False,
    ),
    "approve": Kind(
        "text",
        {**_WAITS, "by": "text", "text": "text", "slot": "words"},
        edges=("approved", "refused", "timed_out"),
        needed=("approved", "refused", "timed_out"),
        goes_on=False,
    ),
    "wait": Kind("words", {"until": "expression", "text": "text"}, edges=("reply",)),
    "solved": Kind("text", _SHOWN, goes_on=False, ends=True),
    "hand_off": Kind(
        "text",
        {"tier": "number", "priority": "words", "queue": "words", "summary": "text"},
        goes_on=False,
        ends=True,
    ),
    "end": Kind("text", _SHOWN, goes_on=False, ends=True),
}

FLOW_KEYS: dict[str, Form] = {
    "id": "words",
    "title": "words",
    "triggers": "list",
    "audience": "words",
    "when": "expression",
    "needs": "list",
    "gives": "list",
    "anyone": "truth",
    "remind": "duration",
    "timeout": "duration",
    "then": "words",
    "steps": "anything",
}
ACTION_KEYS: dict[str, Form] = {
    "url": "text",
    "method": "words",
    "headers": "texts",
    "body": "anything",
    "function": "words",
    "with": "expressions",
    "timeout": "duration",
    "repeatable": "truth",
}
FIX_KEYS: dict[str, Form] = {"name": "words", "do": "text", "when": "expression", **_SHOWN}
