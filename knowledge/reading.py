"""Reads an article's source: YAML front matter, title and body, with a Problem for each mistake.

The one place that knows YAML. `read_article` never raises for what a writer did: it gives
the article when there is enough to serve, and every problem with its line.

    ---
    id: reset-password          (optional: the file's name)
    title: Reset a password     (optional: the first heading)
    questions: [I forgot my password]
    tags: [account]
    audience: public
    owner: Accounts team
    reviewed: 2026-11-02
    ---
    Text in Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, ClassVar

import yaml

from knowledge.content import PUBLIC, Article, Problem
from knowledge.markdown import Block, blocks, has_words, normalise, to_plain
from knowledge.slugs import bare_heading

KEYS = ("id", "title", "questions", "tags", "audience", "owner", "reviewed")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Plain values only, dates as the writer wrote them.

    The loader in C, which every wheel has, is ten times as fast. YAML's own dates would
    end the whole reading at one that is not in the calendar.
    """

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_ID = re.compile(r"[\w.-]+")
_FENCE = re.compile(r"---[ \t]*")


@dataclass(slots=True)
class _Reader:
    """Collects what is wrong in one file while it is read."""

    path: str
    lines: dict[str, int]
    problems: list[Problem] = field(default_factory=list)

    def complain(self, what: str, do: str, key: str = "", line: int = 0) -> None:
        self.problems.append(Problem(self.path, line or self.lines.get(key, 0), what, do))


def read_article(
    text: str, path: str, *, id: str, foreign: bool = False
) -> tuple[Article | None, list[Problem]]:
    """The article that stands in `text`, and what is wrong with it.

    `id` is taken when the front matter names none. `foreign` reads the files of another
    program's site: its own keys are no mistake, and neither are its values.
    The article is None when there is nothing to serve: front matter that is no YAML, an
    id that cannot be one, no title, an empty body.
    """
    front, body, first_line = split_front_matter(normalise(text))
    try:
        values, lines = load_yaml(front)
    except ValueError as error:
        line = getattr(error, "line", 0) + 1
        return None, [_bad_yaml(path, line, str(error))]
    reader = _Reader(path, {key: line + 1 for key, line in lines.items()})
    fields = values if foreign else _known(values, reader)
    article = _article(fields, body, first_line, id, foreign, reader)
    return article, reader.problems


def split_front_matter(text: str) -> tuple[str, str, int]:
    """Front matter (`""` when there is none), body, and the lines before the body."""
    lines = text.split("\n")
    if not _FENCE.fullmatch(lines[0]):
        return "", text, 0
    for place, line in enumerate(lines[1:], start=1):
        if _FENCE.fullmatch(line):
            return "\n".join(lines[1:place]), "\n".join(lines[place + 1 :]), place + 1
    return "", text, 0


class YamlRefused(ValueError):
    """YAML that cannot be read: says why, and `line` (from 1) says where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def load_yaml(text: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The mapping that stands in `text`, and the line (from 1) of each of its keys.

    Raises YamlRefused for what is no YAML, no mapping, or has a key twice.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        values = {} if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlRefused(error.problem or "it is broken", mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlRefused(str(error).split("\n")[0], 1) from error
    if node is None:
        return {}, {}
    if not isinstance(node, yaml.MappingNode):
        raise YamlRefused("it is no list of `key: value` lines", 1)
    return {str(key): value for key, value in values.items()}, _key_lines(node)


def _key_lines(node: yaml.MappingNode) -> dict[str, int]:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if str(key.value) in lines:
            raise YamlRefused(f"the key `{key.value}` stands there twice", line)
        lines[str(key.value)] = line
    return lines


def _bad_yaml(path: str, line: int, why: str) -> Problem:
    what = f"The front matter cannot be read: {why}"
    do = "Write `key: value` lines between the two `---`, and put a value with a colon or a quote in it in quotes"
    return Problem(path, line, what, f"{do}.")


def _known(values: dict[str, Any], reader: _Reader) -> dict[str, Any]:
    for key in values:
        if key not in KEYS:
            near = get_close_matches(key.lower(), KEYS, n=1)
            do = f"Did you mean `{near[0]}`?" if near else f"Known are: {', '.join(KEYS)}."
            reader.complain(f"Unknown key `{key}`", do, key)
    return {key: value for key, value in values.items() if key in KEYS}


def _article(
    values: dict[str, Any],
    body: str,
    first_line: int,
    id: str,
    foreign: bool,
    reader: _Reader,
) -> Article | None:
    title = _words(values, "title", reader, foreign)
    title, text = _title_and_text(title, body)
    own_id = "" if foreign else _words(values, "id", reader, foreign)
    article = Article(
        id=own_id or id,
        title=title,
        body=text,
        questions=_list(values, "questions", reader, foreign),
        tags=_list(values, "tags", reader, foreign),
        audience=_words(values, "audience", reader, foreign) or PUBLIC,
        owner=_words(values, "owner", reader, foreign),
        reviewed=_day(values, reader, foreign),
        path=reader.path,
    )
    return article if _servable(article, first_line, reader) else None


def _servable(article: Article, first_line: int, reader: _Reader) -> bool:
    sound = True
    if not _ID.fullmatch(article.id):
        do = "An id is made of letters, digits, `-`, `_` and `.`."
        reader.complain(f"`{article.id}` cannot be an id", do, "id")
        sound = False
    if not article.title:
        do = "Add `title: …` to the front matter, or begin the text with `# …`."
        reader.complain("The article has no title", do)
        sound = False
    if not has_words(article.body):
        do = "Write the text below the front matter, or delete the file."
        reader.complain("The article has no text", do, line=first_line)
        sound = False
    return sound


def _title_and_text(title: str, body: str) -> tuple[str, str]:
    """The title, and the body without the heading that says it.

    Without a title of its own an article is named by the heading that it begins with, or
    else by its first `#`.
    """
    text = body.strip("\n")
    if title and not text.lstrip().startswith("#"):
        return title, text
    found = blocks(text)
    heading = next((block for block in found if block.kind == "heading"), None)
    if heading is None:
        return title, text
    words = bare_heading(to_plain(heading.text))
    names = words == title if title else heading is found[0] or heading.level == 1
    return (words, _without(text, heading)) if names else (title, text)


def _without(text: str, block: Block) -> str:
    lines = text.split("\n")
    end = block.line - 1 + block.text.count("\n") + 1
    return "\n".join([*lines[: block.line - 1], *lines[end:]]).strip("\n")


def _words(values: dict[str, Any], key: str, reader: _Reader, foreign: bool) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return " ".join(str(value).split())
    if not foreign:
        reader.complain(f"`{key}` must be one text", f"Write `{key}: some words`.", key)
    return ""


def _list(values: dict[str, Any], key: str, reader: _Reader, foreign: bool) -> tuple[str, ...]:
    value = values.get(key)
    if value is None:
        return ()
    wanted: Sequence[object] = value if isinstance(value, list) else [value]
    found = [" ".join(str(item).split()) for item in wanted if isinstance(item, str | int | float)]
    if not foreign and (not isinstance(value, list) or len(found) < len(wanted)):
        do = f"Write one `- text` a line below `{key}:`."
        reader.complain(f"`{key}` must be a list of texts", do, key)
    return tuple(dict.fromkeys(item for item in found if item))


def _day(values: dict[str, Any], reader: _Reader, foreign: bool) -> date | None:
    value = values.get("reviewed")
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        if not foreign:
            do = "Write a date as year-month-day, like 2026-11-02."
            reader.complain(f"`reviewed` is no date: {value}", do, "reviewed")
        return None
