"""The pages in bad company: forged forms, foreign sessions, markup in every text (S3, S7, S20)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from adapters.web.visitor import HEADER
from tests.web_support import Site, running_site
from tests.web_visitor import form_token, say, start_of, visitor


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=100_000, rate_per_client=100_000) as running:
        yield running


@pytest.fixture
def ann(site: Site) -> Iterator[httpx.Client]:
    with visitor(site) as client:
        yield client


# Who may send what (S3, S20)


def test_a_form_without_the_session_s_token_is_refused(site: Site, ann: httpx.Client) -> None:
    form_token(ann)
    with visitor(site) as ben:
        foreign = form_token(ben)
    for token in ("", "0" * 40, foreign):
        fields = {"form_token": token, "message": "message-x1", "text": "forged"}
        assert ann.post("/conversations/1/messages", data=fields).status_code == 403
    assert "forged" not in ann.get("/").text


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_a_form_from_another_site_is_refused(ann: httpx.Client, headers: dict[str, str]) -> None:
    token = form_token(ann)
    for path in ("/conversations/1/messages", "/conversations", "/help/install/rating"):
        fields = {"form_token": token, "message": "message-x2", "text": "forged", "helpful": "yes"}
        assert ann.post(path, data=fields, headers=headers).status_code == 403
    assert "forged" not in ann.get("/").text


def test_the_page_s_own_origin_is_accepted(ann: httpx.Client, site: Site) -> None:
    fields = {"form_token": form_token(ann), "message": "message-x3", "text": "my own"}
    sent = ann.post("/conversations/1/messages", data=fields, headers={"origin": site.url})
    assert sent.status_code == 303


def test_no_route_shows_or_changes_another_s_conversation(site: Site, ann: httpx.Client) -> None:
    page = say(ann, "How do I install it? My secret is 4711.").text
    key = re.findall(r"/conversations/1/ratings/(\w+)", page)[-1]
    with visitor(site) as ben:
        token = form_token(ben)
        fields = {"form_token": token, "message": "message-b1", "text": "hm", "helpful": "no"}
        forged = ann.cookies["firstline_session"][:-2] + "xx"
        for path in ("/", "/conversations/1", "/conversations/2", "/conversations/1/events"):
            for headers in ({}, {HEADER: "x"}, {HEADER: forged}):
                assert "4711" not in start_of(ben, path, headers)
        rated = ben.post(f"/conversations/1/ratings/{key}", data=fields)
        assert rated.status_code == 404
        for number in (0, 2, 10**9):
            path = f"/conversations/{number}"
            assert ben.get(path).status_code == 404
            assert ben.get(f"{path}/events").status_code == 404
            assert ben.post(f"{path}/messages", data=fields).status_code == 404
            assert ben.post(f"{path}/ratings/{key}", data=fields).status_code == 404
    assert 'value="no" aria-pressed="false"' in ann.get("/").text


def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(site: Site) -> None:
    cookie = httpx.get(site.url).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_the_cookie_is_secure_where_the_page_is(tmp_path: Path) -> None:
    with running_site(tmp_path, public_url="https://help.example.com") as site:
        assert "; secure" in httpx.get(site.url).headers["set-cookie"].lower()


# Escaping (S7)

XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    '![x](x" onerror="alert(1))',
    "<iframe src=javascript:alert(1)>",
    "{{7*7}}",
    "</textarea><script>alert(1)</script>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
]


class Dangers(HTMLParser):
    """What a browser would run or follow that we did not write."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"iframe", "object", "embed", "style", "base", "math"}:
            self.found.append(tag)
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            self.found.append("script")
        for name, value in given.items():
            scheme = re.match(r"[\s\x00-\x1f]*(\w+):", value)
            if name.startswith("on") or name in {"style", "srcdoc", "formaction"}:
                self.found.append(name)
            if name in {"href", "src", "action"} and scheme and scheme[1] not in ("http", "https"):
                self.found.append(f"{name} {value}")


def test_the_dangers_are_seen() -> None:
    for attack in ("<script>x</script>", "<img src=x onerror=a()>", "<a href=' javascript:x'>"):
        assert Dangers(attack).found


def assert_inert(page: str) -> None:
    assert Dangers(page).found == []


@pytest.mark.parametrize("attack", XSS)
def test_markup_in_what_people_and_articles_say_is_inert(
    site: Site, ann: httpx.Client, attack: str
) -> None:
    site.knowledge.change("settings", title=attack, body=f"{attack}\n\n## {attack}\n\n{attack}")
    assert_inert(say(ann, attack).text)
    assert_inert(say(ann, f"say {attack}").text)
    assert_inert(start_of(ann, "/conversations/1/events", {}))
    assert_inert(ann.get("/help").text)
    assert_inert(ann.get("/help/settings").text)
    assert_inert(ann.get("/help", params={"q": attack}).text)
    assert_inert(ann.get("/", params={"ask": attack}).text)
    assert_inert(ann.get(f"/help/{attack}").text)
    assert_inert(say(ann, "", choice=f"x={attack}").text)


def test_template_words_are_only_words(ann: httpx.Client) -> None:
    assert "{{7*7}}{% import &#39;os&#39; %}" in say(ann, "{{7*7}}{% import 'os' %}").text


@pytest.mark.parametrize(
    "path", ["/", "/help", "/help/install", "/nope", "/widget", "/static/site.css", "/healthz"]
)
def test_every_response_carries_the_careful_headers(ann: httpx.Client, path: str) -> None:
    headers = ann.get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "server" not in headers


def test_only_the_widget_may_be_embedded_and_only_where_it_is_allowed(tmp_path: Path) -> None:
    with running_site(tmp_path, embed_origins=("https://shop.example",)) as site:
        widget = httpx.get(f"{site.url}/widget").headers
        page = httpx.get(site.url).headers
    assert "frame-ancestors 'self' https://shop.example" in widget["content-security-policy"]
    assert "x-frame-options" not in widget
    assert "frame-ancestors 'none'" in page["content-security-policy"]
    assert page["x-frame-options"] == "DENY"
