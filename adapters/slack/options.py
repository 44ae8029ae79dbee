"""What can be set about Slack, and the words of its own that this channel shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from adapters.listening import ListeningRules
from bot.channel import Address, Outgoing

Trigger = Literal["ticket", "answer"]
PLATFORM = "https://slack.com/api/"


@dataclass(frozen=True, slots=True)
class Labels:
    """The words on Slack's own surfaces; all else is said by the bot's wording."""

    sources: str = "Sources"
    helpful: str = "👍"
    not_helpful: str = "👎"
    rated_helpful: str = "👍 {name} found this helpful"
    rated_not_helpful: str = "👎 {name} did not find this helpful"
    chosen: str = "✅ {name} chose “{label}”"
    choose: str = "Choose one"
    share: str = "Share with everyone"
    shared: str = "Shared with everyone here."
    shared_by: str = "{name} asked and shared this answer:"
    share_failed: str = "I cannot post here. Invite me to the channel first."
    working: str = "is looking it up…"
    ask_usage: str = "Write your question after the command, for example `/ask how do I …`"
    asked: str = "Looking that up. Only you can see this."
    ticket_title: str = "Open a ticket"
    ticket_subject: str = "What is it about?"
    ticket_text: str = "What happened, and what did you expect?"
    ticket_send: str = "Send"
    ticket_cancel: str = "Cancel"
    ticket_taken: str = "Thank you. I go on with this in our direct messages."
    from_thread: str = "Ticket from a thread:"
    comment_title: str = "What was wrong?"
    comment_text: str = "What was missing, or not right?"
    unknown_command: str = "I do not know that command."
    unreadable: str = "I could not read that message. Invite me to the channel first."
    home_title: str = "Your open tickets"
    home_none: str = "You have no open tickets."
    home_popular: str = "Often read"


@dataclass(frozen=True, slots=True)
class HomeTicket:
    """A line of "my open tickets"."""

    number: int
    subject: str
    status: str


@dataclass(frozen=True, slots=True)
class HomeArticle:
    """A popular article; `url` may be empty."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Home:
    """What the App Home shows to one person."""

    tickets: tuple[HomeTicket, ...] = ()
    articles: tuple[HomeArticle, ...] = ()


ShowHome = Callable[[str], Awaitable[Home]]
"""The home of the person with this Slack id."""

Recall = Callable[[Address, str], Awaitable[Outgoing | None]]
"""A message that was sent there under this key; None when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackOptions:
    """Everything about one workspace.

    `mode`: `socket` needs `app_token`, `http` needs `signing_secret` and listens on
    `host:port` for `path`. `quiet`: after so long a silence a direct message begins a new
    conversation. `post_interval`: least seconds between two posts in a channel.
    `text_file_limit`: bytes up to which an attached text file is read. `reactions`: emoji
    name to what it triggers. `catch_up`: how far back missed messages are fetched.
    `site`: the address that links to our own pages begin with. `solved_reaction`: the emoji that
    marks a solved thread; empty for none.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    name: str = "slack"
    mode: Literal["socket", "http"] = "socket"
    api_url: str = PLATFORM
    host: str = "127.0.0.1"
    port: int = 3000
    path: str = "/slack/events"
    site: str = ""
    listening: ListeningRules = field(default_factory=ListeningRules)
    quiet: timedelta = timedelta(hours=8)
    post_interval: float = 1.0
    timeout: float = 10.0
    ping_interval: float = 10.0
    text_file_limit: int = 200_000
    reactions: Mapping[str, Trigger] = field(
        default_factory=lambda: {"ticket": "ticket", "mag": "answer"}
    )
    solved_reaction: str = "white_check_mark"
    prompts: tuple[tuple[str, str], ...] = ()
    assistant: bool = False
    streaming: bool = False
    native_feedback: bool = True
    catch_up: timedelta = timedelta(days=3)
    labels: Labels = Labels()
