"""The widget on a page of another origin, which allows itself nothing inline."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.web_support import running_site

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]


@contextmanager
def shop(port: int = 0) -> Iterator[tuple[str, Callable[[str], None]]]:
    """Another site: its address, and where to tell it which script to use."""
    script: list[str] = []

    class Shop(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = (
                "<!doctype html><html lang=en><title>Shop</title><h1>Shop</h1>"
                f'<script src="{script[0]}/widget.js" data-title="Shop help" '
                'data-label="Questions?" defer></script>'
            )
            policy = f"default-src 'none'; script-src {script[0]}; frame-src {script[0]}"
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-security-policy", policy)
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Shop)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        # Another host name, so that cookies of our site are a third party's there.
        yield f"http://localhost:{server.server_port}", script.append
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[str]:
    with (
        shop() as (address, use),
        running_site(tmp_path, embed_origins=(address,)) as site,
    ):
        use(site.url)
        yield address


def panel(page: Page) -> FrameLocator:
    """The widget's frame once its script is there."""
    frame = page.frame_locator("iframe")
    frame.locator("body[data-ready]").wait_for()
    return frame


def test_a_question_is_answered_inside_another_site(embedded: str, new_page: NewPage) -> None:
    page = new_page()
    page.goto(embedded)
    page.get_by_role("button", name="Questions?").click()
    expect(panel(page).get_by_text("How can we help?")).to_be_visible()
    panel(page).get_by_label("Your message").fill("install")
    panel(page).get_by_label("Your message").press("Enter")
    expect(panel(page).locator(".message.ours")).to_contain_text("Python 3.11")
    source = panel(page).get_by_role("link", name="Source 1")
    expect(source).to_have_attribute("target", "_blank")
    panel(page).get_by_role("button", name="This helped").click()
    expect(panel(page).get_by_text("Glad it helped.")).to_be_visible()
    kept = {cookie["name"]: cookie["path"] for cookie in page.context.cookies()}
    assert kept == {"firstline_widget": "/widget"}  # nothing that a page of ours would take


def test_its_conversation_outlives_a_reload_and_a_new_one_can_be_begun(
    embedded: str, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(embedded)
    page.get_by_role("button", name="Questions?").click()
    panel(page).get_by_label("Your message").fill("install")
    panel(page).get_by_label("Your message").press("Enter")
    expect(panel(page).locator(".message")).to_have_count(2)
    page.reload()
    page.get_by_role("button", name="Questions?").click()
    expect(panel(page).locator(".message")).to_have_count(2)
    expect(panel(page).get_by_text("How can we help?")).to_have_count(0)
    panel(page).get_by_role("button", name="New conversation").click()
    expect(panel(page).get_by_text("How can we help?")).to_be_visible()
    expect(panel(page).locator(".message")).to_have_count(0)


def test_escape_closes_it_and_the_focus_returns(embedded: str, new_page: NewPage) -> None:
    page = new_page()
    page.goto(embedded)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Close")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(panel(page).get_by_label("Your message")).to_be_focused()
    page.keyboard.press("Escape")
    opener = page.get_by_role("button", name="Questions?")
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(opener).to_be_focused()
    expect(page.locator("iframe")).to_be_hidden()


def test_a_site_that_is_not_allowed_gets_no_panel(tmp_path: Path, new_page: NewPage) -> None:
    with shop() as (address, use), running_site(tmp_path) as site:
        use(site.url)
        page = new_page(may_report=True)
        page.goto(address)
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.get_by_role("button", name="Questions?").click()
        expect(page.frame_locator("iframe").get_by_text("How can we help?")).to_have_count(0)


def test_on_a_phone_it_fills_the_screen(embedded: str, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 375, "height": 700})
    page.goto(embedded)
    page.get_by_role("button", name="Questions?").click()
    expect(panel(page).get_by_label("Your message")).to_be_visible()
    box = page.locator("iframe").bounding_box()
    assert box is not None
    assert box["width"] == 375
