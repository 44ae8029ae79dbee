"""Our messages in Slack's blocks. Pure.

In order: the answer, its sources by number, what can be chosen, 👍 and 👎. The ids of
blocks with buttons hold all that a press needs, so that buttons work after a restart.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.slack.interactions import block_id, block_meaning
from adapters.slack.markup import escape, link, markdown
from adapters.slack.options import Labels
from adapters.text import split
from bot.channel import Choice, Outgoing, Source

Block = dict[str, Any]

TEXT_LIMIT = 8_000
"""Characters of a post's Markdown, before escaping. Slack takes 12,000 in a message, and less
when other blocks come with it."""
ESCAPED_LIMIT = 11_000
SECTION_LIMIT = 3_000
NOTICE_LIMIT = 3_000
BUTTON_TEXT, OPTION_VALUE, BUTTONS = 75, 150, 5
EVENT_TYPE = "firstline_message"
RATED, CHOSEN = "rated", "chosen"


@dataclass(frozen=True, slots=True)
class Post:
    """One post: `text` is what notifications and screen readers get."""

    text: str
    blocks: tuple[Block, ...]
    metadata: Mapping[str, Any]
    part: int


def render(outgoing: Outgoing, labels: Labels, *, native: bool, share: bool = False) -> list[Post]:
    """A message as one or several posts. The last carries the sources and buttons.

    `native` uses Slack's own feedback element; `share` offers to show a private answer to all.
    """
    texts = pieces(outgoing.text) or ("",)
    posts = []
    for number, text in enumerate(texts):
        blocks: list[Block] = [{"type": "markdown", "text": markdown(text)}] if text.strip() else []
        if number == len(texts) - 1:
            blocks += tail(outgoing, labels, native=native, share=share)
        notice = escape(text)[:NOTICE_LIMIT] or labels.choose
        if blocks:
            posts.append(Post(notice, tuple(blocks), metadata(outgoing, number), number))
    return posts


def pieces(text: str) -> tuple[str, ...]:
    """The text cut so that each piece fits, also once it is escaped."""
    limit = TEXT_LIMIT
    found = split(text, limit)
    while any(len(markdown(piece)) > ESCAPED_LIMIT for piece in found):
        limit //= 2
        found = split(text, limit)
    return found


def metadata(outgoing: Outgoing, part: int) -> Mapping[str, Any]:
    """By which we know our own post again: its key, its part, and its conversation."""
    payload = {"key": outgoing.key, "part": part, "thread": outgoing.address.thread}
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def tail(outgoing: Outgoing, labels: Labels, *, native: bool, share: bool) -> Iterator[Block]:
    """What comes after the text."""
    yield from source_blocks(outgoing.sources, labels)
    thread, key = outgoing.address.thread, outgoing.key
    if outgoing.choices:
        yield from choice_blocks(outgoing.choices, block_id("choice", key, thread), labels)
    if share:
        shared = [button("share", labels.share, "share")]
        yield {"type": "actions", "block_id": block_id("share", key, thread), "elements": shared}
    if outgoing.rateable:
        yield rating_block(block_id("rating", key, thread), labels, native=native)


def source_blocks(sources: Sequence[Source], labels: Labels) -> Iterator[Block]:
    """The sources by number, in as many sections as they need."""
    if not sources:
        return
    lines = [f"*{escape(labels.sources)}*"]
    for line in map(source_line, sources):
        if len("\n".join([*lines, line])) > SECTION_LIMIT:
            yield section(lines)
            lines = []
        lines.append(line)
    yield section(lines)


def source_line(source: Source) -> str:
    """One source: `[1] title › section`, the title a link."""
    where = f" › {escape(source.section[:200])}" if source.section else ""
    return f"[{source.number}] {link(source.url[:1500], source.title[:200])}{where}"


def section(lines: Sequence[str]) -> Block:
    """Lines of mrkdwn in one section."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(lines)}}


def choice_blocks(choices: Sequence[Choice], identity: str, labels: Labels) -> Iterator[Block]:
    """Buttons for a few choices, a select for many."""
    fit = all(len(choice.id) <= OPTION_VALUE for choice in choices)
    if len(choices) > BUTTONS and fit:
        options = [{"text": plain(c.label), "value": c.id} for c in choices[:100]]
        select = {"type": "static_select", "action_id": "choice", "options": options}
        elements = [select | {"placeholder": plain(labels.choose)}]
        yield {"type": "actions", "block_id": identity, "elements": elements}
        return
    for start in range(0, len(choices), 25):
        elements = [
            button(f"choice:{number}", choice.label, choice.id)
            for number, choice in enumerate(choices[start : start + 25])
        ]
        what, key, thread = block_meaning(identity)
        turn = block_id(what, key, thread, turn=start // 25)
        yield {"type": "actions", "block_id": turn, "elements": elements}


def rating_block(identity: str, labels: Labels, *, native: bool) -> Block:
    """👍 and 👎, by Slack's own element or by plain buttons."""
    if not native:
        up = button("rating:up", labels.helpful, "up")
        down = button("rating:down", labels.not_helpful, "down")
        return {"type": "actions", "block_id": identity, "elements": [up, down]}
    buttons = {
        "type": "feedback_buttons",
        "action_id": "rating",
        "positive_button": {"text": plain(labels.helpful), "value": "up"},
        "negative_button": {"text": plain(labels.not_helpful), "value": "down"},
    }
    return {"type": "context_actions", "block_id": identity, "elements": [buttons]}


def button(action: str, label: str, value: str) -> Block:
    """A plain button."""
    return {"type": "button", "action_id": action, "text": plain(label), "value": value}


def plain(text: str) -> Block:
    """A plain text, cut to what a button may show."""
    shown = text if len(text) <= BUTTON_TEXT else text[: BUTTON_TEXT - 1] + "…"
    return {"type": "plain_text", "text": shown or "–", "emoji": True}


def context(text: str, identity: str = "") -> Block:
    """A small grey line of mrkdwn."""
    elements = [{"type": "mrkdwn", "text": text}]
    block: Block = {"type": "context", "elements": elements}
    return block | ({"block_id": identity} if identity else {})


def after_choice(blocks: Sequence[Mapping[str, Any]], key: str, told: str) -> list[Block]:
    """The message after a choice: the choices are gone, what was chosen is told."""
    kept = [block for block in blocks if block_meaning(str(block.get("block_id")))[0] != "choice"]
    return renewed(kept, CHOSEN, key, told)


def after_rating(blocks: Sequence[Mapping[str, Any]], key: str, told: str) -> list[Block]:
    """The message after 👍 or 👎: what was said is told; it can still be changed."""
    return renewed(blocks, RATED, key, told)


def renewed(blocks: Sequence[Mapping[str, Any]], what: str, key: str, told: str) -> list[Block]:
    """The blocks with a line about what happened, in place of an earlier one of its kind.

    Every block with buttons gets a new id, as Slack wants it for a changed message.
    """
    kept: list[Block] = []
    for block in blocks:
        kind, of, thread = block_meaning(str(block.get("block_id", "")))
        if kind == what:
            continue
        fresh = copy.deepcopy(dict(block))
        if kind in ("choice", "rating", "share"):
            turn = int(str(block["block_id"]).split("/")[2]) + 100
            fresh["block_id"] = block_id(kind, of, thread, turn)
        kept.append(fresh)
    line = context(escape(told), f"{what}/{key}/{len(kept)}/")
    at = next(
        (n for n, b in enumerate(kept) if str(b.get("block_id", "")).startswith("rating/")),
        len(kept),
    )
    return [*kept[:at], line, *kept[at:]]
