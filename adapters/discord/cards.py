"""Tickets' cards and their threads in Discord's components, and what is pressed on them. Pure.

Whatever people wrote is shown with its Markdown taken apart, so that it formats and pings nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from adapters.discord.layout import (
    BLURPLE,
    BUTTON,
    BUTTONS,
    GREY,
    TEXT,
    Component,
    Post,
    cut,
    mark_of,
    nonce_of,
    row,
)
from adapters.discord.links import link
from adapters.text import file_lines
from bot.agents_side import Button, Card, CardPosting, pressed

OURS = "fl|"
WORDS = "words"
TITLE, LONGEST, FORM_TITLE, FORM_LABEL = 90, 1_800, 45, 45


def post_of(posting: CardPosting) -> Post:
    """A card, or a line of its thread."""
    mark = mark_of(posting.key, 0)
    if posting.shows is not None:
        return Post(nonce_of(posting.key, 0), mark, card(posting.shows, mark))
    files = file_lines(posting.attachments)
    text = "\n\n".join(each for each in (inert(posting.text), inert(files)) if each)
    shown = f"-# {inert(posting.head)}\n{shortened(text)}"
    return Post(nonce_of(posting.key, 0), mark, [{"type": TEXT, "id": mark, "content": shown}])


def card(shown: Card, mark: int) -> list[Component]:
    """What a card shows, and its buttons in rows of five."""
    title = link(shown.title[:200], shown.url) if shown.url else inert(shown.title[:200])
    facts = "\n".join(f"-# {inert(each)}" for each in shown.facts)
    parts = (f"**{title}**", facts, shortened(inert(shown.summary)))
    content = "\n".join(each for each in parts if each)
    return [{"type": TEXT, "id": mark, "content": content}, *rows(shown.buttons)]


def rows(buttons: Sequence[Button]) -> list[Component]:
    """Things to press."""
    made = [
        {
            "type": BUTTON,
            "style": BLURPLE if at == 0 else GREY,
            "label": each.label,
            "custom_id": OURS + each.id,
        }
        for at, each in enumerate(buttons)
    ]
    return [row(made[at : at + BUTTONS]) for at in range(0, len(made), BUTTONS)]


def read_press(custom_id: str) -> tuple[int, str] | None:
    """The ticket and the act of a button or form; None for all else."""
    return pressed(custom_id.removeprefix(OURS)) if custom_id.startswith(OURS) else None


def thread_name(shown: Card) -> str:
    """What a card's thread is called."""
    return cut(shown.title, TITLE) or f"#{shown.number}"


def inert(text: str) -> str:
    """Words that format nothing, link nothing but plain addresses, and ping nobody."""
    escaped = discord.utils.escape_markdown(text, as_needed=False, ignore_links=True)
    return discord.utils.escape_mentions(escaped).replace("<@", "<@\u200b").replace("[", "\\[")


def shortened(text: str) -> str:
    """As much as one message takes; the whole is on the console."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


class WordsForm(discord.ui.Modal):
    """The form that asks for words. Its answer is read from the interaction itself."""

    def __init__(self, custom_id: str, title: str, label: str) -> None:
        super().__init__(title=title[:FORM_TITLE], custom_id=custom_id)
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            label=label[:FORM_LABEL],
            custom_id=WORDS,
            style=discord.TextStyle.paragraph,
            max_length=4_000,
        )
        self.add_item(field)
        self.stop()
