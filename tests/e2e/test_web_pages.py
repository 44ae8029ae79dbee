"""The pages over real HTTP, as a browser without JavaScript uses them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from adapters.http.server import PortTaken, listen
from adapters.web.visitor import HEADER
from tests.web_support import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=100_000, rate_per_client=100_000) as running:
        yield running


@pytest.fixture
def ann(site: Site) -> Iterator[httpx.Client]:
    with visitor(site) as client:
        yield client


def visitor(site: Site) -> httpx.Client:
    return httpx.Client(base_url=site.url, timeout=15)


def form_token(client: httpx.Client) -> str:
    found = re.search(r'name="form_token" value="(\w+)"', client.get("/").text)
    assert found
    return found[1]


_ids = iter(range(10**9))


def say(client: httpx.Client, text: str, number: int = 1, **more: str) -> httpx.Response:
    fields = {"form_token": form_token(client), "message": f"message-{next(_ids)}", "text": text}
    path = f"/conversations/{number}/messages"
    return client.post(path, data=fields | more, follow_redirects=True)


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


def start_of(client: httpx.Client, path: str, headers: dict[str, str]) -> str:
    """What comes at once; a stream goes on for ever."""
    text = ""
    with client.stream("GET", path, headers=headers) as response:
        for line in response.iter_lines():
            text += line + "\n"
            if line.startswith("event: state"):
                break
    return text


def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(site: Site) -> None:
    cookie = httpx.get(site.url).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_the_cookie_is_secure_where_the_page_is(tmp_path: Path) -> None:
    with running_site(tmp_path, public_url="https://help.example.com") as site:
        assert "; secure" in httpx.get(site.url).headers["set-cookie"].lower()


# Live


def events(client: httpx.Client, after: int, until: str) -> list[tuple[str, str]]:
    """(event, id) of the stream until a line that starts with `until`."""
    found: list[tuple[str, str]] = []
    id = ""
    headers = {"last-event-id": str(after)}
    with client.stream("GET", "/conversations/1/events", headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            if line.startswith("id: "):
                id = line[4:]
            elif line.startswith("event: "):
                found.append((line[7:], id))
            if until in line:
                return found
    return found


def test_the_stream_replays_what_came_after_the_last_event(ann: httpx.Client) -> None:
    say(ann, "How do I install it?")
    all_of_it = [id for event, id in events(ann, 0, "event: state") if event == "message"]
    assert len(all_of_it) == 2
    rest = [
        id for event, id in events(ann, int(all_of_it[0]), "event: state") if event == "message"
    ]
    assert rest == all_of_it[1:]


def test_an_answer_comes_live(ann: httpx.Client) -> None:
    form_token(ann)
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(events, ann, 0, "Python 3.11")
        say(ann, "How do I install it?")
        assert [event for event, _ in listening.result(15)].count("message") == 2


def test_a_conversation_has_room_for_so_many_readers(site: Site, ann: httpx.Client) -> None:
    form_token(ann)
    opened = threading.Barrier(13, timeout=20)
    close = threading.Event()

    def read() -> None:
        with ann.stream("GET", "/conversations/1/events") as response:
            lines = response.iter_lines()
            assert next(lines)
            opened.wait()
            close.wait(20)

    with ThreadPoolExecutor(12) as pool:
        readers = [pool.submit(read) for _ in range(12)]
        opened.wait()
        assert ann.get("/conversations/1/events").status_code == 503
        close.set()
        for reader in readers:
            reader.result(20)


# What is taken in (R1, R9, R10)


def test_a_body_that_is_too_large_is_refused_kindly(ann: httpx.Client) -> None:
    assert say(ann, "x" * 2_100_000).status_code == 413
    long = say(ann, "y" * 100_001)
    assert long.status_code == 422
    assert "Please shorten it" in long.text


def test_what_was_not_said_stays_in_the_box(tmp_path: Path) -> None:
    with running_site(tmp_path, rate_per_session=9) as site, visitor(site) as ann:
        for _ in range(3):
            say(ann, "quick")
        slow = say(ann, "my long <question>")
    assert slow.status_code == 429
    assert int(slow.headers["retry-after"]) >= 1
    assert "faster than we can answer" in slow.text
    assert "my long &lt;question&gt;</textarea>" in slow.text


def test_a_network_address_has_a_limit_over_all_its_sessions(tmp_path: Path) -> None:
    with running_site(tmp_path, rate_per_client=12) as site:
        statuses = []
        for _ in range(6):
            with visitor(site) as somebody:
                statuses.append(say(somebody, "hello").status_code)
    assert statuses == [200] * 4 + [429] * 2


@pytest.mark.parametrize(
    "text",
    [
        "emoji 👩‍👩‍👧‍👦 only",
        "مرحبا، كيف أثبت البرنامج؟",
        "z̷a̷l̷g̷o̷" * 50,
        "\u202ereversed",
        "NUL \0 inside",
        "如何安装？",
        "a" * 50_000,
    ],
)
def test_any_text_is_kept_and_shown(ann: httpx.Client, text: str) -> None:
    response = say(ann, text)
    assert response.status_code == 200


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


# Serving


def test_a_port_that_is_taken_is_said_or_passed_over() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port}"):
            listen("127.0.0.1", port)
        with listen("127.0.0.1", port, tries=20) as other:
            assert other.getsockname()[1] > port


def test_an_open_page_does_not_hold_up_the_end(tmp_path: Path) -> None:
    listening = threading.Event()

    def read(site: Site) -> None:
        with visitor(site) as client:
            form_token(client)
            with client.stream("GET", "/conversations/1/events") as response:
                for _ in response.iter_lines():
                    listening.set()

    with ThreadPoolExecutor(1) as pool:
        with running_site(tmp_path) as site:
            reader = pool.submit(read, site)
            assert listening.wait(10)
        reader.result(10)  # the stream ended by itself, properly
