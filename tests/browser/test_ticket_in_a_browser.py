"""The page of a ticket in a real Chromium: replying, two agents at once, keys, narrow and dark."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from bot.accounts import AccountLine
from bot.channel import Address
from bot.console import Asked, Console, Written
from bot.people import Role
from tests.browser_support import shot, sign_in
from tests.console_support import account
from tests.web_support import Site

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]
Check = Callable[[Page], None]
THREADS = count(1)


def console(site: Site) -> Console:
    assert site.doors.ticket_page
    return site.doors.ticket_page.console


def new_ticket(site: Site, subject: str = "The printer jams") -> int:
    lead = account(site, Role.LEAD).person
    where = Address("web", f"browser-{next(THREADS)}")
    text = "It says E13 since this morning, and I have to print forty exams."
    asked = Asked(subject, text, address=where, sender="ann", sender_name="Ann", tags=("printer",))
    return console(site).open(lead, asked).number


def opened(site: Site, page: Page, who: AccountLine, number: int) -> Page:
    sign_in(page, site, who.login)
    page.wait_for_url("**/console/")
    page.goto(f"{site.url}/console/tickets/{number}")
    return page


def test_two_agents_work_on_one_ticket(site: Site, new_page: NewPage) -> None:
    """Each sees at once that the other looks, writes and acts; the slower one keeps the words."""
    number = new_ticket(site)
    mia, bob = account(site, Role.AGENT, "mia"), account(site, Role.AGENT, "bob")
    hers, his = opened(site, new_page(), mia, number), opened(site, new_page(), bob, number)
    expect(hers.locator("#people")).to_have_text("Bob is looking at this ticket too.")
    his.locator("#reply-text").fill("Have you tried to print")
    expect(hers.locator("#people")).to_have_text("Bob is writing a reply.")
    expect(his.locator("form[data-draft=reply] .draft-state")).to_have_text("The draft is kept.")
    hers.get_by_role("button", name="Claim").click()
    expect(hers.get_by_role("status").first).to_contain_text("The ticket is yours")
    expect(his.locator("#news")).to_contain_text("Just now: Mia claimed it")
    expect(his.locator("#ticket-head")).to_contain_text("Mia has it")
    his.get_by_role("button", name="Send to the requester").click()
    expect(his.get_by_role("alert")).to_contain_text("Mia claimed it meanwhile")
    expect(his.locator("#reply-text")).to_have_value("Have you tried to print")
    shot(his, "ticket-conflict")
    his.reload()
    expect(his.locator("#reply-text")).to_have_value("Have you tried to print")
    his.locator("#reply-text").press("Control+Enter")
    expect(hers.locator("#stream")).to_contain_text("Have you tried to print")
    expect(his.locator("#reply-text")).to_have_value("")
    expect(his.locator("#stream .delivery").last).to_have_text("delivered")


def test_a_ticket_by_keyboard_alone(site: Site, new_page: NewPage) -> None:
    number = new_ticket(site)
    page = opened(site, new_page(), account(site, Role.AGENT, "mia"), number)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    shot(page, "ticket-keys")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.locator("#ticket-head")).to_contain_text("Mia has it")
    page.keyboard.press("n")
    page.keyboard.type("The fuser is worn out")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stream .note")).to_contain_text("the requester does not see this")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.type("Somebody comes at two.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stream .agent")).to_contain_text("Somebody comes at two.")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.keyboard.type("install")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#log")).to_contain_text("solved it, with the article install")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/console/inbox")


def test_a_macro_is_put_in_and_tickets_are_merged(
    site: Site, new_page: NewPage, accessible: Check
) -> None:
    first, second = new_ticket(site), new_ticket(site, "Printer again")
    lead = account(site, Role.LEAD)
    assert site.doors.ticket_page
    site.doors.ticket_page.macros.keep(lead.person, "On it", "Hello {{ requester }}!", "open")
    page = opened(site, new_page(), lead, first)
    page.goto(f"{site.url}/console/macros/1")
    accessible(page)
    shot(page, "macro")
    page.goto(f"{site.url}/console/tickets/{first}")
    page.get_by_label("Macro").select_option(label="On it")
    expect(page.locator("#macro-preview")).to_have_text("Hello Ann!")
    page.get_by_role("button", name="Put it in").click()
    expect(page.locator("#reply-text")).to_have_value("Hello Ann!")
    expect(page.locator("#reply-then")).to_have_value("open")
    page.get_by_text("Merge into another ticket").click()
    page.get_by_label("Number of the ticket that goes on").fill(str(second))
    page.get_by_role("button", name="Look at both").click()
    shot(page, "ticket-merge")
    accessible(page)
    page.get_by_role("button", name="Merge them").click()
    page.wait_for_url(f"**/console/tickets/{second}?said=merge")
    expect(page.get_by_role("status").first).to_contain_text("Merged")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_the_page_can_be_used_by_everybody(
    site: Site, new_page: NewPage, accessible: Check, scheme: str, width: int
) -> None:
    number = new_ticket(site, "A subject that is rather long, as those from e-mails often are")
    mia = account(site, Role.AGENT, "mia")
    desk = console(site)
    desk.note(mia.person, number, "She is a teacher: hurry. https://example.org/" + "long" * 30)
    desk.note(mia.person, number, "Open the **rear door** and pull.", kind="suggestion")
    desk.reply(mia.person, number, Written("We look at it."))
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 800})
    opened(site, page, mia, number)
    others = (f"tickets/{number}/split", "new-ticket") if width == 375 else ()
    for path in (f"tickets/{number}", *others):
        page.goto(f"{site.url}/console/{path}")
        for each in page.locator("#side details").all():
            each.evaluate("each => each.open = true")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        for each in page.locator("#side details").all():
            each.evaluate("each => each.open = false")
        shot(page, f"{path.replace('/', '-')}-{scheme}-{width}")
