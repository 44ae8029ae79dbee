"""No finding of axe-core on any page; in light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from knowledge.content import Problem
from tests.web_support import Site

pytestmark = pytest.mark.browser
Check = Callable[[Page], None]
NewPage = Callable[..., Page]

SAID = ("hm", "a long answer", "install", "word " * 400, "human")
PATHS = ("/help", "/help?q=install", "/help?q=zebra", "/help/install", "/help/gone", "/nope")

SETTLE = """document.getAnimations().forEach(animation =>
    animation.effect.getComputedTiming().endTime === Infinity
        ? animation.cancel() : animation.finish())"""
"""What moves is brought to its end, so that colours are judged as they stay."""


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 375)])
def test_the_chat(
    site: Site, new_page: NewPage, accessible: Check, scheme: str, width: int
) -> None:
    page = new_page(color_scheme=scheme, viewport={"width": width, "height": 700})
    page.goto(site.url)
    page.wait_for_selector("body[data-ready]")
    accessible(page)
    for count, text in enumerate(SAID, 1):
        page.get_by_label("Your message").fill(text)
        page.get_by_label("Your message").press("Enter")
        expect(page.locator(".message.ours")).to_have_count(count)
    page.evaluate(SETTLE)
    accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_help_centre(site: Site, new_page: NewPage, accessible: Check, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    for path in PATHS if scheme == "light" else PATHS[1::2]:
        page.goto(site.url + path)
        accessible(page)


def test_the_pages_for_operators_and_developers(
    site: Site, new_page: NewPage, accessible: Check
) -> None:
    site.knowledge.problems = (Problem("a.md", 3, "unknown key 'x'", "Remove it."),)
    page = new_page()
    for path in ("/health", "/api/v1/docs"):
        page.goto(site.url + path)
        accessible(page)
