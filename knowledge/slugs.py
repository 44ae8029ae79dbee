"""The names by which a link reaches a heading: the one rule for articles, pages and checks."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OWN_ID = re.compile(r"\s*\{#([\w.:-]+)\}\s*$")
_PREFIX = "s-"


def slug(heading: str) -> str:
    """`Take a back-up!` -> `take-a-back-up`; a heading's own `{#id}` is taken as it is."""
    own = _OWN_ID.search(heading)
    if own:
        return own.group(1)
    kept = re.sub(r"[^\w\s-]", "", heading.lower())
    return re.sub(r"\s+", "-", kept.strip())


def bare_heading(heading: str) -> str:
    """The heading without its own `{#id}`."""
    return _OWN_ID.sub("", heading).strip()


def unique_slugs(texts: Iterable[str]) -> list[str]:
    """The slugs of one article's headings; a second `setup` is `setup-1`."""
    slugs: list[str] = []
    for text in texts:
        wanted = free = slug(text)
        number = 0
        while free in slugs:
            number += 1
            free = f"{wanted}-{number}"
        slugs.append(free)
    return slugs


def anchor(slug: str) -> str:
    """The id in the page: never one that the page's own parts could have."""
    return _PREFIX + slug
