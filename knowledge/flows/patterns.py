"""What is wrong with a pattern as the way to an answer: only its first group is kept. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from knowledge.flows.language import compiled

MANY = "keeps only the first of its groups"
MAY_MISS = "can match without its first group, and then there is no answer"


def doubt(source: str) -> str:
    """What a writer has to know about the groups of a pattern; empty when all is well."""
    if compiled(source).groups > 1:
        return MANY
    return MAY_MISS if compiled(source).groups and _may_miss(source) else ""


@dataclass(slots=True)
class _Group:
    """A group that is open while the pattern is read."""

    first: bool = False
    holds_first: bool = False
    has_others: bool = False


def _may_miss(source: str) -> bool:
    """Whether the pattern can match without its group: it, or what it stands in, may be left out
    or is one of several alternatives."""
    signs = [*_signs(source), ""]
    open_groups, seen = [_Group()], False
    for sign, behind in pairwise(signs):
        if sign in ("(", "(?"):
            open_groups.append(_Group(first=sign == "(" and not seen))
            seen = seen or sign == "("
        elif sign == "|":
            open_groups[-1].has_others = True
        elif sign == ")" and len(open_groups) > 1:
            closed = open_groups.pop()
            if closed.first or closed.holds_first:
                if behind in ("?", "*", "{0") or (closed.holds_first and closed.has_others):
                    return True
                open_groups[-1].holds_first = True
    return open_groups[0].has_others


def _signs(source: str) -> Iterator[str]:
    """The signs that matter, in order; escaped ones and those in brackets are letters."""
    place = 0
    while place < len(source):
        sign, step = source[place], 1
        if sign == "\\":
            sign, step = "letter", 2
        elif sign == "[":
            end = source.find("]", place + (3 if source[place + 1 : place + 2] == "^" else 2))
            sign, step = "letter", max(end - place + 1, 1)
        elif source.startswith(("(?:", "(?i", "(?s", "(?m", "(?U"), place):
            sign = "(?"
            step = 2
        elif source.startswith("{0", place):
            sign, step = "{0", 2
        yield sign
        place += step
