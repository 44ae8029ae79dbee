"""The web page under the contract of channels: a real server, and a browser's part over HTTP."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import httpx

from adapters.http.options import HttpOptions
from adapters.http.server import listen
from adapters.web.adapter import WebAdapter
from bot.channel import Adapter, Address, Choice, Heard, Outgoing, Receive, SendError
from bot.desk import Accepted, Desk, open_database
from bot.help_centre import HelpCentre
from bot.turn import Outcome, Reply, Response, Turn
from tests.contract.web_page import WebPage
from tests.desk_support import WORDING
from tests.web_support import SECRET, SmallKnowledge


class ToldDesk:
    """A desk that says what it is told to: a page shows only what the database holds."""

    def __init__(self, folder: Path) -> None:
        self._saying: Outgoing | None = None
        self.database = open_database(f"sqlite:///{folder}/desk.db")
        self.desk = Desk(
            self.database,
            self._respond,
            wording=WORDING,
            articles_exist=lambda _articles: True,
            new_key=lambda: self._saying.key if self._saying else secrets.token_hex(12),
        )

    def _respond(self, turn: Turn) -> Response:
        said = self._saying
        if said is None or turn.conversation.thread != said.address.thread:
            return Response(Outcome.IGNORED, (), "nothing to say there")
        reply = Reply(said.text, said.sort, said.choices, said.sources, said.rateable)
        return Response(Outcome.ANSWERED, (reply,))

    def keep(self, outgoing: Outgoing) -> bool:
        """Say it in reply to what waits there; False when it was said before."""
        if self.desk.said(outgoing.address, outgoing.key):
            return False
        self._saying = outgoing
        while self.desk.take_turn():
            pass
        self._saying = None
        if not self.desk.said(outgoing.address, outgoing.key):
            raise LookupError("nothing waits for an answer there")
        return True


class WatchedWeb:
    """The adapter with a desk beside it, and an eye on what became of what it handed over."""

    def __init__(self, adapter: WebAdapter, told: ToldDesk) -> None:
        self._adapter, self._told = adapter, told
        self.kept: dict[str, Address] = {}
        self.pages: list[WebPage] = []
        self.name = adapter.name

    async def run(self, receive: Receive) -> None:
        async def keep(heard: Heard) -> Accepted:
            await receive(heard)
            message_id = getattr(heard, "external_id", "").rpartition(":")[2]
            self.kept[message_id] = heard.address
            return await asyncio.to_thread(self._told.desk.accept, heard)

        await self._adapter.run(keep)

    async def send(self, outgoing: Outgoing) -> str:
        """As in the program: it is kept, then the adapter is told; back once the pages show it."""
        new = await asyncio.to_thread(self._told.keep, outgoing)
        external_id = await self._adapter.send(outgoing)
        for page in self.pages:
            if self.kept.get(page.message_id) == outgoing.address and page.is_open:
                if new:
                    await page.shows(outgoing.text)
                await page.load()
        return external_id


class WebHarness:
    """One visitor; each thread is a conversation of theirs, on a page of its own.

    It does not fail: nothing is posted anywhere, and a page that is not there reads what was
    said when it comes again. It has no bots: whoever lacks the visitor's session and form token
    cannot write there at all. `test_web_page_contract.py` shows both.
    """

    redelivers: ClassVar[bool] = True
    threads: ClassVar[bool] = True
    fails: ClassVar[bool] = False
    bots: ClassVar[bool] = False
    catches_up: ClassVar[bool] = True
    adapter: Adapter

    def __init__(self, waiting: Callable[[Address], bool]) -> None:
        self._folder = TemporaryDirectory()
        self._pages: dict[str, WebPage] = {}
        self._missed = ""

    async def start(self) -> None:
        self._told = ToldDesk(Path(self._folder.name))
        listener = listen("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        options = HttpOptions(secret=SECRET, port=self.port)
        centre = HelpCentre(SmallKnowledge(), self._told.database)
        web = WebAdapter(self._told.desk, centre, options, listener=listener)
        self._web = WatchedWeb(web, self._told)
        self.adapter = self._web
        self.browser = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=15)

    async def stop(self) -> None:
        for page in self._pages.values():
            await page.close()
        await self.browser.aclose()
        await _end_stream_watch()
        self._told.database.close()
        self._folder.cleanup()

    async def page(self, thread: str = "main") -> WebPage:
        """The thread's page, opened when it is first asked for."""
        if thread not in self._pages:
            start = await self.browser.get("/")
            page = WebPage(self.browser, start.text)
            if self._pages:
                start = await page.begin()
                page = WebPage(self.browser, start.text)
            self._pages[thread] = page
            self._web.pages.append(page)
            await page.open()
        return self._pages[thread]

    async def say(self, text: str, *, thread: str = "main", again: bool = False) -> bool:
        page = await self.page(thread)
        return await page.write(again, text=text)

    async def press(self, choice: Choice) -> None:
        assert await self._pages["main"].press(choice.label)

    async def miss(self, text: str) -> None:
        """Written while nobody serves: the page keeps it, with its id, until it can be sent."""
        assert not await self.say(text)
        self._missed = text

    async def come_back(self) -> None:
        """Once the server is there again, the page connects and sends what it kept."""
        await self.reached()
        page = self._pages["main"]
        await page.close()
        await page.open()
        assert await page.write(again=True, text=self._missed)

    async def reached(self) -> None:
        """Back once the server answers."""
        while not await self._reachable():  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.01)

    async def _reachable(self) -> bool:
        try:
            return (await self.browser.get("/help")).is_success
        except httpx.TransportError:
            return False

    async def bots_say(self, text: str) -> None:
        raise NotImplementedError("no bot can write in a visitor's conversation")

    def address(self, thread: str = "main") -> Address:
        return self._web.kept[self._pages[thread].message_id]

    def seen(self, thread: str = "main") -> str:
        return "\n".join(self._pages[thread].texts)

    def fail(self, error: SendError) -> None:
        raise NotImplementedError("nothing is posted that could fail")


async def _end_stream_watch() -> None:
    """End what sse-starlette leaves running in an event loop that once had a stream: one task, that
    looks for uvicorn's own signal handler, which we do not use, until the loop ends."""
    watching = [
        task for task in asyncio.all_tasks() if "_shutdown_watcher" in repr(task.get_coro())
    ]
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
