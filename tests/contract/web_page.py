"""A page of the chat, played by an HTTP client: it sends the page's forms and follows its news."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from html import unescape
from html.parser import HTMLParser

import httpx

_numbers = itertools.count(1)
_INPUT = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_PATH = re.compile(r'data-path="([^"]+)"')
_CHOICE = re.compile(r'name="choice" value="([^"]*)">')


class BotLines(HTMLParser):
    """What the bot says in a piece of HTML, line by line, as a reader sees it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._ours = False
        self._depth = 0
        self.feed(html)
        self.texts = [text.strip() for text in self.texts]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "article":
            self._ours = given.get("data-author") == "bot"
        if tag == "div" and self._depth:
            self._depth += 1
        elif tag == "div" and self._ours and "said" in (given.get("class") or "").split():
            self._depth = 1
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "div" and self._depth > 0

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.texts[-1] += data


class WebPage:
    """One conversation in a visitor's browser.

    `texts` is what the bot says on the page as loaded last, `live` what the stream brought.
    """

    def __init__(self, client: httpx.AsyncClient, html: str) -> None:
        found = _PATH.search(html)
        assert found, "not a page of the chat"
        self._client = client
        self.path = found[1]
        self._form_token = dict(_INPUT.findall(html))["form_token"]
        self.message_id = ""
        self.texts: list[str] = []
        self.live: list[str] = []
        self.last_html = ""
        self._following: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self._news = asyncio.Condition()

    async def write(self, again: bool = False, **fields: str) -> bool:
        """Send a message, or the last one `again`; whether the server said that it has it."""
        if not again:
            self.message_id = f"message-{next(_numbers)}"
        secrets = {"form_token": self._form_token, "message": self.message_id}
        return await self._post(secrets | fields)

    async def press(self, label: str) -> bool:
        """Press a button under the last thing said, with the fields of its own form."""
        values = [unescape(value) for value in _CHOICE.findall(self.last_html)]
        (chosen,) = [value for value in values if value.partition("=")[2] == label]
        fields = dict(_INPUT.findall(self.last_html))
        self.message_id = fields["message"]
        return await self._post(fields | {"choice": chosen})

    async def _post(self, fields: dict[str, str]) -> bool:
        headers = {"accept": "application/json"}
        try:
            answer = await self._client.post(f"{self.path}/messages", data=fields, headers=headers)
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.ACCEPTED

    async def begin(self) -> httpx.Response:
        """Press "New conversation"; the page that comes then."""
        fields = {"form_token": self._form_token}
        return await self._client.post("/conversations", data=fields, follow_redirects=True)

    async def load(self) -> None:
        """Load the page (again)."""
        answer = await self._client.get(self.path)
        self.texts = BotLines(answer.raise_for_status().text).texts

    async def open(self) -> None:
        """Listen for news, from the first line on."""
        if self._following is None:
            self.live.clear()
            self._connected.clear()
            self._following = asyncio.create_task(self._follow())
            await self._connected.wait()

    async def close(self) -> None:
        """The page is closed; its conversation is not."""
        if self._following:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
            self._following = None

    async def shows(self, text: str) -> None:
        """Wait until an open page shows it without being loaded again."""
        wanted = text.split()
        async with self._news:
            await self._news.wait_for(lambda: any(one.split() == wanted for one in self.live))

    @property
    def is_open(self) -> bool:
        return self._following is not None

    async def _follow(self) -> None:
        async with self._client.stream("GET", f"{self.path}/events", timeout=None) as response:
            async for event, data in _events(response):
                if event == "state":
                    self._connected.set()
                    continue
                self.last_html = data
                async with self._news:
                    self.live += BotLines(data).texts
                    self._news.notify_all()


async def _events(response: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    event, data = "", list[str]()
    async for line in response.aiter_lines():
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "data":
            data.append(value)
        elif not line and data:
            yield event, "\n".join(data)
            event, data = "", []
