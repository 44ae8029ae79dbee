"""What goes over the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from adapters.text import whole
from bot.desk import Line

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100_000)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Question(_Sent):
    """A question by itself, without a conversation."""

    question: Text


class NewMessage(_Sent):
    """A message of the user: `choice` is the id of a choice that was offered and pressed."""

    text: Text
    choice: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None


class NewFeedback(_Sent):
    """Whether one of the bot's messages helped."""

    message: int = Field(ge=1, lt=2**63, description="The id of a message with `rateable` true")
    helpful: bool
    comment: Annotated[str, StringConstraints(max_length=2_000)] = ""


class Choice(BaseModel):
    """Something to press instead of writing."""

    id: str
    label: str


class Source(BaseModel):
    """Where an answer comes from: `number` is what the text cites as `[1]`."""

    number: int
    title: str
    section: str
    url: str


class Message(BaseModel):
    """One message. `text` is Markdown from the bot, plain text from people."""

    id: int
    author: Literal["user", "bot", "agent"]
    name: str
    text: str
    at: datetime
    sort: str
    choices: list[Choice]
    sources: list[Source]
    rateable: bool
    rated: bool | None


class Messages(BaseModel):
    """Messages in order. `waiting`: the bot still owes something, so ask again."""

    messages: list[Message]
    waiting: bool


class Conversation(Messages):
    """A whole conversation."""

    id: str


class NewConversation(BaseModel):
    """A conversation's `token` opens it and is shown only now."""

    id: str
    token: str


class AcceptedMessage(BaseModel):
    """A message that is kept. `new` is false when it was sent before."""

    id: int
    new: bool


class AcceptedFeedback(BaseModel):
    """Feedback that is kept."""

    message: int
    helpful: bool


class Answer(BaseModel):
    """What the bot says to a question by itself."""

    outcome: Literal["answer", "ask_back", "abstain"]
    text: str
    sources: list[Source]
    choices: list[Choice]
    confidence: float
    index: str


def message(line: Line, site: str) -> Message:
    """A line of the transcript as the API shows it; links of our own are whole, below `site`."""
    return Message.model_validate(
        {
            "id": line.id,
            "author": line.author,
            "name": line.name,
            "text": line.text,
            "at": line.at,
            "sort": line.sort,
            "choices": [{"id": c.id, "label": c.label} for c in line.choices],
            "sources": [
                {
                    "number": s.number,
                    "title": s.title,
                    "section": s.section,
                    "url": whole(s.url, site),
                }
                for s in line.sources
            ],
            "rateable": line.rateable,
            "rated": line.rated,
        }
    )


def answer(given: Mapping[str, Any], site: str) -> Answer:
    """An answer as the API shows it."""
    found = Answer.model_validate(given)
    for source in found.sources:
        source.url = whole(source.url, site)
    return found
