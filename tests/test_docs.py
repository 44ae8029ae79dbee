"""The docs say what the program does: settings, commands, examples and links are held to the code."""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
import typer
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from config.cli import app
from config.keys import is_secret, leaves, variable
from config.reference import reference
from config.settings import Settings, load
from indexer.check import check
from indexer.sources.markdown import MarkdownFolder

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "knowledge" / "articles"
ARTICLES = sorted(FOLDER.glob("*.md"))
ROOMS = ("config", "adapters", "bot", "indexer", "knowledge")
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *(ROOT / room / "README.md" for room in (*ROOMS, "tests")),
    *ARTICLES,
]
REFERENCE = ROOT / "config" / "firstline.toml"


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    """All tokens of a page, also those inside paragraphs, without its front matter."""
    _, body = front_and_body(page)
    found = MarkdownIt().parse(body)
    return tuple(t for token in found for t in (token, *(token.children or ())))


def front_and_body(page: Path) -> tuple[str, str]:
    text = page.read_text("utf-8")
    if not text.startswith("---\n"):
        return "", text
    front, _, body = text[4:].partition("\n---\n")
    return front, body


def fences(page: Path, language: str) -> list[str]:
    return [t.content for t in tokens(page) if t.type == "fence" and t.info.split() == [language]]


def code(page: Path) -> Iterator[str]:
    """Every line of shell that the page shows, in blocks and in sentences."""
    for block in fences(page, "sh"):
        yield from (line.strip() for line in block.replace("\\\n", " ").splitlines())
    yield from (token.content for token in tokens(page) if token.type == "code_inline")


def all_articles() -> str:
    return "\n".join(article.read_text("utf-8") for article in ARTICLES)


# --- the pages themselves ----------------------------------------------------------------------


def test_the_help_centre_has_no_mistakes() -> None:
    assert len(ARTICLES) >= 32
    assert [str(problem) for problem in check([MarkdownFolder(FOLDER)])] == []


def test_every_article_has_phrasings_of_its_own() -> None:
    fronts = {page.stem: yaml.safe_load(front_and_body(page)[0]) for page in ARTICLES}
    few = [id for id, front in fronts.items() if len(front["questions"]) < 5]
    assert not few, f"fewer than five phrasings: {few}"
    said = Counter(q.casefold() for front in fronts.values() for q in front["questions"])
    assert [question for question, times in said.items() if times > 1] == []
    assert {id for id, front in fronts.items() if front["id"] != id} == set()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_inside_the_project_leads_somewhere(page: Path) -> None:
    targets = [
        str(token.attrs.get("href") or token.attrs.get("src"))
        for token in tokens(page)
        if token.type in ("link_open", "image")
    ]
    broken = [target for target in targets if not leads_somewhere(page, target)]
    assert not broken


def leads_somewhere(page: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return True
    path, _, fragment = target.partition("#")
    file = page.parent / path if path else page
    return file.exists() and (not fragment or fragment in anchors(file))


@cache
def anchors(page: Path) -> frozenset[str]:
    """The names by which links reach the headings of a page."""
    found = tokens(page)
    titles = (found[i + 1].content for i, t in enumerate(found) if t.type == "heading_open")
    return frozenset(
        re.sub(r"\s+", "-", re.sub(r"[^\w\s-]", "", title.lower()).strip()) for title in titles
    )


# --- settings ----------------------------------------------------------------------------------


def test_the_reference_file_has_every_setting_with_its_default() -> None:
    renew = "renew it: .venv/bin/firstline settings --reference > config/firstline.toml"
    assert REFERENCE.read_text("utf-8") == reference(Settings), renew


def test_what_the_reference_says_is_the_default_is_the_default(clean_desk: Path) -> None:
    lines = REFERENCE.read_text("utf-8").splitlines()
    written = (re.sub(r"^# (?=\w+ = |\[\[)", "", line) for line in lines)
    (clean_desk / "firstline.toml").write_text("\n".join(written), "utf-8")
    assert load(clean_desk) == Settings()


def test_every_setting_says_what_it_means() -> None:
    assert [path for path, field in leaves(Settings) if not field.description] == []


def test_every_choice_of_a_setting_is_in_an_article() -> None:
    text = all_articles()
    choices = [
        (".".join(path), choice)
        for path, field in leaves(Settings)
        if get_origin(field.annotation) is Literal
        for choice in get_args(field.annotation)
    ]
    assert choices
    assert [pair for pair in choices if not re.search(rf'[`"]{pair[1]}[`"]', text)] == []


def test_every_secret_is_in_an_article() -> None:
    text = all_articles()
    names = [variable(path) for path, field in leaves(Settings) if is_secret(field)]
    assert names
    assert [secret for secret in names if secret not in text] == []


@pytest.fixture
def clean_desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for settings, without any from the environment of this test run."""
    for key in [key for key in os.environ if key.startswith("FIRSTLINE_")]:
        monkeypatch.delenv(key)
    return tmp_path


EXAMPLES = [(page, toml) for page in PAGES if page.exists() for toml in fences(page, "toml")]


@pytest.mark.parametrize(("page", "toml"), EXAMPLES, ids=[p.stem for p, _ in EXAMPLES])
def test_every_example_of_settings_is_taken(clean_desk: Path, page: Path, toml: str) -> None:
    (clean_desk / "firstline.toml").write_text(toml, "utf-8")
    load(clean_desk)


# --- commands ----------------------------------------------------------------------------------


@cache
def commands() -> dict[str, TyperCommand]:
    """Every command by what is typed: `ask`, `tickets`, `slack manifest`, …"""
    top = get_command(app)
    assert isinstance(top, TyperGroup)
    return dict(commands_of(top))


def commands_of(group: TyperGroup, before: str = "") -> Iterator[tuple[str, TyperCommand]]:
    for name, one in group.commands.items():
        if isinstance(one, TyperGroup):
            yield from commands_of(one, f"{before}{name} ")
        elif isinstance(one, TyperCommand):
            yield before + name, one


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_and_option_is_in_an_article(command: str) -> None:
    mentions = [a for a in ARTICLES if any(c.startswith(f"firstline {command}") for c in code(a))]
    assert mentions, f"no article shows `firstline {command}`"
    text = "\n".join(article.read_text("utf-8") for article in mentions)
    options = [
        option.opts[0]
        for option in commands()[command].params
        if isinstance(option, TyperOption) and option.name != "desk"  # all have it
    ]
    assert [option for option in options if option not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_firstline_command_shown_can_be_typed(page: Path) -> None:
    shown = [line for line in code(page) if re.match(r"firstline [a-z]", line)]
    assert [complaint for line in shown if (complaint := refused(line))] == []


def refused(line: str) -> str:
    """Why the command line would not take this; "" when it would. Nothing is run."""
    _, *typed = shlex.split(line.partition(" #")[0].partition(" > ")[0])
    words = 2 if " ".join(typed[:2]) in commands() else 1
    command, arguments = " ".join(typed[:words]), typed[words:]
    if command not in commands():
        return f"{line}: there is no such command"
    try:
        commands()[command].make_context(command, arguments)
    except typer.BadParameter:
        return ""  # a folder of the example that is not here, or a command that is only named
    except Exception as error:  # noqa: BLE001  (typer's own class for a wrong option is private)
        return f"{line}: {error}"
    return ""


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_make_command_shown_is_in_the_makefile(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shown = {m[1] for line in code(page) if (m := re.match(r"make ([a-z]+)", line))}
    assert shown <= targets
