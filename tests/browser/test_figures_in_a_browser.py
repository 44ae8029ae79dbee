"""Flows and figures of the console in a real Chromium, counted anew by themselves."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.closings import Closings
from bot.console import Written
from bot.opening import TicketRules
from bot.people import Role
from bot.wording import load_wording
from tests.console_doors import PRINTER, console_doors
from tests.console_support import PASSWORD, account
from tests.flow_desk_support import FlowTown
from tests.flow_support import flow
from tests.ticket_support import MIA, House
from tests.web_support import Site, running_site

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]
Check = Callable[[Page], None]
SHOTS = os.environ.get("FIRSTLINE_SCREENSHOTS")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("figures")
    with running_site(folder, doors_over=console_doors) as running:
        yield running


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def sign_in(page: Page, site: Site, role: Role) -> None:
    page.goto(f"{site.url}/console")
    page.get_by_label("Login").fill(account(site, role).login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")


def goes(town: FlowTown, thread: str, *said: str) -> None:
    """Somebody goes through the flow on a channel."""
    for text in ("my printer does not print", *said):
        town.says(text, thread)


def test_a_flow_is_drawn_with_who_went_which_way_and_counts_anew(
    site: Site, new_page: NewPage, accessible: Check
) -> None:
    town = FlowTown(site.database, flow(PRINTER, "printer"))
    goes(town, "1", "Windows", "yes")
    goes(town, "2", "Windows", "cancel")
    goes(town, "3", "macOS")
    page = new_page()
    page.clock.install()
    sign_in(page, site, Role.AGENT)
    page.get_by_role("navigation", name="Console").get_by_text("Flows").click()
    expect(page.locator("tbody tr")).to_contain_text("The printer does not print")
    expect(page.locator("tbody .number").nth(0)).to_have_text("3")
    accessible(page)
    shot(page, "flows")
    page.get_by_role("link", name="The printer does not print").click()
    drawing = page.get_by_role("region", name="Drawing of the flow")
    expect(drawing).to_contain_text("Windows 2")
    expect(drawing).to_contain_text("1 left here")
    accessible(page)
    shot(page, "flow")
    goes(town, "4", "Windows", "yes")
    page.clock.fast_forward(11_000)
    expect(drawing).to_contain_text("Windows 3")
    expect(page.locator("#figures dd").first).to_have_text("4")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    accessible(page)
    shot(page, "flow-dark-375")


def test_figures_are_drawn_and_downloaded(site: Site, new_page: NewPage, accessible: Check) -> None:
    house = House(site.database)
    house.clock.now = datetime.now(UTC) - timedelta(days=2)
    closings = Closings(site.database, load_wording("en"), TicketRules(), clock=house.clock)
    for hours, thread in enumerate(("a", "b", "c"), start=1):
        number = house.handed_over(thread)
        house.clock.move(hours=hours)
        house.console.reply(MIA, number, Written("Try this.", then="solved"))
        closings.tell()
    house.console.reopen(MIA, number)
    page = new_page()
    sign_in(page, site, Role.LEAD)
    page.get_by_role("navigation", name="Console").get_by_text("Figures").click()
    tile = page.locator(".tiles div", has_text="First response")
    expect(tile.locator("dd")).to_have_text("2.0 h")
    expect(page.locator(".tiles div", has_text="Reopened").locator("dd")).to_have_text("1")
    expect(page.get_by_role("img", name="Tickets opened a day")).to_be_visible()
    expect(page.get_by_role("region", name="Agents")).to_contain_text("mia")
    accessible(page)
    shot(page, "figures")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download CSV").click()
    text = coming.value.path().read_text("utf-8")
    assert "total first_response_median,all,120.0" in text
    page.get_by_label("From").fill("2030-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert")).to_contain_text("give the earlier day first")
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    accessible(page)
    shot(page, "figures-dark-375")
