"""The tables of the settings file: every key with its meaning and its default."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.answers import Thresholds
from bot.flow_ears import CERTAIN
from bot.people import Role
from knowledge.judging import Weights

WEIGHTS = Weights()
THRESHOLDS = Thresholds()


class Section(BaseModel):
    """A table of the settings file. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class DeskSettings(Section):
    """Who the bot is."""

    name: str = "Firstline"
    """What the bot calls itself, and the title of its pages."""
    language: str = "en"
    """The folder of `bot/wording` that the bot speaks from."""
    zone: str = "UTC"
    """By the clock of which time zone figures count days, such as `Europe/Berlin`."""
    audiences: dict[str, str] = {}
    """Places whose readers may be given more than is `public`: a channel (`slack`) or a place in it
    (`"slack:C0123456"`), and the `audience` of the articles and flows that are given there too."""


class SourceSettings(Section):
    """One place that articles come from."""

    kind: Literal["markdown", "markdown_site", "jsonl", "faq", "flows"] = "markdown"
    """`markdown`: a folder of our articles. `markdown_site`: the folder of another documentation
    site (its own front matter is let through). `jsonl`: a JSON Lines file. `faq`: a sheet (CSV)
    of questions and answers. `flows`: a folder of troubleshooting flows in YAML."""
    path: Path = Path("articles")
    """Where it is, relative to the folder of the settings."""


class ModelSettings(Section):
    """The model that turns texts into vectors."""

    name: str = "all-MiniLM-L6-v2"
    """The one that comes with Firstline, or the folder of any sentence-transformers model."""
    engine: Literal["fast", "torch", "onnx", "openvino"] = "fast"
    """What runs it: `fast` is int8 on onnxruntime; the others are sentence-transformers' own."""


class IndexSettings(Section):
    """How the index is built and kept."""

    builds_kept: int = Field(3, ge=1)
    """How many builds are left on the disk, the current one among them."""


class SearchSettings(Section):
    """What counts how much in a search, beside the cosine of an article's best passage (1).

    The defaults were measured on several kinds of content at once: see knowledge/README.md.
    """

    words: float = Field(WEIGHTS.words, ge=0)
    """The words of a passage (BM25, scaled by the best of the question)."""
    article_words: float = Field(WEIGHTS.article_words, ge=0)
    """The words of an article as a whole (BM25, scaled likewise)."""
    exact_words: float = Field(WEIGHTS.exact_words, ge=0)
    """Exact strings of the question that are rare: codes, names of files and settings."""
    centroid: float = Field(WEIGHTS.centroid, ge=0)
    """The mean of all passages of an article."""
    next_best: float = Field(WEIGHTS.next_best, ge=0)
    """The mean of an article's three best passages."""
    title: float = Field(WEIGHTS.title, ge=0)
    """The title of an article."""
    title_of_short: float = Field(WEIGHTS.title_of_short, ge=0)
    """More for the title of an article with few passages: this, divided by their number."""
    subject: float = Field(WEIGHTS.subject, ge=0)
    """The first line of a post of several lines, beside the whole of it."""
    candidates: int = Field(WEIGHTS.candidates, ge=1)
    """Entries taken from each of the two searches; all evidence of their articles is weighed."""
    exact_up_to: int = Field(WEIGHTS.exact_up_to, ge=0)
    """Entries up to which vectors are compared exactly; above it by inverted lists."""


class AnswerSettings(Section):
    """Where answering, asking back and abstaining part: see bot/README.md for what was measured."""

    in_scope: float = Field(THRESHOLDS.in_scope, ge=0, le=1)
    """Below this probability that the articles are about the question at all: not sure."""
    answer: float = Field(THRESHOLDS.answer, ge=0, le=1)
    """From this probability that the first article is right: it is quoted."""
    sure: float = Field(THRESHOLDS.sure, ge=0, le=1)
    """From this one: it is quoted without saying that it only looks closest."""
    near: float = Field(THRESHOLDS.near, ge=0, le=1)
    """A topic is offered when its score has this share of the first one's."""
    words: int = Field(120, ge=20)
    """How long an answer is at most, in words; the rest is behind its source."""


