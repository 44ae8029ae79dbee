"""The bot at a prompt: `firstline chat`. One line is one message; a pipe works as well as a keyboard."""

from __future__ import annotations

import asyncio
import re
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from adapters.text import as_text, at_site, source_line
from bot.channel import Address, Choice, Heard, Incoming, Outgoing, Rating, Receive, Sender

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What could move the cursor or change the terminal; neither articles nor users may."""

RATINGS = {"👍": True, "+1": True, "👎": False, "-1": False}
LOOK = 0.05


class TerminalAdapter:
    """Reads lines and writes answers; ends at the end of the input (Ctrl-D).

    `waiting` says whether the bot still owes something (`Desk.waiting`): until then
    the next line is not asked for. A number picks one of the choices last offered;
    👍 or +1 and 👎 or -1 rate the last answer. Colours, prompt and the "working…" sign
    are for a terminal only. `site` is what the addresses of our own pages begin with.
    """

    name = "terminal"

    def __init__(
        self,
        waiting: Callable[[Address], bool],
        *,
        read: TextIO,
        write: TextIO,
        sender: str = "you",
        site: str = "",
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._waiting = waiting
        self._read = read
        self._console = Console(file=write, highlight=False, soft_wrap=not write.isatty())
        self._fancy = write.isatty()
        self._sender = Sender(sender)
        self._site = site
        self._new_id = new_id
        self._address = Address(self.name, new_id())
        self._choices: tuple[Choice, ...] = ()
        self._rateable = ""

    async def run(self, receive: Receive) -> None:
        """Talk until the input ends."""
        while (line := await self._line()) is not None:
            if text := line.strip():
                await self._hear(receive, text)

    async def send(self, outgoing: Outgoing) -> str:
        """Write it: text, sources, numbered choices."""
        outgoing = at_site(outgoing, self._site)
        self._choices = outgoing.choices or self._choices
        self._rateable = outgoing.key if outgoing.rateable else self._rateable
        if self._fancy:
            self._show(outgoing)
        else:
            self._console.print(Text(_plain(as_text(outgoing)) + "\n"))
        return outgoing.key

    async def _hear(self, receive: Receive, text: str) -> None:
        try:
            await receive(self._heard(text))
        except Exception as error:  # noqa: BLE001 - whatever it was, the user must write it again
            reason = f"This could not be kept ({type(error).__name__}: {error}). Write it again."
            self._console.print(Text(_plain(reason), style="red"))
            return
        if self._fancy:
            with self._console.status("working…"):
                await self._answered()
        else:
            await self._answered()

    async def _answered(self) -> None:
        # The desk is asked, it does not call.
        while await asyncio.to_thread(self._waiting, self._address):  # noqa: ASYNC110
            await asyncio.sleep(LOOK)

    def _heard(self, text: str) -> Heard:
        now = datetime.now(UTC)
        if self._rateable and text in RATINGS:
            return Rating(self._address, self._rateable, self._sender, RATINGS[text], now)
        choice = _picked(text, self._choices)
        self._choices = () if choice else self._choices
        return Incoming(
            self._address,
            self._new_id(),
            self._sender,
            choice.label if choice else text,
            now,
            choice.id if choice else None,
        )

    def _show(self, outgoing: Outgoing) -> None:
        self._console.print(Markdown(_plain(outgoing.text)))
        for source in outgoing.sources:
            self._console.print(Text(_plain(source_line(source)), style="dim"))
        for number, choice in enumerate(outgoing.choices, start=1):
            self._console.print(Text(f"{number}) {_plain(choice.label)}", style="cyan"))
        if outgoing.rateable:
            self._console.print(Text("👍 +1 · 👎 -1", style="dim"))
        self._console.print()

    async def _line(self) -> str | None:
        """The next line, None at the end. Read in a thread that cannot hold the program's end up."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[str] = loop.create_future()
        if self._fancy:
            self._console.print(Text("> ", style="bold green"), end="")

        def read() -> None:
            line = self._read.readline()
            if not loop.is_closed():
                loop.call_soon_threadsafe(_hand_over, found, line)

        threading.Thread(target=read, name="terminal", daemon=True).start()
        return await found or None


def _picked(text: str, choices: tuple[Choice, ...]) -> Choice | None:
    """The choice meant by its number or its label."""
    for number, choice in enumerate(choices, start=1):
        if text in (str(number), choice.label):
            return choice
    return None


def _plain(text: str) -> str:
    return CONTROL.sub("", text)


def _hand_over(found: asyncio.Future[str], line: str) -> None:
    if not found.done():
        found.set_result(line)
