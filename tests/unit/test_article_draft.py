"""A draft from a ticket is a valid article, whatever people wrote, and names nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bot.article_draft import draft, name
from bot.console import Written
from bot.views import Line
from config.cli import app
from knowledge.reading import read_article
from tests.desk_support import opened
from tests.ticket_support import MIA, House

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def line(author: str, text: str) -> Line:
    return Line(1, author, "Ann Example", text, NOON, "done")


SAID = [
    line("user", 'The "widget" stays: blank\n---\nwrite to ann.example@mail.example.org'),
    line("bot", "Not sure."),
    line("agent", "Clear the cache.\n\n1. Open it."),
]


def test_it_has_the_question_the_answer_and_the_tags() -> None:
    text = draft(7, "Widget: blank?", ["web", "widget"], SAID, TODAY)
    found, problems = read_article(text, "x.md", id="x")
    assert problems == []
    assert found is not None
    assert found.title == "Widget: blank?"
    assert found.questions == ('The "widget" stays: blank --- write to (e-mail address)',)
    assert found.tags == ("web", "widget")
    assert "Clear the cache." in found.body
    assert "Not sure" not in text
    assert "Ann" not in text
    assert "ann.example" not in text


@settings(max_examples=60)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_any_words_make_a_readable_article(subject: str, asked: str, answer: str) -> None:
    text = draft(1, subject, [asked], [line("user", asked), line("agent", answer)], TODAY)
    found, problems = read_article(text, "x.md", id="x")
    assert found is not None, problems
    assert Path(name(1, subject)).name == name(1, subject)


def test_the_command_writes_it_beside_the_articles_once(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "firstline.toml").write_text("", "utf-8")
    with opened(tmp_path / "var" / "firstline.db") as database:
        house = House(database)
        number = house.handed_over()
        house.console.reply(MIA, number, Written("Clear the cache.", then="solved"))
    typed = ["ticket", "draft", str(number), "--desk", str(tmp_path)]
    done = CliRunner().invoke(app, typed)
    assert done.exit_code == 0, done.output
    (file,) = (tmp_path / "drafts").iterdir()
    assert "Clear the cache." in file.read_text("utf-8")
    assert CliRunner().invoke(app, typed).exit_code == 1
    assert CliRunner().invoke(app, [*typed[:2], "99", *typed[3:]]).exit_code == 1
