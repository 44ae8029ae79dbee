"""The pages over real HTTP, as a browser without JavaScript uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.web_support import Site, running_site
from tests.web_visitor import form_token, say, visitor


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=100_000, rate_per_client=100_000) as running:
        yield running


@pytest.fixture
def ann(site: Site) -> Iterator[httpx.Client]:
    with visitor(site) as client:
        yield client


def test_an_empty_page_welcomes_and_offers_questions(ann: httpx.Client) -> None:
    page = ann.get("/").text
    assert "How can we help?" in page
    assert "How do I install Firstline?" in page
    assert "Refund codes" not in page


def test_a_plain_form_gets_the_page_with_the_answer(ann: httpx.Client) -> None:
    response = say(ann, "How do I install it?")
    assert response.status_code == 200
    assert response.history[0].status_code == 303
    assert "Python 3.11" in response.text
    assert 'href="/help/install#s-on-linux-and-macos"' in response.text
    assert 'http-equiv="refresh"' not in response.text


def test_the_conversation_is_there_after_a_reload(ann: httpx.Client) -> None:
    say(ann, "How do I install it?")
    assert "How do I install it?" in ann.get("/").text


def test_while_the_answer_is_not_ready_the_page_says_so_and_looks_again(tmp_path: Path) -> None:
    with running_site(tmp_path, answer_wait=0.1) as site, visitor(site) as ann:
        site.talk.hold.clear()
        waiting = say(ann, "How do I install it?")
        assert 'http-equiv="refresh"' in waiting.text
        site.talk.hold.set()
        answered = say(ann, "human")
        assert "Python 3.11" in answered.text


def test_a_form_that_is_sent_twice_is_one_message(ann: httpx.Client, site: Site) -> None:
    for _ in range(2):
        say(ann, "only once, please", message="the-same-form")
    assert ann.get("/").text.count("only once, please") == 1


def test_history_is_kept_over_a_restart(tmp_path: Path) -> None:
    with running_site(tmp_path) as site, visitor(site) as ann:
        say(ann, "How do I install it?")
        cookies = ann.cookies
    with running_site(tmp_path) as again:
        page = httpx.get(again.url, cookies=cookies).text
    assert "How do I install it?" in page
    assert "Python 3.11" in page


def test_a_choice_and_a_human(ann: httpx.Client) -> None:
    asked_back = say(ann, "hm")
    assert 'value="topic:install=Install Firstline"' in asked_back.text
    assert "Python 3.11" in say(ann, "", choice="topic:install=Install Firstline").text
    assert re.search(r"Your ticket is #\d+", say(ann, "I want to talk to a human").text)


def test_a_new_conversation_leaves_the_earlier_ones_to_be_read(ann: httpx.Client) -> None:
    say(ann, "in the first one")
    token = form_token(ann)
    ann.post("/conversations", data={"form_token": token}, follow_redirects=True)
    assert "in the first one" not in ann.get("/").text
    assert "in the first one" in ann.get("/conversations/1").text
    again = ann.post("/conversations", data={"form_token": token}, follow_redirects=True)
    assert 'data-path="/conversations/2"' in again.text  # nothing was said: still the same


def test_a_rating_is_kept_and_shown(ann: httpx.Client) -> None:
    page = say(ann, "How do I install it?").text
    action = re.findall(r'action="(/conversations/1/ratings/\w+)"', page)[-1]
    rated = ann.post(
        action, data={"form_token": form_token(ann), "helpful": "no"}, follow_redirects=True
    )
    assert rated.status_code == 200
    assert re.search(r'value="no" aria-pressed="true"', rated.text)
    assert "Thank you, noted." in rated.text
    assert ann.post(action, data={"form_token": form_token(ann), "helpful": "x"}).status_code == 422


# The help centre


def test_articles_are_listed_by_tag_and_can_be_read(ann: httpx.Client) -> None:
    listed = ann.get("/help").text
    assert 'href="/help/install"' in listed
    assert "For agents only" not in listed
    article = ann.get("/help/install").text
    assert '<h2 id="s-on-windows">' in article
    assert 'href="#s-on-windows"' in article
    assert "20 November 2026" in article
    assert '<meta name="description" content="Firstline runs on Python 3.11' in article
    assert 'rel="canonical" href="/help/install"' in article


def test_the_search_finds_articles_and_says_when_it_does_not(ann: httpx.Client) -> None:
    assert 'href="/help/back-up"' in ann.get("/help", params={"q": "back-up restore"}).text
    nothing = ann.get("/help", params={"q": "zebra crossing"}).text
    assert "Nothing fits" in nothing
    assert 'href="/?ask=zebra%20crossing"' in nothing


def test_a_withdrawn_article_is_gone_kindly(site: Site, ann: httpx.Client) -> None:
    assert ann.get("/help/not-sure").status_code == 200
    kept = site.knowledge.content
    site.knowledge.withdraw("not-sure")
    gone = ann.get("/help/not-sure")
    site.knowledge.content = kept
    assert gone.status_code == 404
    assert "not here (any more)" in gone.text
    assert 'role="search"' in gone.text


def test_an_article_for_others_is_not_there(ann: httpx.Client) -> None:
    token = form_token(ann)
    assert ann.get("/help/internal").status_code == 404
    rated = ann.post("/help/internal/rating", data={"form_token": token, "helpful": "yes"})
    assert rated.status_code == 404


def test_an_article_is_rated_by_each_reader(site: Site, ann: httpx.Client) -> None:
    fields = {"form_token": form_token(ann), "helpful": "no"}
    ann.post("/help/install/rating", data=fields)
    assert "it did not help" in ann.get("/help/install").text
    ann.post("/help/install/rating", data=fields | {"helpful": "yes"})
    assert "noted: it helped" in ann.get("/help/install").text
    with visitor(site) as ben:
        assert "Was this helpful?" in ben.get("/help/install").text


def test_a_question_about_an_article_fills_the_box(ann: httpx.Client) -> None:
    page = ann.get("/help/install").text
    link = re.findall(r'href="(/\?ask=[^"]+)"', page)[-1]
    assert "About “Install Firstline”:" in ann.get(link).text
