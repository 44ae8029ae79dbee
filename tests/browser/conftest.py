"""A real headless Chromium, and the tools that pages are judged with."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.web_support import Site, running_site

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = "axe-core@4.14.1"
TOOLS = Path(__file__).parents[2] / "var" / "test-tools"


def missing(what: str) -> None:
    """In CI nothing is skipped; at home it is, with what to install."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module")  # while it runs, so does its event loop, and no other can begin
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        missing(f"{CHROMIUM} is missing: apt-get install chromium, or name yours in CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=10**6, rate_per_client=10**6) as running:
        yield running


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Pages of a new visitor each; a page must not report an error of its own."""
    contexts = []
    errors: list[str] = []

    def make(*, may_report: bool = False, **settings: Any) -> Page:
        settings.setdefault("viewport", {"width": 1280, "height": 800})
        context = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", **settings)
        context.set_default_timeout(8_000)
        contexts.append(context)
        page = context.new_page()
        if may_report:
            return page
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if _is_ours(m.type, m.text) else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


def _is_ours(kind: str, text: str) -> bool:
    """Chromium reports each refused or failed request as an error too; tests that want one see it."""
    return kind == "error" and not text.startswith("Failed to load resource")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, installed once into a folder of this checkout that is not kept."""
    script = TOOLS / "node_modules" / "axe-core" / "axe.min.js"
    if not script.exists():
        npm = shutil.which("npm")
        if npm is None:
            missing("npm is missing: apt-get install npm (it brings axe-core for this test)")
        TOOLS.mkdir(parents=True, exist_ok=True)
        command = [npm or "", "install", "--prefix", str(TOOLS), "--no-audit", "--no-fund", AXE]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            missing(f"npm could not install {AXE}: {done.stderr[-300:]}")
    return script.read_text()


@pytest.fixture
def accessible(axe: str) -> Callable[[Page], None]:
    """Asserts that axe-core finds nothing against WCAG 2.2 A and AA on the page."""

    def check(page: Page) -> None:
        # Through the debugger's protocol: the page's own policy forbids foreign scripts.
        page.evaluate(axe)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = page.evaluate("tags => axe.run({runOnly: tags})", tags)["violations"]
        told = [(v["id"], v["impact"], [n["html"][:160] for n in v["nodes"]]) for v in found]
        assert told == []

    return check
