"""The page of a ticket over HTTP, without JavaScript: what it shows, what its forms do, who may."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count

import httpx
import pytest

from adapters.console.ticket_doors import TicketDoors
from bot.channel import Address, Attachment, Incoming, Sender
from bot.console import Asked
from bot.people import Role
from tests.console_support import account, field, proof, signed_in
from tests.web_support import Site, running_site

THREADS = count(1)
Open = Callable[..., int]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(
        tmp_path_factory.mktemp("site"), rate_per_session=10**6, rate_per_client=10**6
    ) as running:
        yield running


@pytest.fixture(scope="module")
def mia(site: Site) -> Iterator[httpx.Client]:
    with signed_in(site, Role.AGENT, "mia") as client:
        yield client


def page_doors(site: Site) -> TicketDoors:
    assert site.doors.ticket_page
    return site.doors.ticket_page


def new_ticket(site: Site, subject: str = "Printer jams", **more: object) -> int:
    lead = account(site, Role.LEAD).person
    where = Address("web", f"thread-{next(THREADS)}")
    asked = Asked(subject, "It does not print.", address=where, sender="ann", **more)  # type: ignore[arg-type]
    return page_doors(site).console.open(lead, asked).number


def says(site: Site, number: int, text: str, **more: object) -> None:
    """The requester of the ticket writes in its conversation."""
    where = Address("web", f"thread-{number}")
    heard = Incoming(
        where,
        f"said-{next(THREADS)}",
        text=text,
        sender=Sender("ann", "Ann"),
        sent_at=datetime.now(UTC),
        **more,  # type: ignore[arg-type]
    )
    site.desk.accept(heard)


def page(client: httpx.Client, number: int) -> str:
    answer = client.get(f"/console/tickets/{number}")
    assert answer.status_code == 200, answer.text
    return answer.text


def send(
    client: httpx.Client, number: int, act: str, html: str = "", **fields: str
) -> httpx.Response:
    """Send a form of the page (of `html`, which may be old) as a browser does."""
    html = html or page(client, number)
    sent = {"form_token": proof(html), "version": field(html, "version")} | fields
    return client.post(f"/console/tickets/{number}/{act}", data=sent)


def done(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text[:3000]
    return answer.headers["location"]


def test_a_ticket_is_worked_on_by_plain_forms(site: Site, mia: httpx.Client) -> None:
    number = new_ticket(site)
    done(send(mia, number, "claim"))
    done(send(mia, number, "note", text="maybe <b>fraud</b>"))
    html = page(mia, number)
    assert "Internal note: the requester does not see this" in html
    assert "maybe &lt;b&gt;fraud&lt;/b&gt;" in html
    key = field(html, "key")
    done(send(mia, number, "reply", html, text="Turn it off.", then="open", key=key))
    done(send(mia, number, "reply", html, text="Turn it off.", then="open", key=key))
    html = page(mia, number)
    assert len(re.findall(r'class="said agent"', html)) == 1
    done(send(mia, number, "hold", why="a spare part"))
    done(send(mia, number, "resume"))
    done(send(mia, number, "snooze", hours="4"))
    done(send(mia, number, "wake"))
    done(send(mia, number, "follow"))
    done(send(mia, number, "change", tags="vip, printer", priority="high", fields="room: 12"))
    done(send(mia, number, "solve", article="install", text="It works again."))
    html = page(mia, number)
    assert "replied, and it is solved now, with the article install" in html
    assert "changed priority from normal to high" in html
    done(send(mia, number, "reopen"))
    done(send(mia, number, "give-back"))
    done(send(mia, number, "escalate", why="needs a technician"))
    html = page(mia, number)
    assert "you can read this ticket, and not act on it" in html
    assert f'action="/console/tickets/{number}/' not in html
    assert send_raw(mia, number, "claim", html).status_code == 403
    with signed_in(site, Role.LEAD) as lead:
        refused = send(lead, number, "de-escalate", why="")
        assert (refused.status_code, "Say why it goes back" in refused.text) == (422, True)
        done(send(lead, number, "de-escalate", why="try the cable"))
        done(send(lead, number, "assign", to=account(site, Role.AGENT, "mia").id))
    assert "Mia has it" in page(mia, number)


def send_raw(client: httpx.Client, number: int, act: str, html: str) -> httpx.Response:
    return client.post(
        f"/console/tickets/{number}/{act}", data={"form_token": proof(html), "version": "1"}
    )


def test_of_two_at_once_the_second_is_told_who_did_what_and_keeps_the_words(
    site: Site, mia: httpx.Client
) -> None:
    number = new_ticket(site)
    with signed_in(site, Role.AGENT, "bob") as bob:
        seen = page(bob, number)
        done(send(mia, number, "claim"))
        answer = send(bob, number, "reply", seen, text="My long answer", key="b" * 24)
        assert answer.status_code == 409
        assert "Mia claimed it meanwhile, so nothing was done" in answer.text
        assert "My long answer</textarea>" in answer.text
        assert field(answer.text, "key") == "b" * 24
        done(send(bob, number, "reply", answer.text, text="My long answer", key="b" * 24))
        assert send(bob, number, "claim", seen).status_code == 409


def test_merging_is_seen_before_and_splitting_is_by_choice(site: Site, mia: httpx.Client) -> None:
    first, second = new_ticket(site), new_ticket(site, "The same printer")
    done(send(mia, first, "claim"))
    done(send(mia, first, "reply", text="Which one?", key="1" * 20))
    done(send(mia, first, "reply", text="And the lift?", key="2" * 20))
    chosen = re.findall(r'id="m(\d+)"', page(mia, first))
    html = mia.get(f"/console/tickets/{first}/split").text
    apart = done(send(mia, first, "split", html, message=chosen[-1], subject="The lift"))
    assert "The lift" in mia.get(apart).text
    assert send(mia, first, "split", html).status_code == 409
    unchosen = send(mia, first, "split")
    assert (unchosen.status_code, "Choose the messages" in unchosen.text) == (422, True)
    wrong = mia.get(f"/console/tickets/{first}/merge", params={"into": "zzz"})
    assert (wrong.status_code, "number of the other ticket" in wrong.text) == (422, True)
    seen = mia.get(f"/console/tickets/{first}/merge", params={"into": f"#{second}"})
    assert "It cannot be undone" in seen.text
    into = done(send(mia, first, "merge", seen.text, into=str(second)))
    assert into.startswith(f"/console/tickets/{second}")
    assert f'goes on in <a href="/console/tickets/{second}">' in page(mia, first)
    done(send(mia, second, "link", other=apart.split("/")[-1].split("?")[0], kind="parent"))
    done(send(mia, second, "identity", channel="slack", sender="U1"))
    assert "slack: U1" in page(mia, second)


def test_macros_are_written_by_leads_and_filled_in_for_agents(
    site: Site, mia: httpx.Client
) -> None:
    with signed_in(site, Role.LEAD) as lead:
        blank = lead.get("/console/macros/new")
        typed = {"form_token": proof(blank.text), "name": "Hello", "then": "solved", "tags": "hi"}
        for bad in ("{{ secret }}", "{% for a in b %}", "{{ ''.__class__ }}", ""):
            refused = lead.post("/console/macros/new", data=typed | {"text": bad})
            assert refused.status_code == 422, bad
        text = "Hello {{ requester }}, about #{{ number }}: {{ subject }}. {{ agent }}"
        assert lead.post("/console/macros/new", data=typed | {"text": text}).status_code == 303
        again = lead.post("/console/macros/new", data=typed | {"text": text})
        assert (again.status_code, "already" in again.text) == (422, True)
    number = new_ticket(site, "{{ agent }} <jam>")
    (macro,) = page_doors(site).macros.listed()
    said = mia.get(f"/console/tickets/{number}/macro/{macro.id}").json()
    assert said["text"] == f"Hello ann, about #{number}: {{{{ agent }}}} <jam>. Mia"
    html = mia.get(f"/console/tickets/{number}", params={"macro": macro.id}).text
    assert "Hello ann, about" in html
    done(
        send(
            mia,
            number,
            "reply",
            html,
            text="Hello",
            then="solved",
            macro=str(macro.id),
            key="m" * 20,
        )
    )
    ticket = page_doors(site).console.ticket(account(site, Role.LEAD).person, number).ticket
    assert (ticket.status, ticket.tags) == ("solved", ("hi",))
    assert mia.get("/console/macros").status_code == 403


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


def test_agents_open_tickets_for_those_who_call(site: Site, mia: httpx.Client) -> None:
    html = mia.get("/console/new-ticket").text
    typed = {"form_token": proof(html), "subject": "No dial tone", "tags": "phone"}
    refused = mia.post("/console/new-ticket", data=typed)
    assert (refused.status_code, "Say who it is for" in refused.text) == (422, True)
    assert 'value="No dial tone"' in refused.text
    nobody = mia.post("/console/new-ticket", data=typed | {"ticket": "999999"})
    assert (nobody.status_code, "There is no ticket #999999" in nobody.text) == (422, True)
    first = mia.post(
        "/console/new-ticket", data=typed | {"channel": "web", "thread": "x", "sender": "joe"}
    )
    number = re.findall(r"\d+", done(first))[0]
    second = mia.post("/console/new-ticket", data=typed | {"ticket": number})
    assert f'/console/tickets/{number}">' in mia.get(done(second)).text


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


def test_a_requester_sees_nothing_of_the_agents_pages(site: Site) -> None:
    """Also of the ticket that is their own, by any route, whatever is in the note."""
    number = new_ticket(site)
    lead = account(site, Role.LEAD).person
    console = page_doors(site).console
    requester = account(site, Role.REQUESTER)
    console.link_identity(lead, number, "account", requester.id)
    secrets = ["<i>secret</i> 7301", "geheim é 7301", "{{ 7301 }}", "line\n7301"]
    for secret in secrets:
        console.note(lead, number, secret)
        console.note(lead, number, secret, kind="suggestion")
    says(site, number, "hello?", attachments=(Attachment("a.txt", "text/plain", b"x"),))
    with signed_in(site, Role.REQUESTER) as ann:
        for path in ("", "/split", "/merge?into=1", "/events", "/files/1", "/articles", "/macro/1"):
            answer = ann.get(f"/console/tickets/{number}{path}")
            assert answer.status_code == 403, path
            assert "7301" not in answer.text, path
    own = console.ticket(requester.person, number)
    assert "7301" not in repr(own)
