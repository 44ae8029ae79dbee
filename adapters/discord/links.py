"""Links that say where they lead. Pure.

`[bank.example](https://thief.example)` is what a swindler writes into a question or an
article; Discord would show it as a link to the bank.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

MASKED = re.compile(
    r"(?P<code>```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|(?P<tick>`+)[^`].*?(?P=tick))"
    r"|\[(?P<label>(?:\\.|[^\[\]\\])*)\]\(\s*<?(?P<url>[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?"
    r"(?:\s+[\"'(][^\n]*?[\"')])?\s*\)",
    re.DOTALL,
)
HOST = re.compile(r"(?<![\w.-])(?:[\w-]+\.)+[^\W\d_]{2,}")
SAFE = "/:?#[]@!$&'*+,;=%~-._"


def plain_links(markdown: str) -> str:
    """The text with every masked link honest: one whose words name another host shows its address."""
    return MASKED.sub(_honest, markdown)


def _honest(found: re.Match[str]) -> str:
    if found["code"] is not None:
        return found[0]
    label, url = found["label"], address(found["url"])
    if not url:
        return f"{label} ({found['url']})" if found["url"] else label
    return f"{label} (<{url}>)" if disguises(label, url) else f"[{label}](<{url}>)"


def disguises(label: str, url: str) -> bool:
    """Whether the words of a link name a host that it does not lead to."""
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKC", label.replace("\\", ""))
        if unicodedata.category(character) not in ("Cf", "Mn")
    )
    leads_to = _bare(urlsplit(url).hostname or "")
    return any(_bare(named) != leads_to for named in HOST.findall(plain.lower()))


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")


def address(url: str) -> str:
    """The address fit to stand between `<` and `>`; empty when it is none that may be linked."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    return quote(url, safe=SAFE)


def link(title: str, url: str) -> str:
    """A link with this title; only the title where the address is none."""
    words = " ".join(title.split()).replace("\\", "").translate(BRACKETS)
    target = address(url)
    return _honest_link(words, target) if target else words


BRACKETS = str.maketrans(
    {"[": "(", "]": ")", "`": "'", "*": "\\*", "_": "\\_", "~": "\\~", "|": "\\|"}
)


def _honest_link(words: str, target: str) -> str:
    return f"{words} (<{target}>)" if disguises(words, target) else f"[{words}](<{target}>)"
