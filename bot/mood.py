"""What stands in someone's words about their mood and their platform: by word lists, nothing is guessed. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PLATFORMS = {
    "Windows": r"windows(?: ?\d+)?|win ?1[01]",
    "macOS": r"mac ?os(?: x)?|mac ?book(?: (?:pro|air))?|imac",
    "Linux": r"linux|ubuntu|debian|fedora",
    "Android": r"android",
    "iOS": r"ios|iphone|ipad",
    "ChromeOS": r"chrome ?os|chromebook",
}
_NAMED = {
    name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _PLATFORMS.items()
}
_UPSET = re.compile(
    r"\b(?:angry|annoy(?:ed|ing)|awful|disappoint(?:ed|ing)|fed up|frustrat(?:ed|ing)|furious|"
    r"garbage|horrible|ridiculous|rubbish|terrible|unacceptable|useless|waste of time|worst|wtf)\b",
    re.IGNORECASE,
)
_PRESSED = re.compile(
    r"\b(?:urgent(?:ly)?|asap|as soon as possible|immediately|right now|deadline|emergency|"
    r"all day|for hours|for days|still (?:not|does not|doesn't|waiting))\b",
    re.IGNORECASE,
)
_PLEASED = re.compile(
    r"\b(?:thanks?|thank you|great|perfect|awesome|works now|appreciate(?:d)?)\b", re.IGNORECASE
)
_NOT = re.compile(r"\b(?:not|no|never|isn't|don't|nothing)\W+(?:\w+\W+){0,1}$", re.IGNORECASE)
_LOUD = re.compile(r"!{2,}|\?{3,}")
_SHOUTED = 3
"""So many words in capitals, of at least four letters, are shouting."""


def platform_of(said: Sequence[str]) -> str:
    """The platforms that were named, in the order of their last mention; empty when none was."""
    places = {
        name: max((n for n, text in enumerate(said) if found.search(text)), default=-1)
        for name, found in _NAMED.items()
    }
    return ", ".join(sorted((n for n in places if places[n] >= 0), key=lambda n: -places[n]))


def mood_of(said: Sequence[str]) -> str:
    """`upset`, `in a hurry` or `pleased`, with the words that say so; empty when none do.

    Only what was written counts: a word of the list that is not negated, or shouting.
    """
    for mood, words in (("upset", _UPSET), ("in a hurry", _PRESSED), ("pleased", _PLEASED)):
        if found := _first(words, said):
            return f'{mood} ("{found}")'
        if mood == "upset" and (loud := next(filter(_is_loud, said), "")):
            return f'upset ("{" ".join(loud.split())[:60]}")'
    return ""


def _first(words: re.Pattern[str], said: Sequence[str]) -> str:
    """The latest word of the list that was meant."""
    for text in reversed(said):
        for found in words.finditer(text[:2000]):
            if not _NOT.search(text[max(0, found.start() - 30) : found.start()]):
                return found.group()
    return ""


def _is_loud(text: str) -> bool:
    shouted = re.findall(r"[A-Z]{4,}", text[:2000])
    return bool(_LOUD.search(text)) or len(shouted) >= _SHOUTED
