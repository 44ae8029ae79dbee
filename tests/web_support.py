"""A whole desk behind a real web server, on a free port: for tests of pages and of the API."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

from adapters.api.adapter import ApiAdapter
from adapters.api.operations import Operations
from adapters.api.programs import ProgramDoors
from adapters.api.readiness import Disk
from adapters.console.app import Doors, console_part
from adapters.http.options import HttpOptions
from adapters.http.server import listen
from adapters.http.stopwatch import Stopwatch
from adapters.web.adapter import WebAdapter
from bot.api_tokens import ApiTokens
from bot.channel import Choice, Source
from bot.console import Console
from bot.desk import Database, Desk, open_database
from bot.help_centre import HelpCentre, article_path
from bot.turn import Evidence, Outcome, Reply, Response, Turn
from bot.webhooks import Webhooks
from knowledge.base import KnowledgeState
from knowledge.content import Article, Passage, Problem
from knowledge.search import Hit, Hits, PassageHit
from tests.console_doors import console_doors, with_ticket_page
from tests.desk_support import WORDING, hand_over
from tests.ticket_support import WORDING as TICKETS
from tests.working_desk import working

SECRET = "a secret that is only good for tests"

INSTALL = Article(
    id="install",
    title="Install Firstline",
    body="""Firstline runs on **Python 3.11** or newer. You need about 1 GB of free disk space.

## On Linux and macOS

1. Clone the repository.
2. Run the set-up:

```sh
make demo
```

3. Open the address that it prints.

## On Windows

