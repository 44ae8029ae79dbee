"""Faults on order: the next calls of a method fail in the way that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["error", "limited", "broken", "cut_before", "cut_after", "hang"]


@dataclass
class Fault:
    """`error` answers `code`; `limited` 429; `broken` 500; a cut closes the connection
    before or after the call had its effect; `hang` never answers."""

    kind: Kind
    code: str = ""
    retry_after: str | None = "1"
    times: int = 1
    channel: str = ""


@dataclass
class Faults:
    """The faults that wait for their calls. `*` stands for every method."""

    waiting: dict[str, list[Fault]] = field(default_factory=dict)

    def next(self, method: str, fault: Fault) -> None:
        """The next `fault.times` calls of the method fail so."""
        self.waiting.setdefault(method, []).append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, method: str, channel: str) -> Fault | None:
        """The fault for this call, if one was ordered."""
        for name in (method, "*"):
            for fault in self.waiting.get(name, []):
                if fault.times > 0 and fault.channel in ("", channel):
                    fault.times -= 1
                    return fault
        return None
