"""Builds everything from the settings. The only module that knows all rooms.

    folder -> settings -> sources, embedder, builds -> knowledge
                       -> database, knowledge       -> desk, help centre
                       -> desk, help centre         -> adapters

Each function makes one thing; what is slow to import is imported inside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answers import Thresholds
from bot.article_path import article_path
from bot.ask import Asking
from bot.wording import load_wording
from config.settings import Settings, load
from indexer.build import Plan, build
from indexer.builds import IndexFolder
from indexer.sources import SOURCES, Source, merged
from knowledge.base import KnowledgeBase
from knowledge.content import Article
from knowledge.embedder import Embedder
from knowledge.index import Index
from knowledge.live import LiveKnowledge
from knowledge.search import HybridSearcher, Searcher, Weights

if TYPE_CHECKING:
    from indexer.follow import Follower

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A desk's folder and its settings; relative paths start at the folder."""

    folder: Path
    settings: Settings

    @property
    def var(self) -> Path:
        """Where everything is kept that can be made again, and the database."""
        return self.folder / "var"

    @property
    def models(self) -> Path:
        """Where prepared models are kept."""
        return self.var / "models"


def open_place(folder: Path) -> Place:
    """Read the settings of the desk in the folder. Raises SettingsRefused."""
    return Place(folder, load(folder))


def now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


def sources(place: Place) -> tuple[Source, ...]:
    """The sources in the order of the settings: of two articles with one id the first counts."""
    return tuple(
        SOURCES[each.kind]((place.folder / each.path).resolve()) for each in place.settings.sources
    )


def embedder(place: Place, say: Say) -> Embedder:
    """The embedder, prepared now if it never was. Raises EmbedderRefused."""
    from knowledge.embedders import open_embedder

    model = place.settings.model
    return open_embedder(model.engine, model.name, cache=place.models, progress=say)


def builds(place: Place) -> IndexFolder:
    """The folder of builds of the desk's index."""
    return IndexFolder(place.var / "index", keep=place.settings.index.builds_kept)


def build_index(
    place: Place, model: Embedder, say: Say, count: Callable[[int, int], None]
) -> tuple[Plan, Index]:
    """Bring the desk's index up to its articles. Problems of the content are said.

    Raises BuildRunning when another process builds it.
    """
    content = merged(source.read() for source in sources(place))
    for problem in content.problems:
        say(str(problem))
    return build(
        content.articles,
        model,
        builds(place),
        now=now(),
        progress=count,
        unread=content.unread,
    )


def searcher(place: Place, model: Embedder) -> Callable[[Index], Searcher]:
    """Makes a searcher over an index."""
    return lambda index: HybridSearcher(index, model, Weights(**place.settings.search.model_dump()))


def open_knowledge(place: Place, model: Embedder) -> LiveKnowledge:
    """The knowledge as it was built last. Raises IndexRefused when there is nothing usable."""
    index = builds(place).current(embedder=model.name)
    return LiveKnowledge(index, searcher(place, model)(index))


def follower(place: Place, knowledge: LiveKnowledge, model: Embedder) -> Follower:
    """What keeps the knowledge in step with the articles."""
    from indexer.follow import Follower

    return Follower(
        sources(place), knowledge, model, builds(place), searcher(place, model), clock=now
    )


def asking(place: Place, knowledge: KnowledgeBase) -> Asking:
    """How questions are answered at this desk. Raises WordingMissing."""
    settings = place.settings
    return Asking(
        knowledge,
        load_wording(settings.desk.language, name=settings.desk.name),
        Thresholds(**settings.answers.model_dump(exclude={"words"})),
        link=link(settings.web.public_url),
        words=settings.answers.words,
    )


def link(public_url: str) -> Callable[[Article], str]:
    """Where an article is read: its own address, or its page of our help centre."""
    return lambda article: article.url or public_url.rstrip("/") + article_path(article.id)


def site(place: Place, port: int | None = None) -> str:
    """The address that our pages are opened at: the public one, or that of this machine."""
    web = place.settings.web
    at = f"http://{host_to_open(web.host)}:{web.port if port is None else port}"
    return web.public_url.rstrip("/") or at


def host_to_open(host: str) -> str:
    """What to type into a browser on this machine for an address that is listened on."""
    if host in ("0.0.0.0", "::"):  # noqa: S104  (compared, not bound)
        return "localhost"
    return f"[{host}]" if ":" in host else host


def database_url(place: Place) -> str:
    """The database's address: a file's path from the folder of the desk, PostgreSQL's with the
    password of the settings. Never to be shown."""
    url = place.settings.database.url
    kind, slashes, path = url.partition(":///")
    if kind.startswith("sqlite") and slashes and path and not path.startswith("/"):
        file = (place.folder / path).resolve()
        file.parent.mkdir(parents=True, exist_ok=True)
        return f"{kind}:///{file}"
    from bot.desk import with_password

    return with_password(url, place.settings.database.password.get_secret_value())
