"""What of an article is said in a chat."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.excerpt import Excerpt, excerpt
from bot.words import words
from knowledge.content import Article
from tests.answers_support import hit

ARTICLES = Path(__file__).parents[2] / "knowledge" / "articles"

PRINTER = """
This article explains how to fix printing.

## Reset the printer

You can reset all printer settings:

1. Open the printer page.
2. Press **Reset**.
3. Print again.

Then the page prints as before.

## Check the cable

Also look at the cable. It must be plugged in at both ends.

```sh
lpstat -p
lpr page.txt
```

## Also known

- [Scanners](scan.md)
- [Faxes](fax.md)
"""


def said(question: str, body: str, limit: int = 120, title: str = "Printing") -> Excerpt:
    found = excerpt(question, hit(Article("a", title, body)), limit=limit)
    assert found is not None
    return found


def test_the_section_that_is_asked_about_is_said_with_its_steps() -> None:
    found = said("How do I reset the printer settings?", PRINTER)
    assert found.text == (
        "You can reset all printer settings:\n\n"
        "1. Open the printer page.\n2. Press **Reset**.\n3. Print again.\n\n"
        "Then the page prints as before."
    )
    assert found.section == ("Reset the printer",)
    assert found.more


def test_steps_are_cut_between_steps_and_keep_their_lead_in() -> None:
    found = said("How do I reset the printer settings?", PRINTER, limit=14)
    assert found.text.endswith("1. Open the printer page.\n2. Press **Reset**.")
    assert found.text.startswith("You can reset all printer settings:")
    assert found.more


def test_an_answer_does_not_begin_with_then_or_also() -> None:
    body = "Open the lid.\n\nThen press the green button for long.\n\n" + "Words. " * 200
    assert said("press the green button", body, limit=30).text.startswith("Open the lid.")


def test_code_stays_code_and_is_closed_when_it_is_cut() -> None:
    body = "Run this:\n\n```sh\n" + "\n".join(f"command --number {n}" for n in range(60)) + "\n```"
    text = said("which command do I run", body, limit=20).text
    assert text.count("```") == 2
    assert text.startswith("Run this:\n\n```sh\ncommand --number 0")
    assert text.endswith("```")


def test_a_list_under_a_heading_gets_the_heading_as_its_lead_in() -> None:
    body = "Intro.\n\n## What is kept\n\n- names\n- numbers\n\n## Other\n\nSomething else."
    assert said("what is kept", body).text == "**What is kept**\n\n- names\n- numbers"


def test_a_long_paragraph_is_cut_at_sentences_near_the_question() -> None:
    body = "First of all it rains. " * 30 + "The printer needs paper of size A4. Bye now."
    text = said("which paper size does the printer need", body, limit=20).text
    assert text == "The printer needs paper of size A4. Bye now."


def test_an_introduction_is_not_said_without_what_it_introduces() -> None:
    body = "Reset it as follows:\n\n" + "\n".join(f"{n}. Press key {n}." for n in range(1, 60))
    text = said("how to reset it", body, limit=30).text
    assert text.startswith("Reset it as follows:\n\n1. Press key 1.")


def test_sentences_about_the_article_itself_are_left_out() -> None:
    body = "Printing needs ink. This article explains how to buy it.\n\n## Buy\n\nGo to the shop."
    assert "This article" not in said("does printing need ink", body).text


def test_a_short_article_is_said_whole_and_says_so() -> None:
    found = said("what is it", "It is a printer.")
    assert found == Excerpt("It is a printer.", (), False)


def test_a_heading_that_repeats_the_title_is_no_section() -> None:
    found = said("paper", "# Printing\n\n## Paper\n\nUse paper.")
    assert found.section == ("Paper",)


@pytest.mark.parametrize("body", ["", "![only](a.png)", "- [One](#one)\n- [Two](#two)", "<br>"])
def test_an_article_with_nothing_to_quote_gives_none(body: str) -> None:
    assert excerpt("what", hit(Article("a", "A", body))) is None


def bare(text: str) -> str:
    """The words alone, for telling whether one text stands in another."""
    return " ".join(words(text.replace("_", " ")))


CONTENT = st.lists(
    st.one_of(
        st.sampled_from(["## Set up", "### On Windows", "Also do this.", "Then press the key:"]),
        st.lists(
            st.sampled_from(["open", "the", "lid", "press", "key"]), min_size=1, max_size=60
        ).map(lambda found: " ".join(found) + "."),
        st.integers(1, 40).map(lambda n: "\n".join(f"{i}. press key {i}" for i in range(1, n + 1))),
        st.integers(1, 40).map(lambda n: "\n".join(f"- item number {i}" for i in range(n))),
        st.integers(1, 40).map(
            lambda n: "```\n" + "\n".join(f"run {i}" for i in range(n)) + "\n```"
        ),
        st.just("| a | b |\n|---|---|\n| lid | key |"),
    ),
    min_size=1,
    max_size=8,
).map("\n\n".join)


@given(
    CONTENT,
    st.sampled_from(["press the key", "open", "what is item number 7", "?"]),
    st.integers(5, 150),
)
def test_every_line_of_an_excerpt_stands_in_the_article(
    body: str, question: str, limit: int
) -> None:
    found = excerpt(question, hit(Article("a", "A", body)), limit=limit)
    if found is None:
        return
    whole = bare(body)
    for line in found.text.splitlines():
        assert bare(line) in whole
    first = found.text.splitlines()[0]
    assert not first.startswith(tuple(f"{n}. " for n in range(2, 41))), "begins in mid-list"
    assert len(found.text.split()) <= limit + 70, "longer than the limit by more than one part"
    assert found.text.count("```") % 2 == 0


@pytest.mark.parametrize("path", sorted(ARTICLES.glob("*.md")), ids=lambda path: path.stem)
def test_our_own_articles_can_all_be_quoted(path: Path) -> None:
    body = path.read_text(encoding="utf-8").split("---\n", 2)[2]
    found = excerpt("how does it work", hit(Article(path.stem, "T", body)))
    assert found is not None
    assert len(found.text.split()) <= 140
