"""Slack's writing and ours: control sequences to plain words, Markdown to what is safe to post. Pure.

Answers are posted in `markdown` blocks: Slack renders the Markdown itself. Inside them
Slack still reads its own `<…>` sequences, also in code, so every angle bracket is
escaped (Slack shows the escaped form as the character). An ampersand is escaped too,
but not in an address, where Slack would keep `&amp;` and break the link.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

SEQUENCE = re.compile(r"<([^<>]*)>")
ADDRESS = r"[^()\s]*+(?:\([^()\s]*+\)[^()\s]*+)*+"
KEPT = re.compile(rf"(\]\({ADDRESS}\)|https?://[^\s<>]++)")
LINK = re.compile(rf"(!?)\[((?:[^\[\]\\]|\\.)*+)\]\([ \t]*+({ADDRESS})[^()]*+\)")
CODE = re.compile(
    r"(^ {0,3}(`{3,20}|~{3,20})[^\n]*\n.*?(?:^ {0,3}\2[`~]*[ \t]*$|\Z)|(?<!`)(`{1,20})(?!`)[^`]++\3)",
    re.S | re.M,
)
LOOKS_LIKE_ADDRESS = re.compile(r"://|\b[\w-]+\.[a-z]{2,}\b", re.I)
QUOTE = re.compile(r"^((?:&gt; ?)+)", re.M)


def mentions(text: str) -> frozenset[str]:
    """The ids of all people that the text mentions."""
    found = (match.group(1) for match in SEQUENCE.finditer(text))
    return frozenset(each[1:].split("|")[0] for each in found if each.startswith("@"))


def read(text: str, bot_user: str) -> str:
    """What a person wrote, without Slack's control sequences and the mention of the bot."""

    def words(match: re.Match[str]) -> str:
        return sequence_in_words(match.group(1), bot_user)

    plain = SEQUENCE.sub(words, text)
    plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"[ \t]+\n", "\n", plain).strip(" \t\n:,")


def sequence_in_words(inside: str, bot_user: str) -> str:
    """One control sequence as a person would read it."""
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return "" if target[1:] == bot_user else f"@{label or target[1:]}"
    if target.startswith("#"):
        return f"#{label or target[1:]}"
    if target.startswith("!"):
        return label or "@" + target[1:].split("^")[0]
    if not label or label in target or target == f"mailto:{label}":
        return target.removeprefix("mailto:")
    return f"{label} ({target})"


def escape(text: str) -> str:
    """Text that is shown as it is: no pings, no links, no formatting by control sequences."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, label: str) -> str:
    """A link in mrkdwn, or the label alone when the address is not one to link to."""
    shown = escape(label).replace("|", "¦").replace("\n", " ")
    if urlsplit(url).scheme not in ("http", "https"):
        return shown
    return f"<{url.replace('|', '%7C').replace('<', '%3C').replace('>', '%3E')}|{shown}>"


def markdown(text: str) -> str:
    """Markdown that Slack may render: nothing in it pings, and no link is disguised."""
    open_links = "".join(
        part if part_is_code else LINK.sub(honest, part) for part, part_is_code in by_code(text)
    )
    pieces = KEPT.split(open_links)
    escaped = "".join(
        piece.replace("<", "%3C").replace(">", "%3E") if number % 2 else escape(piece)
        for number, piece in enumerate(pieces)
    )
    return QUOTE.sub(lambda match: match.group(1).replace("&gt;", ">"), escaped)


def by_code(text: str) -> list[tuple[str, bool]]:
    """The text in pieces, each with whether it is code."""
    pieces, at = [], 0
    for match in CODE.finditer(text):
        pieces += [(text[at : match.start()], False), (match.group(), True)]
        at = match.end()
    return [*pieces, (text[at:], False)]


def honest(match: re.Match[str]) -> str:
    """A Markdown link; one whose label shows another address, or that is no web link, is taken apart."""
    image, label, url = match.groups()
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "mailto"):
        return label
    shown = label.strip().removeprefix("https://").removeprefix("http://").rstrip("/")
    own = url in label or (parts.netloc + parts.path).rstrip("/").startswith(shown or url)
    if LOOKS_LIKE_ADDRESS.search(label) and not own:
        return f"{label} ({url})"
    return f"{image}[{label}]({url})"