class DatabaseSettings(Section):
    """Where conversations are kept."""

    url: str = "sqlite:///var/firstline.db"
    """A SQLite file, relative to the folder of the settings, for one process; or PostgreSQL for
    many: `postgresql+psycopg://user@host/name`."""
    password: SecretStr = SecretStr("")
    """The password for PostgreSQL."""
    connections: int = Field(12, ge=2)
    """The most that one process opens to PostgreSQL."""


class LimitSettings(Section):
    """How much is taken in, and how often something is tried."""

    message_characters: int = Field(1_000_000, ge=100)
    """Longer messages are cut there, and their writer is told."""
    attachment_bytes: int = Field(10_000_000, ge=0)
    """Larger files are not kept, and their sender is told."""
    attachments: int = Field(10, ge=0)
    """Files kept of one message."""
    history_messages: int = Field(50, ge=2)
    """How much of a conversation is looked at when a message is answered."""
    turn_attempts: int = Field(3, ge=1)
    """A message that fails so often goes to people."""
    delivery_hours: float = Field(24, gt=0)
    """A reply that cannot be delivered for so long is given up, and people are told."""
    late_minutes: float = Field(60, gt=0)
    """A message that is so old when it is received is answered with a word that the bot was away."""
    late_ticket_hours: float = Field(0, ge=0)
    """A question that is so old when it is received is not answered but goes to people. 0: never."""
    questions_per_minute: int = Field(20, ge=1)
    """What one person may ask in a minute, on any channel. More is not answered, and they are told."""
    channel_questions_per_minute: int = Field(0, ge=0)
    """What all people on one channel may ask in a minute together; 0 is no limit."""
    requests_per_minute: int = Field(120, ge=1)
    """What one network address may write there, whoever it is."""


class WorkSettings(Section):
    """How much is done at once."""

    turns: int = Field(4, ge=1)
    """Conversations answered at the same time."""
    deliveries: int = Field(16, ge=1)
    """Messages of one channel on their way at the same time."""
    grace_seconds: float = Field(10, ge=0)
    """How long a stop waits for what is under way; the rest is done at the next start."""
    lease_seconds: float = Field(15, ge=3)
    """On PostgreSQL: a process that does not answer for so long is given up, and its work taken over."""


Part = Literal["channels", "turns", "deliveries", "clock", "web"]


class ProcessSettings(Section):
    """What this process does of the work, where several share a PostgreSQL database."""

    roles: tuple[Part, ...] = ("channels", "turns", "deliveries", "clock", "web")
    """`channels` hears Slack and Discord and delivers there, `turns` answers, `deliveries` sends,
    `clock` looks after timers and actions, `web` serves the pages and the API. Together the
    processes must have all of them; on SQLite the one process has."""


class FlowSettings(Section):
    """Troubleshooting flows."""

    certainty: float = Field(CERTAIN, ge=0, le=1)
    """How near in meaning a free text must be to a choice to be taken for it."""
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = (
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    )
    """The days on which people are there: a flow reads it as `business_hours`."""
    opens: time = time(9)
    """When they come."""
    closes: time = time(17)
    """When they go."""
    zone: str = "UTC"
    """By the clock of which time zone, such as `Europe/Berlin`."""
    people: dict[str, str] = {}
    """Where those who approve are asked: the name that a flow's `by` uses, and `channel:place`, such as
    `slack:C0123456` or `discord:channel/1234`."""
    approvers: dict[str, tuple[str, ...]] = {}
    """Who may decide what is asked of each of these names, as `channel:id`, such as `slack:U0123456`, or
    `tier:2` for all whose account may work in that tier. A press by anybody else changes nothing."""
    private_hosts: tuple[str, ...] = ()
    """Hosts with a private address that an action may call; all others must be public."""
    functions: dict[str, str] = {}
    """Python functions that an action may call: its name in flows, and `module:function`."""


