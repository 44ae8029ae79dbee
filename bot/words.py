"""The words of a text that carry its meaning, in a form that can be compared."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"\w+(?:[.:/'-]\w+)*")

_LITTLE_WORDS = """
    a about after all also am an and any are as at be been before being but by can could did do
    does doing don't for from get had has have having he her hi him his how i i'm i've if in into
    is it it's its just like me my no not now of off on or our out please she so some than thank
    thanks that that's the their them then there these they this to too up us was we were what
    when where which while who why will with would you your
"""
_LITTLE = frozenset(_LITTLE_WORDS.split())


def words(text: str) -> list[str]:
    """Every word, in lower case and in order."""
    return _WORD.findall(text.lower().replace("’", "'"))


def stems(text: str) -> frozenset[str]:
    """The content words, without the endings that English puts on them."""
    return frozenset(_stem(word) for word in words(text) if word not in _LITTLE)


@lru_cache(maxsize=32_768)
def _stem(word: str) -> str:
    for ending in ("'s", "ings", "ing", "ies", "es", "ed", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
