"""Tickets over the HTTP API by example: what programs may do, and what they are told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Protocol

import httpx
import pytest

from bot.api_tokens import Scope
from bot.people import Role
from tests.api_conversation import API
from tests.web_support import Site, running_site

BODY = {"text": "The printer is on fire.", "subject": "Fire", "person": {"id": "c-7", "name": "Cy"}}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_token=10**6, rate_per_client=10**6) as running:
        yield running


class Program:
    """A program with a token."""

    def __init__(self, site: Site, *scopes: Scope, acts_for: str = "") -> None:
        _, secret = site.programs.tokens.add("program", scopes, by="test", acts_for=acts_for)
        self.client = httpx.Client(
            base_url=site.url + API, headers={"authorization": f"Bearer {secret}"}, timeout=30
        )

    def post(self, path: str, body: object = None, key: str = "") -> httpx.Response:
        headers = {"idempotency-key": key} if key else {}
        return self.client.post(path, json=body, headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        found = self.client.get(path, params=query)
        assert found.status_code == 200, found.text
        return found.json()

    def opened(self, **more: object) -> int:
        return int(self.post("/tickets", {**BODY, **more}).json()["number"])


class Hire(Protocol):
    """Makes programs, which are let go at the end of the module."""

    def __call__(self, *scopes: Scope, acts_for: str = "") -> Program: ...


@pytest.fixture(scope="module")
def hire(site: Site) -> Iterator[Hire]:
    with ExitStack() as open_clients:

        def hired(*scopes: Scope, acts_for: str = "") -> Program:
            program = Program(site, *scopes, acts_for=acts_for)
            open_clients.enter_context(program.client)
            return program

        yield hired


@pytest.fixture(scope="module")
def program(hire: Hire) -> Program:
    return hire(Scope.TICKETS_WRITE)


def account(site: Site, login: str, role: Role, *tiers: int) -> str:
    if site.doors.accounts.account(login) is None:
        site.doors.accounts.create(login, by="test", role=role, tiers=tiers)
    found = site.doors.accounts.account(login)
    assert found is not None
    return found.id


def test_a_ticket_from_its_opening_to_its_end(site: Site, program: Program) -> None:
    mia = account(site, "mia", Role.AGENT, 1)
    number = program.opened(priority="high", tags=["fire"])
    path = f"/tickets/{number}"
    assert program.post(f"{path}/claim").json()["status"] == "open"
    assert program.post(f"{path}/assign", {"to": mia}).json()["assignee"] == mia
    assert program.post(f"{path}/assign", {"to": "4711"}).status_code == 409
    changed = {"type": "incident", "fields": {"floor": 3}, "tags": ["fire", "smoke"]}
    assert program.client.patch(path, json=changed).status_code == 200
    assert program.post(f"{path}/notes", {"text": "Call the brigade."}).status_code == 200
    said = program.post(f"{path}/replies", {"text": "Leave the building.", "then": "on_hold"})
    assert said.json()["status"] == "on_hold"
    assert program.post(f"{path}/resume").json()["status"] == "open"
    assert program.post(f"{path}/escalate", {"why": "hot"}).status_code == 200
    assert program.post(f"{path}/de-escalate", {"why": "cold"}).status_code == 200
    until = {"until": "2999-01-01T00:00:00+01:00"}
    assert program.post(f"{path}/snooze", until).status_code == 200
    assert program.post(f"{path}/wake").status_code == 200
    assert program.post(f"{path}/follow").status_code == 200
    other = program.opened(subject="Smoke")
    assert program.post(f"{path}/links", {"other": other}).status_code == 200
    assert program.post(f"/tickets/{other}/merge", {"into": number}).json()["number"] == number
    assert program.post(f"{path}/give-back").status_code == 200
    assert program.post(f"{path}/solve", {"why": "out"}).json()["status"] == "solved"
    assert program.post(f"{path}/reopen").json()["status"] == "open"

    whole = program.get(path)
    assert whole["ticket"]["tags"] == ["fire", "smoke"]
    assert whole["fields"] == {"floor": 3}
    assert whole["messages"][0]["text"] == "Leave the building."
    assert {each["ticket"]["id"] for each in whole["links"]} == {other}
    assert [n["text"] for n in program.get(f"{path}/notes")["notes"]] == ["Call the brigade."]
    assert "brigade" not in str(whole)
    events = program.get(f"{path}/events")["events"]
    assert [e["what"] for e in events][:3] == ["opened", "claimed", "assigned"]
    later = program.get(f"{path}/events", after=events[2]["id"])["events"]
    assert later == events[3:]
    assert program.get("/tickets/search", q="building")["tickets"][0]["id"] == number
    all_after = program.get("/ticket-events", after=events[-2]["id"], limit=1)["events"]
    assert all_after == events[-1:]


def test_pages_follow_each_other_and_are_narrowed(program: Program) -> None:
    made = [program.opened(queue="paging", tags=[f"t{n % 2}"]) for n in range(5)]
    seen: list[int] = []
    after = ""
    while True:
        page = program.get("/tickets", queue="paging", limit=2, after=after)
        seen += [ticket["id"] for ticket in page["tickets"]]
        if not (after := page["next"]):
            break
    assert seen == made[::-1]
    odd = program.get("/tickets", queue=["paging", "none"], tag="t1")["tickets"]
    assert {ticket["id"] for ticket in odd} == {made[1], made[3]}
    assert program.client.get("/tickets", params={"after": "nonsense"}).status_code == 422


def test_the_same_key_opens_one_ticket_and_says_one_thing(program: Program) -> None:
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _: program.post("/tickets", BODY, key="k"), range(4)))
    numbers = {each.json()["number"] for each in sent}
    assert len(numbers) == 1
    assert sorted(each.json()["new"] for each in sent) == [False, False, False, True]
    other = program.post("/tickets", {**BODY, "text": "Another."}, key="k")
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")

    path = f"/tickets/{numbers.pop()}/replies"
    first, again = (program.post(path, {"text": "Hello."}, key="r") for _ in range(2))
    assert (first.json()["new"], again.json()["new"]) == (True, False)
    assert program.post(path, {"text": "Bye."}, key="r").status_code == 409


def test_who_was_too_late_is_told_who_was_faster(site: Site, hire: Hire, program: Program) -> None:
    account(site, "mia", Role.AGENT, 1)
    mia = hire(Scope.TICKETS_WRITE, acts_for="mia")
    number = program.opened()
    seen = program.get(f"/tickets/{number}")["ticket"]["version"]
    mia.post(f"/tickets/{number}/claim", {"version": seen})
    late = program.post(f"/tickets/{number}/solve", {"version": seen})
    assert late.status_code == 409
    told = late.json()
    assert (told["changed_by"], told["changed"], told["version"]) == ("mia", "claimed", seen + 1)
    again = program.post(f"/tickets/{number}/solve", {"version": told["version"]})
    assert again.json()["status"] == "solved"


def test_a_token_may_what_its_scopes_and_its_account_may(
    site: Site, hire: Hire, program: Program
) -> None:
    account(site, "tess", Role.AGENT, 2)
    account(site, "rita", Role.REQUESTER)
    number = program.opened()
    tess = hire(Scope.TICKETS_WRITE, acts_for="tess")
    assert tess.get(f"/tickets/{number}")["ticket"]["tier"] == 1
    refused = tess.post(f"/tickets/{number}/solve")
    assert (refused.status_code, refused.json()["title"]) == (403, "Forbidden")
    rita = hire(Scope.TICKETS_WRITE, acts_for="rita")
    assert rita.client.get("/tickets").status_code == 403
    assert rita.client.get(f"/tickets/{number}").status_code == 404
    assert rita.client.get(f"/tickets/{number}/notes").status_code == 404
    assert hire(Scope.ADMIN, acts_for="tess").client.get("/accounts").status_code == 403
    site.doors.accounts.disable("tess", by="test")
    assert tess.client.get("/tickets").status_code == 401


def test_nothing_opens_without_a_good_token_of_the_scope(
    site: Site, hire: Hire, program: Program
) -> None:
    """Every operation for programs: none, a made-up one, one that may only read."""
    number = program.opened()
    reader = hire(Scope.TICKETS_READ)
    asker = hire(Scope.ASK)
    plain = httpx.Client()
    described = program.get("/openapi.json")["paths"]
    before = len(program.get(f"/tickets/{number}/events")["events"])
    tried = 0
    for path, methods in described.items():
        for method, operation in methods.items():
            if operation["tags"][0] not in ("tickets", "admin"):
                continue
            where = path.replace("{number}", str(number))
            for headers in ({}, {"authorization": "Bearer fl_made_up"}):
                bare = plain.request(method, site.url + API + where, headers=headers)
                assert (bare.status_code, method, path) == (401, method, path)
            assert asker.client.request(method, where).status_code == 403
            if method != "get" or operation["tags"] == ["admin"]:
                assert reader.client.request(method, where).status_code == 403
            tried += 1
    plain.close()
    assert tried > 25
    assert len(program.get(f"/tickets/{number}/events")["events"]) == before


def test_what_names_something_else_is_looked_at_too(program: Program) -> None:
    """S4: another ticket, requester, account, message that is not there or not one's own."""
    number, other = program.opened(), program.opened()
    said = program.post(f"/tickets/{other}/replies", {"text": "Hello."})
    message = program.get(f"/tickets/{other}")["messages"][0]["id"]
    assert said.status_code == 200
    path = f"/tickets/{number}"
    assert program.post(f"{path}/merge", {"into": 99_999}).status_code == 404
    assert program.post(f"{path}/links", {"other": 99_999}).status_code == 404
    assert program.post(f"{path}/split", {"messages": [message]}).status_code == 409
    assert program.post("/tickets", {"text": "x", "requester": 99_999}).status_code == 409
    assert program.post("/tickets", {"text": "x"}).status_code == 422


