"""Signing in at the console over HTTP: who gets in, who does not, and what a session survives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.people import Role
from tests.console_support import PASSWORD, account, browser, proof, sign_in, signed_in
from tests.web_support import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as running:
        yield running


def is_in(client: httpx.Client) -> bool:
    return client.get("/console/").status_code == 200


def test_the_right_password_lets_in_and_back_to_the_page(site: Site) -> None:
    account(site, Role.ADMIN)
    with browser(site) as client:
        asked = client.get("/console/?said=changed")
        assert asked.status_code == 303
        page = client.get(asked.headers["location"])
        fields = {"form_token": proof(page.text), "login": " Admin", "password": PASSWORD}
        assert 'name="next" value="/console/?said=changed"' in page.text
        sent = client.post("/console/sign-in", data=fields | {"next": "/console/?said=changed"})
        assert (sent.status_code, sent.headers["location"]) == (303, "/console/?said=changed")
        assert "<h1>Inbox</h1>" in client.get("/console/").text


@pytest.mark.parametrize(("login", "password"), [("agent", "not it"), ("nobody", PASSWORD)])
def test_who_guesses_learns_nothing(site: Site, login: str, password: str) -> None:
    account(site, Role.AGENT)
    with browser(site) as client:
        refused = sign_in(client, login, password)
        assert refused.status_code == 401
        assert "Login or password is wrong. Check both" in refused.text
        assert f'value="{login}"' in refused.text
        assert password not in refused.text
        assert not is_in(client)


def test_who_is_disabled_is_told_whom_to_ask(site: Site) -> None:
    account(site, Role.AGENT, "gone")
    site.doors.accounts.disable("gone", by="test")
    with browser(site) as client:
        assert "Please ask an admin" in sign_in(client, "gone").text
        assert not is_in(client)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/console/",
        "//evil.example/console",
        "/console//evil.example",
        "/console/\\evil.example",
        "/consoles",
        "/console/../help",
        "/",
        "javascript:alert(1)",
        "/console/\r\nset-cookie: a=b",
    ],
)
def test_a_sign_in_leads_nowhere_but_to_own_pages(site: Site, elsewhere: str) -> None:
    account(site, Role.ADMIN)
    with browser(site) as client:
        page = client.get("/console/sign-in", params={"next": elsewhere})
        assert 'name="next" value="/console/"' in page.text
        fields = {"form_token": proof(page.text), "login": "admin", "password": PASSWORD}
        sent = client.post("/console/sign-in", data=fields | {"next": elsewhere})
        assert sent.headers["location"] == "/console/"


def test_a_session_begins_afresh_at_each_sign_in(site: Site) -> None:
    """S6: an id that somebody planted is worth nothing, and the one before it ends."""
    account(site, Role.LEAD)
    with browser(site) as client:
        client.cookies.set("firstline_console", "planted", domain="127.0.0.1", path="/console")
        sign_in(client, "lead")
        first = client.cookies.get("firstline_console", domain="127.0.0.1", path="/console")
        assert first != "planted"
        sign_in(client, "lead")
        assert client.cookies.get("firstline_console", path="/console") != first
        with browser(site) as other:
            other.cookies.set("firstline_console", str(first), domain="127.0.0.1", path="/console")
            assert not is_in(other)


def test_what_changes_somebody_s_authority_ends_their_sessions(site: Site) -> None:
    """S6: a new password, another role, other tiers, disabling."""
    accounts = site.doors.accounts
    changes = [
        lambda: accounts.set_password("kim", "another four words", by="test"),
        lambda: accounts.set_password("kim", PASSWORD, by="test"),
        lambda: accounts.change("kim", by="test", role=Role.LEAD),
        lambda: accounts.change("kim", by="test", tiers=(1, 2)),
        lambda: accounts.disable("kim", by="test"),
    ]
    account(site, Role.AGENT, "kim")
    password = PASSWORD
    for number, change in enumerate(changes):
        with browser(site) as client:
            sign_in(client, "kim", password)
            assert is_in(client)
            change()
            assert not is_in(client)
        password = "another four words" if number == 0 else PASSWORD


def test_a_change_of_the_name_alone_ends_nothing(site: Site) -> None:
    with signed_in(site, Role.WRITER) as client:
        site.doors.accounts.change("writer", by="test", name="Wren")
        assert "Hello, Wren" in client.get("/console/").text


def test_signing_out_ends_the_session_on_the_server(site: Site) -> None:
    with signed_in(site, Role.ADMIN) as client:
        token = client.cookies.get("firstline_console", domain="127.0.0.1", path="/console")
        page = client.get("/console/")
        sent = client.post("/console/sign-out", data={"form_token": proof(page.text)})
        assert "You are signed out" in client.get(sent.headers["location"]).text
        client.cookies.set("firstline_console", str(token), domain="127.0.0.1", path="/console")
        assert not is_in(client)


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        ("", {}),
        ("0" * 40, {}),
        (None, {"origin": "https://evil.example"}),
        (None, {"origin": "null"}),
        (None, {"sec-fetch-site": "cross-site"}),
    ],
)
def test_a_forged_form_is_refused(site: Site, token: str | None, headers: dict[str, str]) -> None:
    """S20, for the session's forms and for the sign-in itself."""
    with signed_in(site, Role.ADMIN) as client:
        right = proof(client.get("/console/").text)
        data = {"form_token": right if token is None else token}
        assert client.post("/console/sign-out", data=data, headers=headers).status_code == 403
        assert is_in(client)
    with browser(site) as client:
        right = proof(client.get("/console/sign-in").text)
        data = {"form_token": right if token is None else token, "login": "admin"}
        data["password"] = PASSWORD
        assert client.post("/console/sign-in", data=data, headers=headers).status_code == 403
        assert not is_in(client)


