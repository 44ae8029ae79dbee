"""A first draft of an article, made from a ticket that was solved without one. Pure.

It is for a writer to finish: what people wrote stands in it as they wrote it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date

from bot.views import Line
from knowledge.slugs import slug

QUESTIONS = 4
LONGEST = 200
MAIL = re.compile(r"[^\s@<>()\[\]]+@[^\s@<>()\[\]]+\.[^\s@<>()\[\],;:!?.]+")
WARNING = (
    "<!-- A draft from ticket #{number}. Before it goes into a folder of articles: take out names, "
    "addresses, account numbers and all else that is about one person (e-mail addresses were taken "
    "out already), and write the answer for everybody. -->"
)


def name(number: int, subject: str) -> str:
    """What the draft's file is called, without `.md`: safe for any file system."""
    words = re.sub(r"[^a-z0-9]+", "-", slug(subject).lower()).strip("-")[:60].strip("-")
    return f"ticket-{number}-{words}" if words else f"ticket-{number}"


def draft(
    number: int, subject: str, tags: Sequence[str], lines: Sequence[Line], today: date
) -> str:
    """The draft as Markdown: the requester's messages as phrasings of the question, the agents'
    replies as the answer, the ticket's tags. Nobody's name is in it."""
    kept = [line for line in lines if line.deleted_at is None and line.text.strip()]
    asked = [clean(line.text) for line in kept if line.author == "user"]
    answers = [clean(line.text) for line in kept if line.author == "agent"]
    title = short(clean(subject)) or f"Ticket {number}"
    phrasings = [short(text) for text in asked if len(text.split()) > 1][:QUESTIONS]
    return "\n".join(
        [
            "---",
            f"id: {name(number, subject)}",
            f"title: {_yaml(title)}",
            "questions:",
            *(f"  - {_yaml(text)}" for text in dict.fromkeys([*phrasings] or [title])),
            f"tags: [{', '.join(_yaml(word) for tag in tags if (word := short(clean(tag))))}]",
            "audience: public",
            f"reviewed: {today.isoformat()}",
            "---",
            WARNING.format(number=number),
            "",
            "\n\n".join(answers) or "(No agent replied: write the answer here.)",
            "",
        ]
    )


def clean(text: str) -> str:
    """The text without e-mail addresses, and without signs that YAML does not allow."""
    shown = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
    return MAIL.sub("(e-mail address)", shown).strip()


def short(text: str) -> str:
    """One line of at most 200 characters."""
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def _yaml(text: str) -> str:
    """A text in quotes as YAML reads it: JSON is YAML."""
    return json.dumps(text, ensure_ascii=False)
