"""How sentences of an article read when they are taken out of it."""

from __future__ import annotations

import re

from bot.words import words

_DANGLERS = """
    after afterwards alternatively also and another because both but consequently either finally
    furthermore hence however instead it likewise moreover next nor note now once or otherwise
    similarly since so such that then there therefore these they this those thus which
"""
_DANGLING = frozenset(_DANGLERS.split())
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"“(\[*`A-Z0-9])")
_ABOUT_ITSELF = re.compile(
    r"(?:(?:this|the following) (?:article|page|topic|guide|section|document|tutorial)s? "
    r"(?:will |also |just )?(?:explain|describe|show|give|go|contain|list|cover|tell|help|provide|"
    r"introduce|discuss|outline|walk|is about|has been)"
    r"|read (?:below|on\b|the full)|listing all|listed below|(?:here is|see) the table of contents)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"\W*(?:for more information|see also|learn more)\b", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"(?::|\b(?:here(?:'|’)?s how(?: to)?[^.]*|below|(?:the )?following[^.]*)\.)\W*$", re.IGNORECASE
)


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph; joined by spaces they are the paragraph."""
    return _SENTENCE.split(text)


def dangles(text: str) -> bool:
    """Whether it opens with a word that leans on what came before ("Then…", "Also…")."""
    opening = words(text[:40])[:1]
    return bool(opening) and opening[0] in _DANGLING


def introduces(text: str) -> bool:
    """Whether it only leads to what follows ("…:", "Here's how.")."""
    return _INTRODUCES.search(text) is not None


def speaks_of_itself(text: str) -> bool:
    """Whether it is about the article ("This page explains…")."""
    return _ABOUT_ITSELF.search(text) is not None


def sends_elsewhere(text: str) -> bool:
    """Whether it is a pointer ("For more information, see…")."""
    return _ELSEWHERE.match(text) is not None