Use the Windows Subsystem for Linux, then follow [the steps above](install.md#on-linux-and-macos).
Native Windows is not tested.

## What is needed

| Part | Least | Better |
| --- | --- | --- |
| Memory | 512 MB | 1 GB |
| Disk | 1 GB | 4 GB |
| Processor cores | 1 | 2 |

::: tip Behind a proxy
Set `HTTPS_PROXY` before you run the set-up. See [Settings](settings.md).
:::
""",
    questions=("How do I install Firstline?", "What does it need to run?"),
    tags=("getting started",),
    reviewed=date(2026, 11, 20),
)
SETTINGS = Article(
    id="settings",
    title="Change a setting",
    body="All settings are in `firstline.toml`. Each key is documented with its default.\n",
    questions=("Where are the settings?",),
    tags=("operate",),
    reviewed=date(2026, 11, 2),
)
UNSURE = Article(
    id="not-sure",
    title='What "not sure" means',
    body="The bot says that it is not sure when nothing it knows fits well enough.\n",
    questions=("Why does the bot say it is not sure?",),
    tags=("answers",),
)
BACKUP = Article(
    id="back-up",
    title="Back up and restore a desk",
    body="Stop nothing: the back-up is taken while the desk runs.\n",
    questions=("How do I back up everything?",),
    tags=("operate",),
)
AGENTS_ONLY = Article(
    id="internal",
    title="For agents only",
    body="Refund codes.",
    audience="agents",
    tags=("agents",),
)


@dataclass
class SmallKnowledge:
    """A knowledge base of a few articles, searched by the words they share with the question."""

    content: list[Article] = field(
        default_factory=lambda: [INSTALL, SETTINGS, UNSURE, BACKUP, AGENTS_ONLY]
    )
    problems: tuple[Problem, ...] = ()

    @property
    def state(self) -> KnowledgeState:
        return KnowledgeState("v1", len(self.content), len(self.content), self.problems)

    def search(self, question: str, *, limit: int = 10) -> Hits:
        asked = _words(question)
        said = {a.id: _words(f"{a.title} {a.body} {a.questions}") for a in self.content}
        hits = [_hit(article, len(asked & said[article.id])) for article in self.content]
        found = sorted((hit for hit in hits if hit.score), key=lambda hit: -hit.score)
        return Hits(question, tuple(found[:limit]), "v1")

    def article(self, id: str) -> Article | None:
        return next((article for article in self.content if article.id == id), None)

    def articles(self) -> tuple[Article, ...]:
        return tuple(sorted(self.content, key=lambda article: article.title))

    def flows(self) -> tuple[Article, ...]:
        return ()

    def seen_by(self, audiences: frozenset[str]) -> SmallKnowledge:
        return replace(self, content=[a for a in self.content if a.audience in audiences])

    def change(self, id: str, **what: str) -> None:
        self.content = [replace(a, **what) if a.id == id else a for a in self.content]  # type: ignore[arg-type]

    def withdraw(self, id: str) -> None:
        self.content = [article for article in self.content if article.id != id]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{4,}", text.lower()))


def _hit(article: Article, score: float) -> Hit:
    passage = Passage(f"{article.id}#0", article.id, "passage", (), article.body, 0, "")
    best = PassageHit(passage, 0.0, 0.0, score)
    return Hit(article, score, best, (best,))


ANSWER = """Firstline runs on **Python 3.11** or newer [1]. Clone the repository, then:

```sh
make demo
```

It ends with the address to open [1]."""


@dataclass
class SmallTalk:
    """Responds as the real one does, with few words and from `knowledge`. `hold` keeps it thinking."""

    knowledge: SmallKnowledge
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    def __call__(self, turn: Turn) -> Response:
        self.hold.wait(20)
        said = turn.message.choice or turn.message.text
        if "human" in said.lower():
            return hand_over("asked for a human")
        if "install" in said.lower():
            return _answered(ANSWER, self.knowledge.article("install") or INSTALL)
        if "long" in said.lower():
            return _answered((self.knowledge.article("install") or INSTALL).body * 2, INSTALL)
        if said.startswith("say "):
            return _answered(said.removeprefix("say "), INSTALL)
        if said == "topic:install":
            return _answered(ANSWER, INSTALL)
        offered = (Choice("topic:install", "Install Firstline"), Choice("human", "Talk to a human"))
        reply = Reply("I am not sure what you mean. Is it one of these?", "ask_back", offered)
        return Response(Outcome.ASKED_BACK, (reply,))


def _answered(text: str, article: Article) -> Response:
    where = article_path(article.id, "s-on-linux-and-macos")
    source = Source(1, article.title, "On Linux and macOS", where)
    evidence = Evidence(text[:80], 0.9, "v1", ((f"{article.id}#0", 0.9),), (article.id,))
    choices = (Choice("solved", "That solved it"), Choice("human", "Talk to a human"))
    reply = Reply(text, "answer", choices, (source,), True, evidence)
    return Response(Outcome.ANSWERED, (reply,), "sure")


@dataclass
class Site:
    """A running desk and its web server."""

    url: str
    desk: Desk
    database: Database
    knowledge: SmallKnowledge
    talk: SmallTalk
    web: WebAdapter
    api: ApiAdapter
    doors: Doors
    programs: ProgramDoors


@contextmanager
def running_site(
    folder: Path,
    port: int = 0,
    doors_over: Callable[[Database], Doors] = console_doors,
    **options: object,
) -> Iterator[Site]:
    """The real application on a free port of this machine, until the block ends."""
    database = open_database(f"sqlite:///{folder}/desk.db")
    knowledge = SmallKnowledge()
    talk = SmallTalk(knowledge)
    desk = Desk(database, talk, wording=WORDING, articles_exist=lambda _articles: True)
    listener = listen("127.0.0.1", port)
    centre = HelpCentre(knowledge, database)
    doors = with_ticket_page(doors_over(database), desk, database, centre)
    console = Console(database, wording=TICKETS, firsts=desk.firsts)
    programs = ProgramDoors(
        console, ApiTokens(database), doors.accounts, Webhooks(database, SECRET)
    )
    api, web = served(desk, centre, knowledge, options, listener, doors, programs)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        with working(desk, [api, web]):
            yield Site(url, desk, database, knowledge, talk, web, api, doors, programs)
    finally:
        talk.hold.set()
        database.close()


def served(
    desk: Desk,
    help_centre: HelpCentre,
    knowledge: SmallKnowledge,
    options: dict[str, object],
    listener: socket.socket | None = None,
    doors: Doors | None = None,
    programs: ProgramDoors | None = None,
) -> tuple[ApiAdapter, WebAdapter]:
    """The two channels over HTTP, wired as the program wires them."""
    http = HttpOptions(**{"secret": SECRET, **options})  # type: ignore[arg-type]
    stopwatch = Stopwatch(time.monotonic)
    asked = partial(ask, knowledge)
    api = ApiAdapter(desk, asked, http, doors=programs, stopwatch=stopwatch)
    more = {"channels": ("web", "api"), "disk": lambda: Disk("var", 10**9, 10**6)}
    operations = Operations(desk, help_centre, http, stopwatch, **more)  # type: ignore[arg-type]
    parts = [*api.routes, *operations.routes]
    if doors:
        parts.append(console_part(doors, http))
    web = WebAdapter(desk, help_centre, http, parts=parts, listener=listener, stopwatch=stopwatch)
    return api, web


def ask(knowledge: SmallKnowledge, question: str) -> dict[str, object]:
    """An answer without a conversation."""
    hits = knowledge.search(question).hits
    sources = [
        {
            "number": 1,
            "title": hit.article.title,
            "section": "",
            "url": article_path(hit.article.id),
        }
        for hit in hits[:1]
    ]
    return {
        "outcome": "answer" if hits else "abstain",
        "text": hits[0].article.body if hits else "I am not sure.",
        "sources": sources,
        "choices": [],
        "confidence": 0.9 if hits else 0.1,
        "index": "v1",
    }
