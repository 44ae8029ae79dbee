"""Signing in by an OpenID provider, over real sockets, and what a false one cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from bot.open_id import Rules
from bot.people import Role
from tests.console_doors import console_doors
from tests.console_support import account, browser
from tests.servers.openid.openid_server import OpenIdProvider, openid_provider
from tests.web_support import Site, running_site

RULES = Rules(
    domain="example.com",
    roles={"support": Role.AGENT, "leads": Role.LEAD},
    tiers={"support": (1,), "second level": (2,)},
)
KIM = {
    "sub": "kim-1",
    "name": "Kim",
    "email": "Kim@example.com",
    "email_verified": True,
    "groups": ["support", "second level", "everybody"],
}


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with openid_provider() as running:
        running.person = dict(KIM)
        yield running


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, provider: OpenIdProvider) -> Iterator[Site]:
    doors = partial(console_doors, issuer=provider.url, rules=RULES)
    with running_site(tmp_path_factory.mktemp("site"), doors_over=doors) as running:
        yield running


def there(client: httpx.Client, next: str = "") -> str:
    """To the provider: where it sends the browser back to."""
    page = client.get("/console/sign-in", params={"next": next})
    assert "Sign in with Acme" in page.text
    begun = client.get("/console/openid", params={"next": next})
    assert begun.status_code == 303, begun.text
    return httpx.get(begun.headers["location"]).headers["location"]


def through(client: httpx.Client, next: str = "") -> httpx.Response:
    """There and back."""
    return client.get(there(client, next))


def test_somebody_new_gets_an_account_with_what_the_claim_gives(site: Site) -> None:
    with browser(site) as client:
        came = through(client, "/console/account")
        assert (came.status_code, came.headers["location"]) == (303, "/console/account")
        assert "login <strong>kim@example.com</strong>" in client.get("/console/account").text
    made = site.doors.accounts.account("kim@example.com")
    assert made
    assert (made.role, made.tiers, made.by_password) == (Role.AGENT, {1, 2}, False)
    with browser(site) as client:
        through(client)
    assert len(site.doors.accounts.listed()) == 1


def test_another_role_at_the_provider_counts_at_the_next_sign_in(
    site: Site, provider: OpenIdProvider
) -> None:
    with browser(site) as old, browser(site) as new:
        through(old)
        provider.person["groups"] = ["leads", "support"]
        through(new)
        assert new.get("/console/").status_code == 200
        assert old.get("/console/").status_code == 303
    made = site.doors.accounts.account("kim@example.com")
    assert made
    assert made.role is Role.LEAD


def test_an_account_with_that_address_is_theirs(site: Site) -> None:
    account(site, Role.AGENT, "kim", email="kim@example.com")
    with browser(site) as client:
        through(client)
    assert [each.login for each in site.doors.accounts.listed()] == ["kim"]


@pytest.mark.parametrize(
    "person",
    [
        {"groups": ["everybody"]},
        {"groups": []},
        {"email": "kim@example.com.evil.test"},
        {"email_verified": False},
        {"email_verified": "true"},
    ],
)
def test_who_is_not_let_in_gets_no_account(
    site: Site, provider: OpenIdProvider, person: dict[str, Any]
) -> None:
    provider.person |= person
    account(site, Role.ADMIN, "owner", email="kim@example.com")
    with browser(site) as client:
        assert through(client).status_code == 401
        assert client.get("/console/").status_code == 303
    assert len(site.doors.accounts.listed()) == 1


def test_a_disabled_account_stays_out(site: Site) -> None:
    account(site, Role.AGENT, "kim", email="kim@example.com")
    site.doors.accounts.disable("kim", by="test")
    with browser(site) as client:
        assert "ask an admin" in through(client).text
        assert client.get("/console/").status_code == 303


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"exp": 1},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    site: Site, provider: OpenIdProvider, lies: dict[str, Any]
) -> None:
    provider.lies = lies
    with browser(site) as client:
        assert through(client).status_code == 401
    assert site.doors.accounts.listed() == ()


def test_a_token_that_somebody_else_signed_is_refused(site: Site, provider: OpenIdProvider) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "1"})
    with browser(site) as client:
        refused = through(client)
    assert refused.status_code == 401
    assert "did not confirm who you are" in refused.text


def test_a_sign_in_that_another_browser_began_is_refused(site: Site) -> None:
    """Nobody can be signed in as somebody else by a link."""
    with browser(site) as mine, browser(site) as theirs:
        link = there(mine)
        assert theirs.get(link).status_code == 401
        there(theirs)
        assert theirs.get(link).status_code == 401
        assert theirs.get("/console/").status_code == 303
        assert mine.get(link).status_code == 303
        assert mine.get(link).status_code == 401


def test_the_verifier_never_leaves_the_browser_and_a_code_counts_once(
    site: Site, provider: OpenIdProvider
) -> None:
    with browser(site) as client:
        begun = client.get("/console/openid")
        asked = parse_qs(urlsplit(begun.headers["location"]).query)
        assert asked["code_challenge_method"] == ["S256"]
        assert "code_verifier" not in asked
        back = httpx.get(begun.headers["location"]).headers["location"]
        provider.codes.clear()
        assert client.get(back).status_code == 401


def test_a_provider_that_is_down_is_told_and_passwords_go_on(
    site: Site, provider: OpenIdProvider
) -> None:
    provider.down = True
    with browser(site) as client:
        told = client.get("/console/openid")
        assert told.status_code == 401
        assert "Please try again" in told.text
        assert 'name="password"' in told.text
