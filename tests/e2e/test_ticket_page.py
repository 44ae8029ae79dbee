"""The page of a ticket over HTTP, without JavaScript: what its forms do, and who may."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from bot.people import Role
from bot.presence import Presence
from tests.console_support import account, field, proof, signed_in
from tests.ticket_page_support import done, new_ticket, page, page_doors, send
from tests.web_support import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=10**6, rate_per_client=10**6) as running:
        yield running


@pytest.fixture(scope="module")
def mia(site: Site) -> Iterator[httpx.Client]:
    with signed_in(site, Role.AGENT, "mia") as client:
        yield client


def test_a_ticket_is_worked_on_by_plain_forms(site: Site, mia: httpx.Client) -> None:
    number = new_ticket(site)
    done(send(mia, number, "claim"))
    assert account(site, Role.AGENT, "mia").id in Presence(site.database).there()
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
