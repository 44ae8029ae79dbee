"""The chat as people use it, in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web_support import Site, running_site

pytestmark = pytest.mark.browser
NewPage = Callable[..., Page]
QUESTION = "How do I install it?"
ANSWER = "Firstline runs on Python 3.11"


def chat(page: Page, url: str) -> Page:
    page.goto(url)
    page.wait_for_selector("body[data-ready]")
    return page


def ask(page: Page, text: str = QUESTION) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_label("Your message").press("Enter")


def answer(page: Page) -> None:
    expect(page.locator(".message.ours").last).to_contain_text(ANSWER)


def test_a_question_is_answered_live(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    ask(page)
    answer(page)
    expect(page.locator(".message")).to_have_count(2)
    expect(page.locator("[data-typing]")).to_be_hidden()
    expect(page.locator(".delivery")).to_have_count(0)


def test_the_question_appears_at_once_and_typing_is_shown(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    site.talk.hold.clear()
    ask(page)
    expect(page.locator(".message.theirs")).to_have_text(re.compile("How do I install it"))
    expect(page.get_by_text("Looking for an answer…")).to_be_visible()
    site.talk.hold.set()
    answer(page)
    expect(page.get_by_text("Looking for an answer…")).to_be_hidden()


def test_a_source_leads_to_its_section(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    ask(page)
    answer(page)
    page.get_by_role("link", name="Source 1 Install Firstline").click()
    page.wait_for_url("**/help/install#s-on-linux-and-macos")
    expect(page.get_by_role("heading", name="On Linux and macOS")).to_be_in_viewport()


def test_a_citation_in_the_text_leads_there_too(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    ask(page)
    answer(page)
    page.locator(".said .cite").first.click()
    page.wait_for_url("**/help/install#s-on-linux-and-macos")


def test_a_thumb_down_is_kept(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    ask(page)
    answer(page)
    page.get_by_role("button", name="This did not help").click()
    expect(page.get_by_text("we will improve it")).to_be_visible()
    chat(page, site.url)
    pressed = page.get_by_role("button", name="This did not help")
    expect(pressed).to_have_attribute("aria-pressed", "true")


def test_a_human_is_one_press_away(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    page.locator("[data-ask-human]").get_by_role("button").click()
    expect(page.locator(".message.ours")).to_contain_text(re.compile(r"Your ticket is #\d+"))


def test_a_choice_is_pressed_once_and_then_only_shown(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    ask(page, "hm")
    page.get_by_role("button", name="Install Firstline").click()
    answer(page)
    expect(page.get_by_role("button", name="Install Firstline")).to_be_disabled()
    expect(page.locator(".message.theirs").last).to_contain_text("Install Firstline")
    expect(page.get_by_role("button", name="That solved it")).to_be_enabled()


def test_an_example_question_starts_the_conversation(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    page.get_by_role("button", name="How do I install Firstline?").click()
    answer(page)
    expect(page.get_by_text("How can we help?")).to_have_count(0)


def test_history_outlives_a_reload(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    ask(page)
    answer(page)
    chat(page, site.url)
    expect(page.locator(".message")).to_have_count(2)
    expect(page.get_by_text("Today")).to_be_visible()
    ask(page, "and again: install")
    expect(page.locator(".message")).to_have_count(4)


def test_history_outlives_the_server(tmp_path: Path, new_page: NewPage) -> None:
    page = new_page()
    with running_site(tmp_path) as site:
        port = int(site.url.rsplit(":", 1)[1])
        chat(page, site.url)
        ask(page)
        answer(page)
    expect(page.get_by_text("You are offline")).to_be_visible()
    ask(page, "written while away: install")
    with running_site(tmp_path, port=port):
        # The page is not touched: it reconnects, sends what waits, and shows the answer.
        expect(page.locator(".message")).to_have_count(4, timeout=20_000)
        expect(page.get_by_text("You are offline")).to_be_hidden()
        expect(page.get_by_text("written while away")).to_have_count(1)


def test_what_could_not_be_sent_is_sent_once_after_a_reload(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    page.route("**/messages", lambda route: route.abort())
    ask(page, "kept for later: install")
    expect(page.get_by_text("Not sent yet")).to_be_visible()
    page.unroute("**/messages")
    chat(page, site.url)
    answer(page)
    expect(page.get_by_text("kept for later")).to_have_count(1)


def test_a_lost_reply_does_not_send_twice(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    lost = []

    def lose(route) -> None:  # type: ignore[no-untyped-def]
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)  # the server has it, the page does not know
            route.abort()

    page.route("**/messages", lose)
    ask(page, "only once: install")
    answer(page)
    expect(page.locator(".message.theirs .delivery:not(:empty)")).to_have_count(0, timeout=10_000)
    expect(page.locator(".message.theirs")).to_have_count(1)
    chat(page, site.url)
    expect(page.locator(".message.theirs")).to_have_count(1)


def test_two_windows_of_one_visitor_show_the_same(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    other = chat(page.context.new_page(), site.url)
    ask(page)
    answer(page)
    answer(other)
    expect(other.locator(".message")).to_have_count(2)


def test_a_new_conversation_is_empty_and_the_old_one_can_be_read(
    site: Site, new_page: NewPage
) -> None:
    page = chat(new_page(), site.url)
    ask(page)
    answer(page)
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_text("How can we help?")).to_be_visible()
    page.get_by_role("navigation", name="Your conversations").get_by_text("1").click()
    answer(page)


def test_everything_by_keyboard(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.type("install")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("on my machine")
    page.keyboard.press("Enter")
    answer(page)
    expect(page.locator(".message.theirs .said")).to_have_text("install\non my machine")
    expect(page.get_by_label("Your message")).to_be_focused()
    walked = [tab(page) for _ in range(20)]
    walked = walked[walked.index("Skip to writing a message") :]
    order = ["Help centre", "New conversation", "That solved it", "This helped", "Send"]
    assert [walked.index(words) for words in order] == sorted(map(walked.index, order))


def tab(page: Page) -> str:
    """Press Tab; the words of what has the focus now, which can be seen."""
    page.keyboard.press("Tab")
    words, outlined = page.evaluate(
        "(({activeElement: e}) => [e.textContent.trim().slice(0, 30), e === document.body"
        " || e.matches('textarea') || getComputedStyle(e).outlineStyle !== 'none'])(document)"
    )
    assert outlined, words
    return str(words)


def test_the_skip_link_leads_to_the_message_box(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    page.locator("body").evaluate("body => body.ownerDocument.activeElement.blur()")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your message")).to_be_focused()


def test_news_is_announced_to_a_screen_reader(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    expect(page.get_by_role("log")).to_have_attribute("aria-label", "Messages")
    ask(page)
    answer(page)
    expect(page.get_by_role("log").get_by_role("article", name="Firstline")).to_be_visible()


def test_code_can_be_copied(site: Site, new_page: NewPage) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    chat(page, site.url)
    ask(page)
    answer(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").strip() == "make demo"


def test_markup_in_a_message_does_not_run(site: Site, new_page: NewPage) -> None:
    page = chat(new_page(), site.url)
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    ask(page, f"say {attack}")
    expect(page.locator(".message.ours")).to_have_count(1)
    chat(page, site.url)
    assert "owned" not in page.title()


def test_a_phone_shows_everything_without_scrolling_sideways(site: Site, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 375, "height": 700}, has_touch=True, is_mobile=True)
    chat(page, site.url)
    ask(page, "a long answer, please")
    expect(page.locator(".message.ours table")).to_have_count(2)
    ask(page, "x" * 400)
    expect(page.locator(".message")).to_have_count(4)
    for path in ("/", "/help", "/help/install", "/help?q=install"):
        page.goto(site.url + path)
        for width in (375, 320):
            page.set_viewport_size({"width": width, "height": 700})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    small = page.evaluate(
        "[...document.querySelectorAll('button, .quiet')].filter(e => e.offsetParent"
        " && e.getBoundingClientRect().height < 32).map(e => e.textContent)"
    )
    assert small == []


def test_dark_follows_the_system_and_the_toggle_is_remembered(
    site: Site, new_page: NewPage
) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    page = chat(new_page(color_scheme="dark"), site.url)
    assert page.evaluate(background) == "rgb(20, 21, 22)"
    page.get_by_role("button", name="Switch between light and dark").click()
    assert page.evaluate(background) == "rgb(251, 250, 248)"
    page.goto(f"{site.url}/help")
    assert page.evaluate(background) == "rgb(251, 250, 248)"


def test_without_javascript_everything_can_be_done(site: Site, new_page: NewPage) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(site.url)
    page.get_by_label("Your message").fill(QUESTION)
    page.get_by_role("button", name="Send").click()
    answer(page)
    page.get_by_role("button", name="This did not help").click()
    expect(page.get_by_text("Thank you, noted.")).to_be_visible()
    page.get_by_role("button", name="Talk to a human").first.click()
    expect(page.locator(".message.ours").last).to_contain_text("Your ticket is #")
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_text("How can we help?")).to_be_visible()
    page.get_by_role("link", name="Help centre").click()
    page.get_by_label("Search the help centre").fill("install")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Install Firstline").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("noted: it helped")).to_be_visible()
    page.get_by_role("link", name="Ask about this").click()
    expect(page.get_by_label("Your message")).to_have_value(re.compile("Install Firstline"))
