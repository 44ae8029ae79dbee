"""Tells whether two articles are one text in two copies, so that it is found only once. Pure."""

from __future__ import annotations

from knowledge.content import Article
from knowledge.keywords import tokens

_COMPARED = 5_000
"""Characters of a body that are compared."""
_SHARED = 0.95
"""Share of the words of both that a copy has in common with the other."""


def is_copy(one: Article, other: Article) -> bool:
    """Whether the bodies say the same: nearly the same words, and the very same numbers and codes."""
    first, second = (set(tokens(article.body[:_COMPARED])) for article in (one, other))
    different = first ^ second
    if any(not word.isalpha() for word in different):
        return False
    return len(different) <= (1 - _SHARED) * len(first | second)
