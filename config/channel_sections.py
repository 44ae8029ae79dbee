"""The tables of the settings file about Slack and Discord."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from adapters.listening import Mode
from config.sections import Section

NO_SECRET = SecretStr("")


class ListeningSettings(Section):
    """Where the bot speaks on a platform."""

    enabled: bool = True
    """False switches the channel off although its token is set."""
    mode: Mode = "mention"
    """When to speak in channels. `mention`: when called by name. `questions`: also to new messages,
    when sure of the answer. `all`: to every new message. `off`: never."""
    modes: dict[str, Mode] = Field({})
    """Other modes for single places: the id of a channel and its mode (Discord: also the id of a
    category or a server)."""
    allow: frozenset[str] = frozenset()
    """When not empty: the ids of the only places where the bot speaks."""
    deny: frozenset[str] = frozenset()
    """Ids of places where the bot never speaks; wins over all else."""
    direct: bool = True
    """Whether direct messages are answered."""
    quiet_hours: float = Field(8, gt=0)
    """A direct message after so long a silence begins a new conversation."""
    text_file_bytes: int = Field(200_000, ge=0)
    """An attached text file up to this size is read as part of the question."""


class SlackSettings(ListeningSettings):
    """Slack. On as soon as its tokens are set."""

    bot_token: SecretStr = NO_SECRET
    """The Bot User OAuth Token (xoxb-…)."""
    app_token: SecretStr = NO_SECRET
    """The app-level token (xapp-…) with connections:write; for `socket`."""
    signing_secret: SecretStr = NO_SECRET
    """The app's signing secret; for `http`."""
    connection: Literal["socket", "http"] = "socket"
    """How events come. `socket`: we call Slack, no address of ours is needed. `http`: Slack calls
    us, at an address that is open to the internet."""
    host: str = "127.0.0.1"
    """The address that `http` listens on."""
    port: int = Field(3000, ge=1, le=65535)
    """The port that `http` listens on."""
    path: str = Field("/slack/events", pattern="^/")
    """The path of all requests that Slack sends to `http`."""
    reactions: dict[str, Literal["ticket", "answer"]] = Field({"ticket": "ticket", "mag": "answer"})
    """What an emoji (by name) does to the message that it is put on: opens a ticket, or has it
    answered."""
    solved_reaction: str = Field("white_check_mark", pattern="^[a-z0-9_+'-]*$")
    """The emoji (by name) that a solved thread gets on its first message; empty for none."""
    prompts: tuple[str, ...] = ()
    """Questions to start with, offered in the app's own messages; Slack shows four."""
    catch_up_days: float = Field(3, ge=0)
    """How far back messages are fetched that were missed."""
    assistant: bool = False
    """For an app with Slack's older assistant view: its threads are answered."""
    streaming: bool = False
    """Whether answers are written with Slack's streaming methods."""
    native_feedback: bool = True
    """Whether 👍 and 👎 are Slack's own feedback buttons; where it has none, plain ones are used."""
    api_url: str = "https://slack.com/api/"
    """Slack's Web API; another one for tests."""


class DiscordSettings(ListeningSettings):
    """Discord. On as soon as its token is set."""

    token: SecretStr = NO_SECRET
    """The bot's token."""
    image_bytes: int = Field(8_000_000, ge=0)
    """An attached image up to this size is kept for those who look at the ticket."""
    api_url: str = "https://discord.com/api/v10"
    """Discord's REST API; another one for tests."""
    gateway_url: str = "wss://gateway.discord.gg/"
    """Discord's gateway; another one for tests."""


class WebhookSettings(Section):
    """Programs elsewhere that are told what happens to tickets (`firstline webhook add URL`)."""

    private_hosts: tuple[str, ...] = ()
    """Hosts with a private address that may be told; all others must be public."""
    timeout_seconds: float = Field(10, gt=0, le=30)
    """So long an answer may take."""
    give_up_hours: float = Field(24, gt=0)
    """So long a delivery is tried before it is given up."""
    keep_days: int = Field(30, ge=1)
    """So long the log remembers what arrived."""
