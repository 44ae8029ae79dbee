"""What a look at a channel's set-up found: one type for all platforms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` says what to do; empty when all is well."""

    level: Literal["ok", "warning", "error"]
    what: str
    remedy: str = ""
