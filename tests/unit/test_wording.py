"""What the bot says itself: complete, and inert towards what is put into it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from bot.turn import TICKET_NUMBER
from bot.wording import Wording, WordingMissing, escaped, load_wording

SAY = load_wording("en", name="Firstline")
FOLDER = Path(__file__).parents[2] / "bot" / "wording" / "en"
VALUES = {
    "number": 1,
    "old": 12,
    "new": 14,
    "ticket": TICKET_NUMBER,
    "kept": 100,
    "left_out": 5,
    "files": ["a.txt", "b.txt"],
    "requester": "Ada",
    "label": "macOS",
    "percent": 87,
    "score": 4,
    "edge": "approved",
    "title": "Reset a password",
    "problem": "I cannot sign in",
    "step": "ask_platform",
    "platform": "macOS",
    "priority": "high",
    "queue": "accounts",
    "more": "It began today.",
    "slots": [("platform", "macOS")],
    "by": "security",
    "person": "Ada",
    "tried": [("Restart", "did not help")],
}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.j2")))
def test_every_text_can_be_said(name: str) -> None:
    text = SAY(name, **VALUES)
    assert text.strip() == text != ""
    assert len(text.split()) <= 60, "short, please"


def test_a_text_that_does_not_exist_says_what_to_add() -> None:
    with pytest.raises(WordingMissing, match=r"no_such_text\.j2"):
        SAY("no_such_text")


@pytest.mark.parametrize("language", ["xx", "../en", "", "EN"])
def test_a_language_that_does_not_exist_says_which_do(language: str) -> None:
    with pytest.raises(WordingMissing, match="en"):
        load_wording(language)


def test_a_missing_value_is_an_error_and_no_empty_place() -> None:
    with pytest.raises(UndefinedError):
        SAY("more")


def wording_of(folder: Path, template: str) -> Wording:
    (folder / "text.j2").write_text(template, encoding="utf-8")
    return Wording(folder, "Firstline")


@pytest.mark.parametrize(
    "hostile", ["{{7*7}}", "{{config}}", "{% import 'os' as os %}", "{{ ''.__class__ }}", "{# x #}"]
)
def test_what_a_user_says_is_data_and_no_template(tmp_path: Path, hostile: str) -> None:
    said = wording_of(tmp_path, "You said {{ said }}.")("text", said=hostile)
    assert said == f"You said {escaped(hostile)}."
    assert "49" not in said


def test_a_template_cannot_leave_its_sandbox(tmp_path: Path) -> None:
    say = wording_of(tmp_path, "{{ said.__class__.__mro__ }}")
    with pytest.raises(SecurityError):
        say("text", said="x")


@given(st.text(max_size=100))
def test_what_is_echoed_has_no_mark_up(tmp_path_factory: pytest.TempPathFactory, said: str) -> None:
    from markdown_it import MarkdownIt

    say = wording_of(tmp_path_factory.mktemp("wording"), "You said: {{ said }}.")
    tokens = MarkdownIt("commonmark", {"html": True}).parse(say("text", said=said))
    spans = [child.type for token in tokens for child in token.children or ()]
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert set(spans) <= {"text"}


def test_phrasings_are_said_once_and_have_words_or_signs() -> None:
    phrasings = SAY.phrasings()
    said = [text for texts in phrasings.values() for text in texts]
    assert len(said) == len(set(said))
    assert all(text.strip() for text in said)
    assert min(len(texts) for texts in phrasings.values()) >= 10
