"""People who sign in at the console: accounts of every role, and a client that fills in its forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bot.accounts import AccountLine
from bot.people import Role
from tests.web_support import Site

PASSWORD = "four words not together"
HTML = {"accept": "text/html"}


def account(site: Site, role: Role, login: str = "", **more: object) -> AccountLine:
    """The account of that role (its login is the role's name), made if it is not there."""
    login = login or role.value
    tiers = (1,) if role is Role.AGENT else ()
    settings = {"name": login.title(), "tiers": tiers, "password": PASSWORD} | more
    found = site.doors.accounts.account(login)
    return found or site.doors.accounts.create(login, by="test", role=role, **settings)  # type: ignore[arg-type]


def browser(site: Site) -> httpx.Client:
    """A browser in which nobody is signed in."""
    return httpx.Client(base_url=site.url, headers=HTML, timeout=15)


def sign_in(
    client: httpx.Client, login: str, password: str = PASSWORD, next: str = ""
) -> httpx.Response:
    """Fill in the sign-in form and send it."""
    page = client.get("/console/sign-in", params={"next": next})
    fields = {"form_token": proof(page.text), "login": login, "password": password}
    return client.post("/console/sign-in", data=fields | {"next": field(page.text, "next")})


@contextmanager
def signed_in(site: Site, role: Role, login: str = "", **more: object) -> Iterator[httpx.Client]:
    """A browser in which somebody of that role is signed in."""
    who = account(site, role, login, **more)
    with browser(site) as client:
        assert sign_in(client, who.login).status_code == 303
        yield client


def proof(html: str) -> str:
    """The form token that a page carries."""
    return field(html, "form_token")


def field(html: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, html
    return found[1].replace("&amp;", "&")
