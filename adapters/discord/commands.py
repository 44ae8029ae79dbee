"""The commands that Discord offers to users, as Discord is told of them. Data only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import discord

ASK, TICKET, FROM_MESSAGE = "ask", "ticket", "Create ticket from message"
QUESTION_LIMIT, SUBJECT_LIMIT, DETAIL_LIMIT = 2_000, 100, 4_000
CHOICES, CHOICE_LIMIT = 25, 100
TICKET_FORM = "fl|ticket"
SUBJECT, DETAIL, COMMENT = "subject", "detail", "comment"

COMMANDS: list[Any] = [
    {
        "type": 1,
        "name": ASK,
        "description": "Ask a question; only you see the answer",
        "options": [
            {
                "type": 3,
                "name": "question",
                "description": "What you would like to know",
                "required": True,
                "max_length": QUESTION_LIMIT,
                "autocomplete": True,
            }
        ],
    },
    {
        "type": 1,
        "name": TICKET,
        "description": "Write to our team, or see your tickets",
        "options": [
            {
                "type": 3,
                "name": "show",
                "description": "See your open tickets instead of the form",
                "choices": [{"name": "list", "value": "list"}],
            }
        ],
    },
    {"type": 3, "name": FROM_MESSAGE},
]


class TicketForm(discord.ui.Modal, title="Write to our team"):
    """The form of `/ticket`. Its answer is read from the interaction itself, also after a restart."""

    subject: discord.ui.TextInput[Any] = discord.ui.TextInput(
        label="What is it about?", custom_id=SUBJECT, max_length=SUBJECT_LIMIT
    )
    detail: discord.ui.TextInput[Any] = discord.ui.TextInput(
        label="What happened, and what did you expect?",
        custom_id=DETAIL,
        style=discord.TextStyle.paragraph,
        max_length=DETAIL_LIMIT,
    )

    def __init__(self) -> None:
        super().__init__(custom_id=TICKET_FORM)
        self.stop()  # discord.py keeps no memory of a form that is not waited for


class CommentForm(discord.ui.Modal, title="What was wrong?"):
    """The words to a 👎; its id is that of the button, so that they find their message."""

    comment: discord.ui.TextInput[Any] = discord.ui.TextInput(
        label="What was missing, or not right?",
        custom_id=COMMENT,
        style=discord.TextStyle.paragraph,
        max_length=DETAIL_LIMIT,
    )

    def __init__(self, custom_id: str) -> None:
        super().__init__(custom_id=custom_id)
        self.stop()


def suggested(questions: Iterable[str]) -> list[discord.app_commands.Choice[str]]:
    """Questions as Discord offers them: at most 25, of at most 100 characters."""
    short = [question for question in questions if 0 < len(question) <= CHOICE_LIMIT]
    return [discord.app_commands.Choice(name=each, value=each) for each in short[:CHOICES]]


def written(data: Any, custom_id: str) -> str:
    """What was written in one field of a form, wherever Discord puts the field."""
    if isinstance(data, dict):
        if data.get("custom_id") == custom_id and "value" in data:
            return str(data["value"])
        data = list(data.values())
    if isinstance(data, list):
        return next((text for each in data if (text := written(each, custom_id))), "")
    return ""
