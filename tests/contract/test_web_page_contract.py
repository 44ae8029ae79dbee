"""What the contract of channels leaves to the web page: it reads, and only its visitor writes."""

from __future__ import annotations

import httpx

from bot.channel import Outgoing
from tests.contract.adapter_ear import Ear, listening, running
from tests.contract.web_harness import WebHarness
from tests.contract.web_page import WebPage

SAID = "Here you are."


async def test_what_a_page_missed_is_there_when_it_comes_again() -> None:
    ear = Ear()
    harness = WebHarness(lambda _address: False)
    await harness.start()
    try:
        async with running(harness, ear):
            await harness.say("hello")
            page = await harness.page()
            await page.close()
            assert await harness.adapter.send(Outgoing("k1", harness.address(), SAID))
        async with running(harness, ear):
            await harness.reached()
            await page.load()
            await page.open()
            await page.shows(SAID)
    finally:
        await harness.stop()
    assert page.texts == [SAID]
    assert page.live == [SAID]


async def test_only_the_visitor_s_own_page_writes_in_a_conversation() -> None:
    ear = Ear()
    async with listening(WebHarness, ear) as harness:
        assert isinstance(harness, WebHarness)
        await harness.say("hello")
        page = await harness.page()
        said = {"text": "beep", "message": "message-of-a-bot"}
        async with httpx.AsyncClient(base_url=harness.browser.base_url) as program:
            no_session = await program.post(f"{page.path}/messages", data=said)
            own = WebPage(program, (await program.get("/")).text)
            assert await own.write(text="beep")
        no_form = await harness.browser.post(f"{page.path}/messages", data=said)
        assert (no_session.status_code, no_form.status_code) == (403, 403)
        assert ear.texts == ["hello", "beep"]
        assert ear.last.address != harness.address(), "a program's conversation is its own"
