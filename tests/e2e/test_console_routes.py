"""Every route of the console with every role and with none: exactly what the routes declare (S3, S22).

Nothing here names a page: a route that is added is walked over too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from adapters.console.access import COOKIE, PATH, Requires, open_to_all
from adapters.console.app import create_console
from adapters.http.options import HttpOptions
from bot.people import Act, Role, may_somewhere
from tests.console_doors import console_doors
from tests.console_support import HTML, account, browser, proof
from tests.servers.openid.openid_server import openid_provider
from tests.web_support import SECRET, Site, running_site

OPEN = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("GET", "/openid"),
    ("GET", "/openid/back"),
}
"""The only pages that nobody needs to be signed in for."""

FILLED = {"login": "target", "state": "disabled", "id": "printer"}
"""What stands in a path for a parameter; a number is 1."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    options = {"rate_per_session": 10**6, "rate_per_client": 10**6}
    folder = tmp_path_factory.mktemp("site")
    with openid_provider() as provider:
        doors = partial(console_doors, issuer=provider.url)
        with running_site(folder, doors_over=doors, **options) as running:
            yield running


def routes(site: Site) -> list[BaseRoute]:
    return list(create_console(site.doors, HttpOptions(SECRET)).router.routes)


def declared(route: APIRoute) -> list[Act | None]:
    """What a route declares: the act, or None for one that is open to all."""
    calls = [each.call for each in route.dependant.dependencies]
    acts: list[Act | None] = [call.act for call in calls if isinstance(call, Requires)]
    return acts + [None for call in calls if call is open_to_all]


def table(site: Site) -> list[tuple[str, str, Act | None]]:
    """Method, path and act of every route."""
    return [
        (method, route.path, act)
        for route in routes(site)
        if isinstance(route, APIRoute)
        for method in sorted(route.methods)
        for act in declared(route)
    ]


def test_every_route_declares_once_who_may_open_it(site: Site) -> None:
    found = routes(site)
    others = [route for route in found if not isinstance(route, APIRoute)]
    assert [route.path for route in others if isinstance(route, Mount)] == ["/static"]
    assert len(others) == 1
    pages = [route for route in found if isinstance(route, APIRoute)]
    assert len(pages) > 10
    assert {page.path: declared(page) for page in pages if len(declared(page)) != 1} == {}
    assert {(method, path) for method, path, act in table(site) if act is None} == OPEN


def test_every_route_lets_in_exactly_who_may(site: Site) -> None:
    wrong = []
    for method, path, act in table(site):
        for role in (None, *Role):
            account(site, Role.AGENT, "target")
            status, where = opened(site, method, filled(path), role)
            if expected(site, act, role) != outcome(status, where):
                wrong.append((method, path, role, status, where))
    assert wrong == []


def expected(site: Site, act: Act | None, role: Role | None) -> str:
    if act is None:
        return "in"
    if role is None:
        return "to sign in"
    return "in" if may_somewhere(account(site, role).person, act) else "refused"


def outcome(status: int, where: str) -> str:
    if status == 303 and where.startswith(f"{PATH}/sign-in?next="):
        return "to sign in"
    if status >= 500:
        return "broken"
    return "refused" if status == 403 else "in"


def opened(site: Site, method: str, path: str, role: Role | None) -> tuple[int, str]:
    """Status and place of a page that somebody opens, with a form that is their own."""
    with browser(site) as client:
        if role:
            session(site, client, role)
        token = proof(client.get(own_form(role, path)).text) if method != "GET" else ""
        data = {"form_token": token} if token else None
        # Without the body: a stream of news has no end.
        with client.stream(method, PATH + path, data=data) as answer:
            return answer.status_code, answer.headers.get("location", "")


def own_form(role: Role | None, path: str) -> str:
    """A page with a form of theirs."""
    signed_out = role is None or path == "/sign-in"
    return f"{PATH}/sign-in" if signed_out else f"{PATH}/account"


def session(site: Site, client: httpx.Client, role: Role) -> None:
    token = site.doors.sign_in.admit(account(site, role).id)
    client.cookies.set(COOKIE, token, domain="127.0.0.1", path=PATH)


def filled(path: str) -> str:
    for name, value in FILLED.items():
        path = path.replace(f"{{{name}}}", value)
    return path.replace("{number}", "1")


def test_a_form_without_its_proof_is_refused_on_every_route(site: Site) -> None:
    """S20, also for who may do it, and from another site even with the proof."""
    accepted = []
    for method, path, _act in table(site):
        if method == "GET":
            continue
        with browser(site) as client:
            session(site, client, Role.ADMIN)
            right = proof(client.get(own_form(Role.ADMIN, path)).text)
            for headers, token in (
                ({}, ""),
                ({}, "0" * 40),
                ({"origin": "https://evil.example"}, right),
                ({"x-form-token": "0" * 40}, right),
            ):
                answer = client.post(
                    PATH + filled(path), data={"form_token": token}, headers=HTML | headers
                )
                if answer.status_code != 403:
                    accepted.append((path, headers, token, answer.status_code))
    assert accepted == []


def test_nobody_ends_another_s_session(site: Site) -> None:
    victim = account(site, Role.LEAD)
    token = site.doors.sign_in.admit(victim.id)
    (*_, theirs) = [each.id for each in site.doors.sign_in.sessions(victim.person)]
    with browser(site) as client:
        session(site, client, Role.AGENT)
        data = {"form_token": proof(client.get(f"{PATH}/account").text)}
        for number in [each.id for each in site.doors.sign_in.sessions(victim.person)]:
            sent = client.post(f"{PATH}/account/sessions/{number}/end", data=data)
            assert sent.status_code == 303
    assert theirs
    assert site.doors.sign_in.signed_in(token)