def test_admins_see_accounts_and_make_tokens_and_webhooks(site: Site, hire: Hire) -> None:
    account(site, "mia", Role.AGENT, 1)
    admin = hire(Scope.ADMIN)
    listed = admin.get("/accounts")["accounts"]
    assert "mia" in {each["login"] for each in listed}
    assert not {"password", "by_password"} & set(listed[0])
    made = admin.post("/tokens", {"name": "n", "scopes": ["tickets:read"], "acts_for": "mia"})
    secret, number = made.json()["secret"], made.json()["token"]["id"]
    assert secret not in str(admin.get("/tokens"))
    with httpx.Client(headers={"authorization": f"Bearer {secret}"}) as new:
        assert new.get(f"{site.url}{API}/tickets").status_code == 200
        assert admin.client.delete(f"/tokens/{number}").status_code == 200
        assert new.get(f"{site.url}{API}/tickets").status_code == 401
    made = admin.post("/webhooks", {"url": "https://example.com/x", "events": ["solved"]})
    assert made.json()["secret"].startswith("whsec_")
    hook = made.json()["webhook"]
    assert admin.get("/webhooks")["webhooks"] == [hook]
    assert admin.get(f"/webhooks/{hook['id']}/deliveries") == {"deliveries": []}
    assert admin.client.delete(f"/webhooks/{hook['id']}").json() == hook
    assert admin.post("/webhooks", {"url": "file:///etc/passwd"}).status_code == 422
    unknown = {"name": "n", "scopes": ["ask"], "acts_for": "nobody"}
    assert admin.post("/tokens", unknown).status_code == 422
