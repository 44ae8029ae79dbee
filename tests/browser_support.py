"""Signing in with a real browser, and screenshots to be looked at."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

from tests.console_support import PASSWORD
from tests.web_support import Site

SHOTS = os.environ.get("FIRSTLINE_SCREENSHOTS")
"""A folder for screenshots to be looked at; without it none are made."""


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def sign_in(page: Page, site: Site, login: str, password: str = PASSWORD) -> None:
    page.goto(f"{site.url}/console")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(password)
    page.get_by_label("Password").press("Enter")
