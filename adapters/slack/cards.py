"""Tickets' cards and their threads in Slack's blocks, and what is pressed on them. Pure.

Whatever people wrote is shown as plain text: nothing in it pings, links or formats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.slack.blocks import (
    EVENT_TYPE,
    NOTICE_LIMIT,
    Block,
    Post,
    button,
    context,
    plain,
)
from adapters.slack.markup import escape, link
from adapters.slack.messages import Event, part, word
from adapters.slack.views import View, text_input
from adapters.text import file_lines
from bot.agents_side import Button, Card, CardPosting, pressed

FORM = "card"
WORDS = "words"
PIECE, PIECES = 2_900, 20
LONGEST = 3_000


@dataclass(frozen=True, slots=True)
class CardPress:
    """A button of a card, or (with `text`) a form that was filled in. `identity` is the same when
    it is delivered again."""

    number: int
    act: str
    user: str
    channel: str
    thread_ts: str
    identity: str
    trigger: str = ""
    response_url: str = ""
    text: str | None = None


def parse_card(body: Event) -> CardPress | None:
    """What was done with a card; None for all else. Never raises."""
    kind = word(body, "type")
    if kind == "block_actions":
        return _press(body)
    return _form(body) if kind == "view_submission" else None


def _press(body: Event) -> CardPress | None:
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    found = pressed(word(action, "action_id")) if isinstance(action, dict) else None
    user, container = word(part(body, "user"), "id"), part(body, "container")
    if found is None or not user:
        return None
    return CardPress(
        *found,
        user=user,
        channel=word(container, "channel_id") or word(part(body, "channel"), "id"),
        thread_ts=word(container, "thread_ts") or word(container, "message_ts"),
        identity=word(body, "trigger_id"),
        trigger=word(body, "trigger_id"),
        response_url=word(body, "response_url"),
    )


def _form(body: Event) -> CardPress | None:
    view, user = part(body, "view"), word(part(body, "user"), "id")
    if word(view, "callback_id") != FORM or not user:
        return None
    written, _, where = word(view, "private_metadata").partition(" ")
    found = pressed(written)
    if found is None:
        return None
    channel, _, thread = where.partition(" ")
    fields = part(part(part(view, "state"), "values"), WORDS).values()
    text = next((word(each, "value") for each in fields if isinstance(each, dict)), "")
    return CardPress(*found, user, channel, thread, identity=word(view, "id"), text=text.strip())


def form(press: CardPress, title: str, label: str) -> View:
    """The modal that asks for words."""
    where = f"card/{press.number}/{press.act} {press.channel} {press.thread_ts}"
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": where,
        "title": plain(title[:24]),
        "submit": plain("Send"),
        "close": plain("Cancel"),
        "blocks": [text_input(WORDS, label, "", longest=LONGEST, multiline=True)],
    }


def posts(posting: CardPosting) -> Post:
    """A card, or a line of its thread, as a post."""
    payload = {"key": posting.key, "part": 0}
    meta = {"event_type": EVENT_TYPE, "event_payload": payload}
    if posting.shows is not None:
        blocks = card_blocks(posting.shows, posting.version)
        return Post(escape(posting.shows.title)[:NOTICE_LIMIT], tuple(blocks), meta, 0)
    text = "\n\n".join(each for each in (posting.text, file_lines(posting.attachments)) if each)
    blocks = [context(escape(posting.head)), *said(text)]
    return Post(escape(f"{posting.head}: {text}")[:NOTICE_LIMIT], tuple(blocks), meta, 0)


def card_blocks(card: Card, version: int) -> list[Block]:
    """What a card shows. Its buttons get a new id with each version, as Slack wants it."""
    title = f"*{link(card.url, card.title)}*"
    blocks: list[Block] = [{"type": "section", "text": {"type": "mrkdwn", "text": title[:LONGEST]}}]
    blocks.append(context(escape("  ·  ".join(card.facts))))
    blocks += said(card.summary)
    if card.buttons:
        shown = buttons(card.buttons)
        blocks.append(
            {"type": "actions", "block_id": f"card/{card.number}/{version}", "elements": shown}
        )
    return blocks


def buttons(offered: Sequence[Button]) -> list[Block]:
    """Things to press; the id says all that a press needs."""
    return [button(each.id, each.label, each.id) for each in offered]


def more(text: str, offered: Sequence[Button]) -> list[Block]:
    """What one person is offered."""
    return [*said(text), {"type": "actions", "elements": buttons(offered)}]


def said(text: str) -> list[dict[str, Any]]:
    """Words as they were written, in as many sections as they need."""
    pieces = [text[at : at + PIECE] for at in range(0, len(text), PIECE)][:PIECES]
    return [
        {"type": "section", "text": {"type": "plain_text", "text": each, "emoji": True}}
        for each in pieces
        if each.strip()
    ]
