"""The console in a real Chromium: signing in, one's own account, the admins' pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from bot.people import Role
from tests.browser_support import shot, sign_in
from tests.console_support import PASSWORD, account
from tests.web_support import Site

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]
Check = Callable[[Page], None]


def test_an_admin_signs_in_adds_an_agent_and_signs_out(site: Site, new_page: NewPage) -> None:
    account(site, Role.ADMIN)
    page = new_page()
    sign_in(page, site, "admin", "not it, but long enough")
    expect(page.get_by_role("alert")).to_contain_text("Login or password is wrong")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    page.get_by_role("navigation", name="Console").get_by_text("Accounts").click()
    page.get_by_role("link", name="Add an account").click()
    page.get_by_label("Login").fill("nina")
    page.get_by_label("Tiers").fill("1 and 2")
    page.get_by_role("button", name="Add the account").click()
    expect(page.get_by_role("alert")).to_contain_text("such as 1, 2")
    page.get_by_label("Tiers").fill("1, 2")
    page.get_by_label("First password").fill(PASSWORD)
    page.get_by_role("button", name="Add the account").click()
    expect(page.get_by_role("status")).to_contain_text("The account is made")
    page.get_by_role("link", name="Audit log").click()
    expect(page.locator("tbody tr").first).to_contain_text("account created")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out")


def test_accounts_are_found_while_typing(site: Site, new_page: NewPage) -> None:
    """By htmx, under a policy that forbids inline scripts and styles."""
    account(site, Role.ADMIN)
    account(site, Role.WRITER)
    page = new_page()
    sign_in(page, site, "admin")
    page.goto(f"{site.url}/console/accounts")
    page.get_by_label("Find by login").press_sequentially("wri")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("writer")
    page.get_by_label("Find by login").press_sequentially("zzz")
    expect(page.locator("tbody")).to_contain_text("Nobody has these words")


def test_a_page_asked_for_comes_after_signing_in(site: Site, new_page: NewPage) -> None:
    account(site, Role.ADMIN)
    page = new_page()
    page.goto(f"{site.url}/console/audit?before=1000")
    page.get_by_label("Login").fill("admin")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console/audit?before=1000")


def test_a_new_password_signs_out_everywhere_else(site: Site, new_page: NewPage) -> None:
    account(site, Role.AGENT, "pat")
    here, there = new_page(), new_page()
    for page in (here, there):
        sign_in(page, site, "pat")
        expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    here.get_by_role("link", name="Pat", exact=True).click()
    expect(here.locator("tbody tr")).to_have_count(2)
    here.get_by_label("The present password").fill(PASSWORD)
    here.get_by_label("The new password", exact=True).fill("quite another set of words")
    here.get_by_label("The new password again").fill("quite another set of words")
    here.get_by_role("button", name="Change the password").click()
    expect(here.get_by_role("status")).to_contain_text("The new password is set")
    expect(here.locator("tbody tr")).to_have_count(1)
    there.reload()
    expect(there.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 375), ("dark", 375)]
)
def test_all_pages_can_be_used_by_everybody(
    site: Site, new_page: NewPage, accessible: Check, scheme: str, width: int
) -> None:
    """axe-core finds nothing, and nothing is cut off at the side."""
    account(site, Role.ADMIN)
    account(site, Role.AGENT, name="Agatha Winterbottom-Fairweather", email="agatha@example.com")
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    page.goto(f"{site.url}/console")
    shot(page, f"sign-in-{scheme}-{width}")
    accessible(page)
    sign_in(page, site, "admin")
    page.wait_for_url("**/console/")
    paths = ("", "accounts", "accounts/agent", "new-account", "account", "audit", "nowhere")
    for path in paths:
        page.goto(f"{site.url}/console/{path}")
        shot(page, f"{path.replace('/', '-') or 'home'}-{scheme}-{width}")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_signing_in_needs_no_javascript(site: Site, new_page: NewPage) -> None:
    account(site, Role.ADMIN)
    page = new_page(java_script_enabled=False)
    sign_in(page, site, "admin")
    page.get_by_role("link", name="Accounts").first.click()
    page.get_by_label("Find by login").fill("admin")
    page.get_by_role("button", name="Find").click()
    expect(page.locator("tbody tr")).to_have_count(1)
