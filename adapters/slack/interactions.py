"""What people press, command and fill in, in our words. Pure: understood, or ignored with a reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from adapters.slack.messages import Event, Ignored, part, when, word

SHORTCUT = "ticket_from_message"
TICKET_FORM, COMMENT_FORM = "ticket", "comment"
ASK, TICKET = "/ask", "/ticket"
LIST = "list"
"""What is written after `/ticket` to see one's own."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button or an option on a message of ours. `what` is `choice`, `rating` or `share`;
    `value` is the choice's id, or `up` or `down`. A message that only one person sees has no
    `blocks` here; it is changed through `response_url`."""

    what: Literal["choice", "rating", "share"]
    key: str
    thread: str
    value: str
    label: str
    user: str
    user_name: str
    channel: str
    message_ts: str
    response_url: str
    blocks: tuple[Mapping[str, Any], ...] = ()
    text: str = ""
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command. `trigger` opens a modal for three seconds and is new each time."""

    name: str
    text: str
    user: str
    user_name: str
    channel: str
    trigger: str
    response_url: str


@dataclass(frozen=True, slots=True)
class FromMessage:
    """The message shortcut "Create a ticket from this"."""

    channel: str
    message: Event
    user: str
    user_name: str
    trigger: str
    response_url: str


@dataclass(frozen=True, slots=True)
class TicketForm:
    """The ticket modal, filled in. `identity` is the same when it is delivered again."""

    subject: str
    text: str
    user: str
    user_name: str
    identity: str


@dataclass(frozen=True, slots=True)
class CommentForm:
    """The words to a 👎 on the message of that key."""

    key: str
    thread: str
    text: str
    user: str
    user_name: str


Interaction = Pressed | Command | FromMessage | TicketForm | CommentForm | Ignored


def parse_interaction(body: Event) -> Interaction:
    """What an interactive payload means to us. Never raises."""
    kind = word(body, "type")
    match kind:
        case "block_actions":
            return parse_press(body)
        case "message_action":
            return parse_shortcut(body)
        case "view_submission":
            return parse_form(body)
    return Ignored(f"{kind or 'an interaction without a type'} is nothing we act on")


def parse_press(body: Event) -> Interaction:
    """The first action of a press; Slack sends one."""
    actions = body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(action, Mapping):
        return Ignored("a press of nothing")
    what, key, thread = block_meaning(word(action, "block_id"))
    if what not in ("choice", "rating", "share") or not key:
        return Ignored("a press of something that is not ours, or a link")
    container, user, message = part(body, "container"), part(body, "user"), part(body, "message")
    option = part(action, "selected_option")
    blocks = message.get("blocks")
    value = word(option, "value") or word(action, "value")
    if not word(user, "id") or not value:
        return Ignored("a press without a person or a value")
    return Pressed(
        what=what,  # type: ignore[arg-type]
        key=key,
        thread=thread,
        value=value,
        label=word(part(option, "text"), "text") or word(part(action, "text"), "text"),
        user=word(user, "id"),
        user_name=word(user, "name") or word(user, "username"),
        channel=word(container, "channel_id") or word(part(body, "channel"), "id"),
        message_ts=word(container, "message_ts") or word(message, "ts"),
        response_url=word(body, "response_url"),
        blocks=tuple(each for each in blocks if isinstance(each, Mapping))
        if isinstance(blocks, list)
        else (),
        text=word(message, "text"),
        trigger=word(body, "trigger_id"),
    )


def block_id(what: str, key: str, thread: str, turn: int = 0) -> str:
    """The id of a block with buttons: all that a press needs to know, also after a restart."""
    return f"{what}/{key}/{turn}/{thread}"


def block_meaning(written: str) -> tuple[str, str, str]:
    """What a block was written for, the key of its message, and the thread."""
    what, _, rest = written.partition("/")
    key, _, rest = rest.partition("/")
    _, _, thread = rest.partition("/")
    return what, key, thread


def parse_shortcut(body: Event) -> Interaction:
    """A message shortcut."""
    message, user = part(body, "message"), part(body, "user")
    channel = word(part(body, "channel"), "id")
    if word(body, "callback_id") != SHORTCUT:
        return Ignored("a shortcut that is not ours")
    if not channel or not word(user, "id") or not when(word(message, "ts")):
        return Ignored("a shortcut without a message, channel or person")
    return FromMessage(
        channel,
        message,
        word(user, "id"),
        word(user, "name"),
        word(body, "trigger_id"),
        word(body, "response_url"),
    )


def parse_form(body: Event) -> Interaction:
    """A modal that was sent."""
    view, user = part(body, "view"), part(body, "user")
    if word(view, "callback_id") == COMMENT_FORM:
        return parse_comment(view, user)
    if word(view, "callback_id") != TICKET_FORM:
        return Ignored("a form that is not ours")
    values = part(part(view, "state"), "values")
    subject, text = typed(values, "subject"), typed(values, "text")
    if not word(user, "id") or not (subject or text):
        return Ignored("an empty form")
    identity = word(view, "private_metadata") or word(view, "id")
    return TicketForm(subject, text, word(user, "id"), word(user, "name"), identity)


def parse_comment(view: Event, user: Event) -> Interaction:
    """The words to a 👎; its message is in the form's metadata, as in a block's id."""
    what, key, thread = block_meaning(word(view, "private_metadata"))
    text = typed(part(part(view, "state"), "values"), "text")
    if what != "rating" or not key or not word(user, "id"):
        return Ignored("a comment on nothing")
    if not text:
        return Ignored("a comment without words")
    return CommentForm(key, thread, text, word(user, "id"), word(user, "name"))


def typed(values: Event, block: str) -> str:
    """What was typed in an input block, whatever its action is called."""
    for element in part(values, block).values():
        if isinstance(element, Mapping):
            return word(element, "value").strip()
    return ""


def parse_command(body: Event) -> Command | Ignored:
    """A slash command. Never raises."""
    command = Command(
        name=word(body, "command"),
        text=word(body, "text").strip(),
        user=word(body, "user_id"),
        user_name=word(body, "user_name"),
        channel=word(body, "channel_id"),
        trigger=word(body, "trigger_id"),
        response_url=word(body, "response_url"),
    )
    if not (command.name and command.user and command.channel and command.trigger):
        return Ignored("a command without a name, person, channel or trigger")
    return command


def unwrapped(body: object) -> Event:
    """The payload of an interaction, also when it came as JSON in a form field."""
    if not isinstance(body, Mapping):
        return {}
    inside = body.get("payload")
    if not isinstance(inside, str):
        return body
    try:
        parsed = json.loads(inside)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, Mapping) else {}
