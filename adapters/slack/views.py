"""Slack's own surfaces: the ticket form and the App Home. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.slack.blocks import context, plain
from adapters.slack.interactions import COMMENT_FORM, TICKET_FORM, block_id
from adapters.slack.markup import escape, link
from adapters.slack.options import Home, HomeTicket, Labels
from bot.channel import Sender

View = dict[str, Any]
HOME_LINES = 20


def ticket_form(labels: Labels, identity: str, text: str) -> View:
    """The modal of `/ticket`. `identity` makes a second submission the same ticket."""
    return {
        "type": "modal",
        "callback_id": TICKET_FORM,
        "private_metadata": identity[:3_000],
        "title": plain(labels.ticket_title[:24]),
        "submit": plain(labels.ticket_send[:24]),
        "close": plain(labels.ticket_cancel[:24]),
        "blocks": [
            text_input("subject", labels.ticket_subject, text[:150], longest=150),
            text_input("text", labels.ticket_text, "", longest=3_000, multiline=True),
        ],
    }


def comment_form(labels: Labels, key: str, thread: str) -> View:
    """The modal after a 👎: what was wrong. It may be closed without a word."""
    return {
        "type": "modal",
        "callback_id": COMMENT_FORM,
        "private_metadata": block_id("rating", key, thread),
        "title": plain(labels.comment_title[:24]),
        "submit": plain(labels.ticket_send[:24]),
        "close": plain(labels.ticket_cancel[:24]),
        "blocks": [text_input("text", labels.comment_text, "", longest=3_000, multiline=True)],
    }


def text_input(
    block: str, label: str, initial: str, *, longest: int, multiline: bool = False
) -> View:
    """A field to type in."""
    element = {
        "type": "plain_text_input",
        "action_id": "typed",
        "multiline": multiline,
        "max_length": longest,
        **({"initial_value": initial} if initial else {}),
    }
    return {"type": "input", "block_id": block, "label": plain(label), "element": element}


def ticket_lines(tickets: Sequence[HomeTicket], labels: Labels) -> str:
    """One's own open tickets, a line each."""
    lines = [
        f"*#{ticket.number}* {escape(ticket.subject)} · {escape(ticket.status)}"
        for ticket in tickets[:HOME_LINES]
    ]
    return "\n".join([f"*{escape(labels.home_title)}*", *lines]) if lines else labels.home_none


def home_view(home: Home, labels: Labels) -> View:
    """The home tab: the person's open tickets, and what is often read."""
    tickets = [
        f"*#{ticket.number}* {escape(ticket.subject)} · {escape(ticket.status)}"
        for ticket in home.tickets[:HOME_LINES]
    ]
    blocks: list[View] = [{"type": "header", "text": plain(labels.home_title)}]
    blocks += [mrkdwn(line) for line in tickets or [escape(labels.home_none)]]
    if home.articles:
        blocks += [{"type": "divider"}, {"type": "header", "text": plain(labels.home_popular)}]
        lines = [link(each.url, each.title) for each in home.articles[:HOME_LINES]]
        blocks += [mrkdwn(line) for line in lines]
    return {"type": "home", "blocks": blocks}


def mrkdwn(text: str) -> View:
    """A section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:3_000] or "–"}}


def shared_answer(told: str, blocks: list[View]) -> list[View]:
    """A private answer as it is shown to all: who asked, and the answer without its buttons."""
    shown = [block for block in blocks if block["type"] in ("markdown", "section")]
    return [context(escape(told)), *shown]


def prompts(given: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """The suggested prompts; Slack shows four."""
    return [{"title": title, "message": message} for title, message in given[:4]]


def shown(sender: Sender) -> str:
    """How somebody is named to others: never a mention."""
    return sender.name or sender.id
