"""Lines of a conversation and articles as HTML: templates, and what they are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from bot.channel import Choice, Source
from bot.desk import Line

FOLDER = Path(__file__).parent
LONG = 1_500
_NOT_TEXT = re.compile(
    r"""(<pre\b.*?</pre>|<code\b.*?</code>|<a\b.*?</a>|<(?:[^>"]|"[^"]*")*>)""", re.DOTALL
)
_CITATION = re.compile(r"\[(\d{1,2})\]")


@dataclass(frozen=True, slots=True)
class ShownSource:
    """A source with a link that is safe to follow (`""`: no link)."""

    number: int
    title: str
    section: str
    url: str
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A line as the templates want it. `live` is the last thing said: only its choices can be pressed."""

    id: int
    author: str
    name: str
    at: datetime
    text: str
    html: Markup
    sources: tuple[ShownSource, ...]
    choices: tuple[Choice, ...]
    rateable: bool
    rated: bool | None
    key: str
    live: bool
    opens_day: bool

    @property
    def is_ours(self) -> bool:
        return self.author != "user"

    @property
    def start(self) -> str:
        """The first words of a text that is too long to be shown whole; else empty."""
        return self.text[:280].rstrip() if len(self.text) > LONG else ""


class Pages:
    """Renders pages and parts of pages. `to_html` turns our Markdown into sanitised HTML."""

    def __init__(self, title: str, to_html: Callable[[str], str]) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["site"] = title
        self._title = title
        self._to_html = to_html

    def page(self, template: str, status: int = 200, **given: Any) -> HTMLResponse:
        """A whole page."""
        return HTMLResponse(self.part(template, **given), status_code=status)

    def part(self, template: str, **given: Any) -> str:
        """A piece of a page, to be put into one that is open already."""
        return self._environment.get_template(template).render(given)

    def shown(self, lines: Sequence[Line]) -> list[Shown]:
        """The lines of a whole conversation, in order."""
        days = [line.at.astimezone(UTC).date() for line in lines]
        last = len(lines) - 1
        return [
            self.shown_line(
                line, live=place == last, opens_day=days[place] not in days[:place][-1:]
            )
            for place, line in enumerate(lines)
        ]

    def shown_line(self, line: Line, *, live: bool = True, opens_day: bool = False) -> Shown:
        """One line."""
        sources = tuple(_shown_sources(line.sources))
        html = with_citations(self._to_html(line.text), sources) if line.author == "bot" else ""
        return Shown(
            id=line.id,
            author=line.author,
            name=self._name(line),
            at=line.at.astimezone(UTC),
            text=line.text,
            html=Markup(html),  # noqa: S704 (sanitised, and what is added is escaped)
            sources=sources,
            choices=line.choices,
            rateable=line.rateable,
            rated=line.rated,
            key=line.key,
            live=live,
            opens_day=opens_day,
        )

    def _name(self, line: Line) -> str:
        if line.author == "agent":
            return line.name or "Support team"
        return self._title if line.author == "bot" else "You"


def _shown_sources(sources: Iterable[Source]) -> Iterable[ShownSource]:
    for source in sources:
        elsewhere = source.url.startswith(("https://", "http://"))
        here = source.url.startswith("/") and not source.url.startswith("//")
        url = source.url if elsewhere or here else ""
        yield ShownSource(source.number, source.title, source.section, url, elsewhere)


def with_citations(html: str, sources: Sequence[ShownSource]) -> str:
    """Sanitised HTML in which each `[1]` outside code and links leads to source 1."""
    linked = {source.number: source for source in sources if source.url}

    def citation(found: re.Match[str]) -> str:
        source = linked.get(int(found[1]))
        if source is None:
            return found[0]
        return f'<a class="cite" href="{escape(source.url)}" title="{escape(source.title)}">[{found[1]}]</a>'

    pieces = _NOT_TEXT.split(html)
    pieces[::2] = [_CITATION.sub(citation, text) for text in pieces[::2]]
    return "".join(pieces)
