"""What a flow is once it was read: named steps, and the edges between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

FLOW = "flow:"
"""Begins the id under which a flow is indexed, so that no article has the same."""

KNOWN = ("audience", "business_hours", "channel", "known", "platform", "problem", "requester")
"""Names that every flow can read besides its slots.

problem         what the user wrote that started the flow
known           what is known of the user from earlier flows, as `known.email`
channel         the channel's name, such as `slack`; platform: the user's system, if known
business_hours  whether people are there now
requester       the id of the user; audience: whom they belong to
"""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way out of a step. `name` is what a drawing and the tests call it (`yes`, a choice, `else`).

    `when` is the condition of a branch; `means` are other words for a choice. `back` marks the
    bounded way back of a `repeat`.
    """

    name: str
    to: str
    line: int
    when: str = ""
    means: tuple[str, ...] = ()
    back: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its kind, its text (a template), its other keys, and where it goes.

    `hash` changes with anything that the writer changes in it.
    """

    name: str
    kind: str
    line: int
    text: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    hash: str = ""

    def edge(self, name: str) -> Edge | None:
        """The edge of that name."""
        return next((edge for edge in self.edges if edge.name == name), None)

    def line_of(self, key: str) -> int:
        """Where the key stands."""
        return self.lines.get(key, self.line)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a silent user is waited for, and what then: `close` politely or `hand_off`."""

    remind: timedelta | None = None
    after: timedelta = timedelta(days=7)
    then: Literal["close", "hand_off"] = "close"


@dataclass(frozen=True, slots=True)
class Flow:
    """A troubleshooting flow as its writer wrote it. `version` names this very content.

    `needs` are slots that a caller must have set, `gives` those that are set when it ends.
    `anyone` lets the answers of others in the thread count too.
    """

    id: str
    version: str
    title: str
    triggers: tuple[str, ...]
    steps: Mapping[str, Step]
    first: str
    audience: str = "public"
    when: str = ""
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    anyone: bool = False
    patience: Patience = Patience()
    path: str = ""
    source: str = field(default="", repr=False)
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)

    @property
    def calls(self) -> dict[str, Step]:
        """The flows that this one calls or jumps to, with a step that does."""
        return {
            str(step.values["flow"]): step
            for step in self.steps.values()
            if step.kind in ("call", "jump")
        }
