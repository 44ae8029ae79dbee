"""What is known of a user before a flow asks anything, from their own words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLATFORMS = {
    "Windows": re.compile(r"\bWindows\b|\b(?i:win(?:dows)?) ?(?:7|8|10|11|server|Server)\b"),
    "macOS": re.compile(r"(?i:\bmac ?os\b|\bos ?x\b|\bmacbook\b|\bimac\b)|\bMac\b"),
    "Linux": re.compile(r"(?i:\blinux\b|\bubuntu\b|\bdebian\b|\bfedora\b)"),
    "Android": re.compile(r"(?i:\bandroid\b)"),
    "iOS": re.compile(r"\biOS\b|(?i:\biphone\b|\bipad\b)"),
}


def platform_in(texts: Iterable[str]) -> str:
    """The system that the first of the texts names which names any; empty when it names several,
    for a guess would be asked about nowhere."""
    for text in texts:
        named = [name for name, words in _PLATFORMS.items() if words.search(text[:2000])]
        if named:
            return named[0] if len(named) == 1 else ""
    return ""
