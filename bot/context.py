"""What a message asks within its conversation. Pure.

in_context(turn) -> Asked: the question to search for, alone and with what it follows
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channel import Attachment
from bot.model import Message
from bot.turn import Turn
from bot.words import stems

FORGET = "start over"
"""The recorded reason of a message that ended what was talked about."""

_BEGINS = re.compile(
    r"^\W*(?:and|but|or|then|also|what about|how about|what if|same)\b", re.IGNORECASE
)
_POINTS = re.compile(
    r"\b(?:it|its|that|this|them|they|these|those|there|instead|otherwise|again|"
    r"(?:that|this|the (?:first|second|third|last|next|other|same)) (?:one|step|way|option|setting))\b",
    re.IGNORECASE,
)
_LONGEST_QUESTION = 60
_LONGEST_FILE = 100_000
"""Bytes of a text file that are read as part of the question."""
_NAMED = 3
"""Content words before an "it" from which it means something in the same message."""


@dataclass(frozen=True, slots=True)
class Topic:
    """What the conversation is about: the question that was answered, by which article, and what was told."""

    question: str
    article: str
    title: str
    told: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A message as a question. `joined` is it together with the topic it may follow (else "").

    `leans` says that it means little without the topic ("and on Windows?"), otherwise it
    only may follow; `points` that it names what came before ("what if that fails?").
    """

    alone: str
    joined: str = ""
    leans: bool = False
    points: bool = False
    topic: Topic | None = None


def question_of(turn: Turn) -> str:
    """What was written, and what stands in the text files that came with it."""
    files = [_text_of(file) for file in turn.attachments]
    return "\n\n".join(filter(None, [turn.message.text, *files]))


def _text_of(file: Attachment) -> str:
    """The file's text; nothing for what is no text, whatever it calls itself."""
    named = file.media_type.startswith("text/") or file.name.lower().endswith((".txt", ".log"))
    if not named or b"\0" in file.content:
        return ""
    return file.content[:_LONGEST_FILE].decode("utf-8", errors="replace")


def in_context(turn: Turn) -> Asked:
    """How the message is to be searched for, given what was talked about before."""
    question = question_of(turn)
    topic = current_topic(turn.history)
    if topic is None:
        return Asked(question)
    own = len(stems(question))
    begins, points = bool(_BEGINS.match(question)), _points_back(question)
    if not (own <= 3 or (begins and own <= 8) or (points and own <= 6)):
        return Asked(question, topic=topic)
    joined = f"{topic.question}\n{topic.title}\n{question}"
    leans = own <= 1 or (begins and own <= 4) or (points and own <= 3)
    return Asked(question, joined, leans, points, topic)


def _points_back(question: str) -> bool:
    """Whether an "it" or "that" comes before the question has named anything itself."""
    found = _POINTS.search(question)
    return found is not None and len(stems(question[: found.start()])) < _NAMED


def current_topic(history: Sequence[Message]) -> Topic | None:
    """What was last answered, unless it was forgotten, solved, or handed over since."""
    for message in reversed(history):
        if message.author == "user" and (message.outcome == "human" or message.reason == FORGET):
            return None
        if message.author == "bot" and message.sort == "answer" and message.evidence:
            articles = message.evidence.get("articles") or [""]
            title = message.sources[0]["title"] if message.sources else ""
            return Topic(
                root_question(message.evidence), str(articles[0]), str(title), message.text
            )
    return None


def answered_articles(history: Sequence[Message]) -> tuple[str, ...]:
    """Ids of the articles quoted since the conversation's last fresh start, oldest first."""
    found: list[str] = []
    for message in history:
        if message.author == "user" and message.reason == FORGET:
            found.clear()
        if message.author == "bot" and message.sort == "answer" and message.evidence:
            found += [str(article) for article in message.evidence.get("articles", [])[:1]]
    return tuple(dict.fromkeys(found))


def root_question(evidence: Mapping[str, Any]) -> str:
    """The question that opened the topic: a joined question has it on its first line."""
    first = str(evidence.get("question", "")).strip().split("\n", 1)[0]
    return " ".join(first.split()[:_LONGEST_QUESTION])