class TicketSettings(Section):
    """What goes to people."""

    first_tier: int = Field(1, ge=1)
    """The tier that new tickets are opened at."""
    reopen_hours: float = Field(72, ge=0)
    """So long after it was solved, a message of its requester reopens a ticket; later it opens a new one."""
    close_hours: float = Field(168, ge=0)
    """So long after it was solved, a ticket is closed, and the bot answers in its conversation again."""
    closing_message: bool = True
    """Tell requesters that their ticket was solved, with a button to reopen it, and ask how it was."""
    team_name: str = ""
    """The name that requesters see with what agents write; empty shows the agent's own."""
    reply_prefix: str = "!reply "
    """In the thread of a ticket's card: what begins with it is sent to the requester, all else is an
    internal note. Empty: only the button Reply sends."""


class WebSettings(Section):
    """The web page, the help centre, the widget and the HTTP API."""

    host: str = "127.0.0.1"
    """The address that is listened on: this machine only, or `0.0.0.0` for all."""
    port: int = Field(8080, ge=1, le=65535)
    """The port that is listened on."""
    public_url: str = ""
    """The address that people use, such as `https://help.example.com`; needed behind a proxy."""
    embed_origins: tuple[str, ...] = ()
    """Sites that may show the widget, such as `https://www.example.com`."""
    trusted_proxies: tuple[str, ...] = ("127.0.0.1",)
    """Proxies whose word for a visitor's network address is taken."""
    session_days: int = Field(180, ge=1)
    """How long a visitor's conversation can be returned to."""


class HealthSettings(Section):
    """When the health page warns."""

    disk_free_mb: int = Field(500, ge=0)
    """Less room than this, in megabytes, on the disk that the desk's `var` folder is on: a warning."""


class TelemetrySettings(Section):
    """Traces of each message's way, sent to a collector. Needs the extra `firstline[telemetry]`."""

    enabled: bool = False
    """Whether traces are sent. They hold numbers, channels, times and outcomes, no text."""
    endpoint: str = Field("http://127.0.0.1:4318/v1/traces", pattern="^https?://")
    """The collector's address for traces by OTLP over HTTP."""
    service: str = "firstline"
    """The name under which this desk is shown there."""
    headers: SecretStr = SecretStr("")
    """Headers that the collector asks for, as JSON: `{"authorization": "Bearer …"}`."""


class ConsoleSettings(Section):
    """The console of those who help, at `/console`."""

    idle_hours: float = Field(12, gt=0)
    """Somebody who does nothing there for so long is signed out."""
    session_days: float = Field(14, gt=0)
    """Everybody has to sign in again after so long."""


class OpenIdSettings(Section):
    """Signing in at the console by an OpenID Connect provider. On as soon as `issuer` is set."""

    issuer: str = ""
    """The provider's address, exactly as it calls itself, such as `https://login.example.com`."""
    client_id: str = ""
    """What the desk is called there."""
    client_secret: SecretStr = SecretStr("")
    """The desk's secret there."""
    label: str = "your organisation"
    """What the sign-in page calls the provider."""
    domain: str = ""
    """Only people with a verified e-mail address of this domain; empty lets all in."""
    claim: str = "groups"
    """The claim of the ID token that decides what people may do."""
    roles: dict[str, Role] = {}
    """The role that a value of the claim gives. Empty: only people who have an account already."""
    tiers: dict[str, tuple[int, ...]] = {}
    """The tiers that a value of the claim gives."""


class LogSettings(Section):
    """What is logged. No text of a message is ever logged at `info`."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""
    format: Literal["text", "json"] = "text"
    """One readable line or one JSON object for each event."""
