"""The inbox by plain forms and addresses, as without JavaScript; and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.people import Role
from tests.console_support import account, proof, signed_in
from tests.inbox_support import LEAD, due, inbox, ticket
from tests.web_support import Site, running_site

HERE = "/console/inbox"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    options = {"rate_per_session": 10**6, "rate_per_client": 10**6}
    with running_site(tmp_path_factory.mktemp("site"), **options) as running:
        yield running


@pytest.fixture
def agent(site: Site) -> Iterator[httpx.Client]:
    with signed_in(site, Role.AGENT) as client:
        yield client


def listed(page: httpx.Response) -> list[int]:
    return [int(number) for number in re.findall(r'data-ticket="(\d+)"', page.text)]


def search(client: httpx.Client, **asked: str) -> list[int]:
    page = client.get(HERE, params={"view": "all", **asked})
    assert page.status_code == 200, page.text
    return listed(page)


def test_a_list_is_narrowed_by_each_filter_and_told_in_words(
    site: Site, agent: httpx.Client
) -> None:
    jam = ticket(site, "printer jam", priority="urgent", tags=("vip",), queue="billing")
    ink = ticket(site, "printer ink", tier=2)
    due(site, jam, datetime.now(UTC) - timedelta(minutes=5))
    due(site, ink, datetime.now(UTC) + timedelta(hours=30))
    me = account(site, Role.AGENT).id
    inbox(site).console.assign(LEAD, jam, me)
    assert {jam, ink} <= set(search(agent))
    for asked in (
        {"q": "jam"},
        {"q": f"#{jam}"},
        {"priority": "urgent"},
        {"tag": "vip"},
        {"queue": "billing"},
        {"assignee": "me"},
        {"q": "printer", "tier": "1"},
        {"view": "mine"},
    ):
        assert search(agent, **asked) == [jam], asked
    assert search(agent, q="printer", sort="due") == [jam, ink]
    assert search(agent, status="closed") == []
    page = agent.get(HERE, params={"view": "all", "q": "printer"}).text
    assert "Overdue by 5 min" in page
    assert "Due in 1 d" in page
    hostile = agent.get(HERE, params={"view": "all", "q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in hostile.text


def test_a_wrong_address_says_so_and_shows_the_list(site: Site, agent: httpx.Client) -> None:
    for asked, said in (
        ({"view": "nothing"}, "no such list"),
        ({"sort": "nothing"}, "no such order"),
        ({"tier": "one"}, "A tier is a number"),
        ({"after": "2026|x"}, "begin with the first one"),
    ):
        page = agent.get(HERE, params=asked)
        assert (page.status_code, said in page.text) == (422, True), asked


def test_pages_follow_each_other(site: Site, agent: httpx.Client) -> None:
    numbers = [ticket(site, f"many {each}", tags=("many",)) for each in range(53)]
    first = agent.get(HERE, params={"view": "all", "tag": "many"})
    (further,) = re.findall(r'href="([^"]+)" rel="next"', first.text)
    second = agent.get(further.replace("&amp;", "&"))
    assert sorted(listed(first) + listed(second)) == numbers
    assert 'rel="next"' not in second.text


def test_many_are_changed_and_it_is_undone(site: Site, agent: httpx.Client) -> None:
    mine, other = ticket(site, "bulk one"), ticket(site, "bulk two", tier=3)
    page = agent.get(HERE, params={"view": "all", "q": "bulk"})
    form = {"form_token": proof(page.text), "back": "view=all&q=bulk"}
    acted = agent.post(
        f"{HERE}/bulk", data={**form, "what": "priority:high", "chosen": [str(mine), str(other)]}
    )
    assert "Changed the priority of 1 ticket." in acted.text
    assert f"#{other}</a> is in tier 3, and you do not work there." in acted.text
    assert search(agent, q="bulk", priority="high") == [mine]
    (act,) = re.findall(r'name="bulk" value="(\d+)"', acted.text)
    assert "Undone for 1 ticket." in agent.post(f"{HERE}/undo", data={**form, "bulk": act}).text
    assert search(agent, q="bulk", priority="high") == []
    for data, said in (
        ({"what": "priority:high"}, "Choose 1 to 200"),
        ({"what": "nonsense", "chosen": str(mine)}, "Choose what is to be done"),
        ({"what": "tag", "chosen": str(mine)}, "Write the tag"),
        ({"what": "snooze:9", "chosen": str(mine)}, "for how long"),
        ({"what": "assign:nobody-known", "chosen": str(mine)}, "no such colleague"),
    ):
        refused = agent.post(f"{HERE}/bulk", data={**form, **data})
        assert (refused.status_code, said in refused.text) == (422, True), data
    again = agent.post(f"{HERE}/undo", data={**form, "bulk": act})
    assert "cannot be undone" in again.text


def test_a_list_is_kept_under_a_name_and_deleted(site: Site, agent: httpx.Client) -> None:
    page = agent.get(HERE)
    form = {"form_token": proof(page.text)}
    sent = agent.post(
        f"{HERE}/filters", data={**form, "name": "Hot", "back": "view=all&priority=urgent"}
    )
    assert sent.status_code == 303
    page = agent.get(HERE)
    assert 'href="/console/inbox?view=all&amp;priority=urgent">Hot</a>' in page.text
    (number,) = re.findall(r"/inbox/filters/(\d+)/delete", page.text)
    assert agent.post(f"{HERE}/filters/{number}/delete", data=form).status_code == 303
    assert ">Hot</a>" not in agent.get(HERE).text


def test_tickets_are_found_by_meaning(site: Site, agent: httpx.Client) -> None:
    number = ticket(site, "zeppelin over the town")
    meaning = inbox(site).meaning
    assert meaning is not None
    while meaning.work():
        pass
    found = search(agent, q="zeppelin hangar", by="meaning")
    assert found == [number]
    assert search(agent, q="zeppelin hangar") == []


def test_an_agent_goes_away_and_comes_back(site: Site, agent: httpx.Client) -> None:
    form = {"form_token": proof(agent.get(HERE).text)}
    agent.post("/console/presence", data={**form, "away": "yes"})
    assert "You are away" in agent.get(HERE).text
    agent.post("/console/presence", data={**form, "away": "no"})
    assert "You are here" in agent.get(HERE).text


def test_the_stream_tells_that_something_happened(site: Site, agent: httpx.Client) -> None:
    last = inbox(site).console.last_event()
    with agent.stream("GET", f"{HERE}/events", params={"after": last}) as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": here"
        ticket(site, "something new")
        told = next(line for line in lines if line.startswith("data:"))
    assert int(told.removeprefix("data: ")) > last


def test_a_ticket_that_was_opened_is_read_and_shows_similar_solved_ones(
    site: Site, agent: httpx.Client
) -> None:
    before, now = ticket(site, "submarine is wet"), ticket(site, "submarine leaks")
    inbox(site).console.solve(LEAD, before)
    meaning = inbox(site).meaning
    while meaning and meaning.work():
        pass
    assert "Unread" in agent.get(HERE, params={"view": "all", "q": "leaks"}).text
    page = agent.get(f"/console/tickets/{now}").text
    assert "Similar and solved" in page
    assert f"/console/tickets/{before}" in page
    assert "Unread" not in agent.get(HERE, params={"view": "all", "q": "leaks"}).text