def test_a_browser_without_a_cookie_cannot_be_signed_in(site: Site) -> None:
    """Nor is it told what would be the proof of a browser without one."""
    with browser(site) as client:
        data = {"login": "admin", "password": PASSWORD}
        refused = client.post("/console/sign-in", data=data)
        assert refused.status_code == 403
        assert (
            "x-form-token&#34;: &#34;&#34;" in refused.text or '"x-form-token": ""' in refused.text
        )


def test_the_cookie_is_hidden_and_secure_where_the_page_is(tmp_path: Path) -> None:
    with running_site(tmp_path, public_url="https://help.example.com") as site:
        account(site, Role.ADMIN)
        with browser(site) as client:
            page = client.get("/console/sign-in")
            visitor = page.headers["set-cookie"].lower()
            fields = {"form_token": proof(page.text), "login": "admin", "password": PASSWORD}
            name, _, value = page.headers["set-cookie"].partition(";")[0].partition("=")
            sent = client.post(
                "/console/sign-in", data=fields, headers={"cookie": f"{name}={value}"}
            )
            cookies = sent.headers.get_list("set-cookie")
            session = next(c for c in cookies if c.startswith("firstline_console=")).lower()
            for cookie in (visitor, session):
                assert all(
                    part in cookie
                    for part in ("httponly", "samesite=lax", "; secure", "path=/console")
                )


def test_guessing_is_slowed_down_and_the_right_password_waits_too(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        account(site, Role.AGENT)
        with browser(site) as client:
            statuses = [sign_in(client, "agent", f"guess {n}").status_code for n in range(6)]
            assert statuses == [401] * 5 + [429]
            refused = sign_in(client, "agent")
            assert refused.status_code == 429
            assert int(refused.headers["retry-after"]) in (1, 2)
            assert "Please wait" in refused.text
            assert not is_in(client)


def test_scripts_are_told_that_nobody_is_signed_in(site: Site) -> None:
    with httpx.Client(base_url=site.url) as client:
        assert client.get("/console/", headers={"accept": "text/event-stream"}).status_code == 401
        asked = client.get("/console/", headers={"accept": "*/*", "hx-request": "true"})
        assert (asked.status_code, asked.headers["hx-redirect"]) == (401, "/console/sign-in")


def test_pages_forbid_all_inline_scripts_and_are_kept_by_nobody(site: Site) -> None:
    with signed_in(site, Role.ADMIN) as client:
        for path in ("/console/", "/console/sign-in", "/console/nowhere"):
            page = client.get(path)
            assert "script-src 'self'" in page.headers["content-security-policy"]
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["x-frame-options"] == "DENY"
            assert "<script>" not in page.text
            assert "style=" not in page.text


def test_a_page_that_is_not_there_says_so_in_the_console_s_look(site: Site) -> None:
    with browser(site) as client:
        page = client.get("/console/nowhere")
        assert page.status_code == 404
        assert "console.css" in page.text
        assert client.get("/console").headers["location"].endswith("/console/")
