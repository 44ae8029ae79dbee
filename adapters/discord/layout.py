"""An `Outgoing` as the messages Discord gets: Components V2, as plain data. Pure.

Components V2 rather than embeds: whole Markdown in the text, our buttons between the
paragraphs, and each component may carry an id, by which an earlier copy is found.
A text is at most 2,000 characters a message, which leaves 2,000 of Discord's 4,000 for
sources and notes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.discord.controls import Control, is_digest, short, talk_of
from adapters.discord.links import link, plain_links
from adapters.discord.places import Asked, Place
from adapters.text import split
from bot.channel import Choice, Outgoing, Source

TEXT_LIMIT = 2_000
SOURCES_LIMIT = 1_500
SOURCES_SHOWN = 5
BUTTON_LABEL, OPTION_LABEL = 80, 100
OPTION_VALUE = 100
BUTTONS, OPTIONS, SELECTS = 5, 25, 4
NONCE_LIMIT = 25

ROW, BUTTON, SELECT, TEXT = 1, 2, 3, 10
BLURPLE, GREY, GREEN = 1, 2, 3

Component = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """One message to make. `nonce` and `mark` are the same for the same part of the same Outgoing.

    The mark is the id of its first component: Discord gives it back with the message,
    the nonce it does not.
    """

    nonce: str
    mark: int
    components: list[Component]


def render(outgoing: Outgoing, place: Place) -> list[Post]:
    """The messages, in order; sources and controls are with the last. None for an empty Outgoing."""
    texts = split(plain_links(outgoing.text), TEXT_LIMIT)
    tail = [*sources(outgoing.sources), *controls(outgoing, place)]
    if not texts and tail:
        texts = ("➤",)
    posts = []
    for part, text in enumerate(texts):
        mark = mark_of(outgoing.key, part)
        components: list[Component] = [{"type": TEXT, "id": mark, "content": text}]
        if part == len(texts) - 1:
            components += tail
        posts.append(Post(nonce_of(outgoing.key, part), mark, components))
    return posts


def sources(cited: Sequence[Source]) -> list[Component]:
    """The sources as one small text; those that find no room are counted."""
    lines: list[str] = []
    for source in cited[:SOURCES_SHOWN]:
        title = source.title if not source.section else f"{source.title}: {source.section}"
        line = f"-# {source.number}. {link(title[:150], source.url)}"
        if sum(map(len, lines)) + len(line) <= SOURCES_LIMIT:
            lines.append(line)
    more = len(cited) - len(lines)
    if more:
        lines.append(f"-# and {more} more")
    return [{"type": TEXT, "content": "\n".join(["-# Sources", *lines])}] if cited else []


def controls(outgoing: Outgoing, place: Place) -> list[Component]:
    """The rows of things to press."""
    talk = talk_of(place)
    rows = choice_rows(outgoing.key, talk, outgoing.choices)
    last: list[Component] = []
    if outgoing.rateable:
        last += [
            button(Control("rate", outgoing.key, talk, "1"), "👍 Helpful"),
            button(Control("rate", outgoing.key, talk, "0"), "👎 Not helpful"),
        ]
    if isinstance(place, Asked) and outgoing.sort == "answer":
        last.append(button(Control("share", outgoing.key, talk), "Show it to everyone here"))
    return [*rows, row(last)] if last else rows


def choice_rows(key: str, talk: str, choices: Sequence[Choice]) -> list[Component]:
    """Up to five choices as buttons, more as selects of at most 25."""
    if len(choices) <= BUTTONS:
        buttons = [button(_choice(key, talk, each), each.label, BLURPLE) for each in choices]
        return [row(buttons)] if buttons else []
    starts = range(0, min(len(choices), OPTIONS * SELECTS), OPTIONS)
    return [row([select(key, talk, choices, start)]) for start in starts]


def select(key: str, talk: str, choices: Sequence[Choice], start: int) -> Component:
    """One select with the 25 choices from `start` on."""
    options = [
        {"label": cut(each.label, OPTION_LABEL) or "…", "value": short(each.id, OPTION_VALUE)}
        for each in choices[start : start + OPTIONS]
    ]
    return {
        "type": SELECT,
        "custom_id": str(Control("select", key, talk, str(start))),
        "options": options,
        "placeholder": "Choose one" if start == 0 else "Or one of these",
    }


def _choice(key: str, talk: str, choice: Choice) -> Control:
    return Control("choice", key, talk, choice.id)


def digests(outgoing: Outgoing, place: Place) -> dict[str, str]:
    """What the digests in the controls stand for; the adapter keeps it for the day of the press."""
    carried = {}
    for choice in outgoing.choices:
        as_button = str(_choice(outgoing.key, talk_of(place), choice)).split("|", 4)[-1]
        buttons = len(outgoing.choices) <= BUTTONS
        value = as_button if buttons else short(choice.id, OPTION_VALUE)
        if is_digest(value):
            carried[value] = choice.id
    return carried


def button(control: Control, label: str, style: int = GREY) -> Component:
    """A button; Discord takes no label longer than 80 characters."""
    return {
        "type": BUTTON,
        "style": style,
        "label": cut(label, BUTTON_LABEL) or "…",
        "custom_id": str(control),
    }


def row(components: list[Component]) -> Component:
    """What can be pressed stands in rows."""
    return {"type": ROW, "components": components}


def cut(text: str, limit: int) -> str:
    """The text on one line, shortened to the limit with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def nonce_of(key: str, part: int) -> str:
    """The key itself for the first part; for the others one as fixed and as short."""
    if part == 0 and len(key) <= NONCE_LIMIT:
        return key
    return hashlib.blake2b(f"{key}/{part}".encode(), digest_size=12).hexdigest()


def mark_of(key: str, part: int) -> int:
    """A number below 2³¹ that tells this part of this Outgoing from every other."""
    digest = hashlib.blake2b(f"{key}/{part}".encode(), digest_size=4).digest()
    return 1_000 + int.from_bytes(digest) % (2**31 - 1_000)
