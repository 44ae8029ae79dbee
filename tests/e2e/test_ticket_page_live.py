"""What the page of a ticket keeps, tells while it is open, and never shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.console.app import create_console
from adapters.http.options import HttpOptions
from bot.channel import Address, Attachment
from bot.people import Role
from tests.console_support import account, browser, field, proof, sign_in, signed_in
from tests.ticket_page_support import THREAD_OF, done, new_ticket, page, page_doors, says, send
from tests.web_support import SECRET, Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=10**6, rate_per_client=10**6) as running:
        yield running


@pytest.fixture(scope="module")
def mia(site: Site) -> Iterator[httpx.Client]:
    with signed_in(site, Role.AGENT, "mia") as client:
        yield client


def test_drafts_are_kept_for_their_writer_until_they_are_sent(
    site: Site, mia: httpx.Client
) -> None:
    number = new_ticket(site)
    html = page(mia, number)
    for kind, text in (("reply", "half an ans"), ("note", "half a no")):
        kept = send(mia, number, "draft", html, kind=kind, text=text)
        assert kept.status_code == 204
    assert send(mia, number, "draft", html, kind="other", text="x").status_code == 422
    assert send(mia, 10**6, "draft", html, kind="note", text="x").status_code == 404
    assert "half an ans</textarea>" in page(mia, number)
    with signed_in(site, Role.AGENT, "bob") as bob:
        assert "half an ans" not in page(bob, number)
    done(send(mia, number, "reply", text="whole answer", key="d" * 20))
    html = page(mia, number)
    assert "half an ans" not in html
    assert "half a no</textarea>" in html


def test_an_answer_that_was_withheld_can_be_used(site: Site, mia: httpx.Client) -> None:
    number = new_ticket(site)
    lead = account(site, Role.LEAD).person
    console = page_doors(site).console
    console.note(lead, number, "Try **this** <script>", kind="suggestion")
    (note,) = console.ticket(lead, number).notes
    html = page(mia, number)
    assert "Suggested answer, not sent" in html
    assert "<strong>this</strong>" in html
    assert "<script>\n" not in html.partition('id="stream"')[2]
    used = mia.get(f"/console/tickets/{number}", params={"use": note.id}).text
    assert "Try **this** &lt;script&gt;</textarea>" in used


def test_files_are_saved_and_never_shown(site: Site, mia: httpx.Client) -> None:
    number, other = new_ticket(site), new_ticket(site)
    html = page(mia, number)
    evil = ('../../x".html', b"<script>alert(1)</script>", "text/html")
    sent = {
        "form_token": proof(html),
        "version": field(html, "version"),
        "text": "see",
        "key": "f" * 20,
    }
    done(mia.post(f"/console/tickets/{number}/reply", data=sent, files={"files": evil}))
    found = re.search(rf'/console/tickets/{number}/files/(\d+)"', page(mia, number))
    assert found
    file = mia.get(f"/console/tickets/{number}/files/{found[1]}")
    assert file.content == evil[1]
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert "/" not in file.headers["content-disposition"]
    assert file.headers["x-content-type-options"] == "nosniff"
    assert mia.get(f"/console/tickets/{other}/files/{found[1]}").status_code == 404
    with signed_in(site, Role.REQUESTER) as ann:
        assert ann.get(f"/console/tickets/{number}/files/{found[1]}").status_code == 403


def test_news_come_within_a_second(site: Site, mia: httpx.Client) -> None:
    """Who looks and writes, and that something happened, by server-sent events."""
    number = new_ticket(site)
    html = page(mia, number)
    sign = re.search(r'data-sign="([^"]*)"', html)
    assert sign
    with signed_in(site, Role.AGENT, "bob") as bob:
        told = events(mia, number, sign[1])
        assert next(told) == ("people", [])
        theirs = events(bob, number, sign[1])
        assert next(theirs) == ("people", [["Mia", ""]])
        assert next(told) == ("people", [["Bob", ""]])
        seen = page(bob, number)
        send(bob, number, "draft", seen, kind="reply", text="I wr")
        assert next(told) == ("people", [["Bob", "reply"]])
        done(send(bob, number, "note", seen, text="look"))
        assert {name for name, _ in (next(told), next(told))} == {"changed", "people"}
        theirs.close()
        told.close()


def events(client: httpx.Client, number: int, sign: str) -> Iterator[tuple[str, object]]:
    """Name and data of each event."""
    with client.stream("GET", f"/console/tickets/{number}/events", params={"sign": sign}) as told:
        name = ""
        for line in told.iter_lines():
            if line.startswith("event:"):
                name = line.removeprefix("event:").strip()
            elif line.startswith("data:"):
                data = line.removeprefix("data:").strip()
                yield name, json.loads(data) if name == "people" else data


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(max_size=30), min_size=1, max_size=4))
def test_a_requester_is_shown_no_word_of_a_note(site: Site, words: list[str]) -> None:
    """On no route of tickets, also of the ticket that is their own, and not in their conversation."""
    number = new_ticket(site)
    lead, requester = account(site, Role.LEAD).person, account(site, Role.REQUESTER)
    console = page_doors(site).console
    console.link_identity(lead, number, "account", requester.id)
    for text in words:
        console.note(lead, number, f"secret7301 {text}")
        console.note(lead, number, f"secret7301 {text}", kind="suggestion")
    says(site, number, "hello?", attachments=(Attachment("a.txt", "text/plain", b"x"),))
    with browser(site) as ann:
        sign_in(ann, requester.login)
        token = {"form_token": proof(ann.get("/console/account").text)}
        for method, path in ticket_paths(site, number):
            data = token if method == "POST" else None
            answer = ann.request(method, f"/console{path}", data=data)
            assert (answer.status_code, "7301" in answer.text) == (403, False), path
    assert "7301" not in repr(console.ticket(requester.person, number))
    there = site.desk.transcript(Address("web", THREAD_OF[number]))
    assert there
    assert "7301" not in repr(there)


def ticket_paths(site: Site, number: int) -> list[tuple[str, str]]:
    """Every route of the console that names a ticket."""
    app = create_console(site.doors, HttpOptions(SECRET))
    routes = [each for each in app.router.routes if isinstance(each, APIRoute)]
    filled = [
        (next(iter(each.methods)), re.sub(r"\{(file|macro)\}", "1", each.path))
        for each in routes
        if each.path.startswith("/tickets/{number}")
    ]
    assert len(filled) > 20
    return [(method, path.replace("{number}", str(number))) for method, path in filled]
