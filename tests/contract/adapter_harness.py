"""What the contract suite needs of a channel: a way to be its users and its platform.

To bring a new channel under the contract, write a Harness and add it to HARNESSES.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import ClassVar, Protocol

from adapters.memory import MemoryAdapter
from adapters.terminal import TerminalAdapter
from bot.channel import Adapter, Address, Choice, SendError
from tests.contract.discord_harness import DiscordHarness
from tests.contract.slack_harness import SlackHttpHarness, SlackSocketHarness
from tests.contract.web_harness import WebHarness


class Harness(Protocol):
    """The platform side of one channel. `waiting` is what a desk would say.

    `redelivers`: the platform may deliver one message twice. `threads`: it has more
    than one conversation. `fails`: its posts can be made to fail. `bots`: other programs can
    write there. `catches_up`: what was written while the adapter was away is not lost.
    """

    redelivers: ClassVar[bool]
    threads: ClassVar[bool]
    fails: ClassVar[bool]
    bots: ClassVar[bool]
    catches_up: ClassVar[bool]
    adapter: Adapter

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def say(self, text: str, *, thread: str = "main", again: bool = False) -> bool:
        """A user writes (`again`: the same message is delivered once more); was it acknowledged?"""

    async def press(self, choice: Choice) -> None:
        """The user picks one of the choices they see."""

    def address(self, thread: str = "main") -> Address:
        """Where the conversation lives for the bot; known once something was said there."""

    def seen(self, thread: str = "main") -> str:
        """All that users see of the bot there."""

    def fail(self, error: SendError) -> None:
        """The next post fails so."""

    async def bots_say(self, text: str) -> None:
        """A bot, and we ourselves, write where the user writes."""

    async def miss(self, text: str) -> None:
        """The user writes while the adapter does not run."""

    async def come_back(self) -> None:
        """The adapter runs again; whatever the user's side does then by itself."""


class MemoryHarness:
    redelivers = True
    threads = True
    fails = True
    bots = False
    catches_up = False

    def __init__(self, waiting: Callable[[Address], bool]) -> None:
        self.memory = MemoryAdapter()
        self.adapter: Adapter = self.memory
        self._numbers = 0

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        """Nothing to stop."""

    async def say(self, text: str, *, thread: str = "main", again: bool = False) -> bool:
        self._numbers += not again
        try:
            await self.memory.say(text, thread=thread, external_id=f"id-{self._numbers}")
        except OSError:
            return False
        return True

    async def press(self, choice: Choice) -> None:
        await self.memory.say(choice.label, choice=choice.id)

    def address(self, thread: str = "main") -> Address:
        return Address("memory", thread)

    def seen(self, thread: str = "main") -> str:
        return "\n".join(one.text for one in self.memory.sent if one.address.thread == thread)

    def fail(self, error: SendError) -> None:
        self.memory.failures.append(error)

    async def bots_say(self, text: str) -> None:
        raise NotImplementedError("whoever holds the object is the user")

    async def miss(self, text: str) -> None:
        raise NotImplementedError("there is nothing outside this process that could keep it")

    async def come_back(self) -> None:
        raise NotImplementedError("there is nothing outside this process that could keep it")


class TerminalHarness:
    redelivers = False
    threads = False
    fails = False
    bots = False
    catches_up = False

    def __init__(self, waiting: Callable[[Address], bool]) -> None:
        self._heard = asyncio.Event()
        self._address = Address("terminal", "")

        def asked(address: Address) -> bool:
            self._address = address
            owes = waiting(address)
            if not owes:
                loop.call_soon_threadsafe(self._heard.set)
            return owes

        loop = asyncio.get_running_loop()
        reading, writing = os.pipe()
        shown, showing = os.pipe()
        self._keyboard = os.fdopen(writing, "w", buffering=1)
        self._read = os.fdopen(reading)
        self._screen = os.fdopen(showing, "w", buffering=1)
        self._shown = shown
        os.set_blocking(shown, False)
        self._seen = ""
        self.adapter: Adapter = TerminalAdapter(asked, read=self._read, write=self._screen)

    async def start(self) -> None:
        """Nothing to start."""

    async def stop(self) -> None:
        self._keyboard.close()
        await asyncio.to_thread(self._read.read)
        for file in (self._read, self._screen):
            file.close()
        os.close(self._shown)

    async def say(self, text: str, *, thread: str = "main", again: bool = False) -> bool:
        self._heard.clear()
        refused = self.seen().count("could not be kept")
        self._keyboard.write(text + "\n")
        while not self._heard.is_set():
            if self.seen().count("could not be kept") > refused:
                return False
            await asyncio.sleep(0.01)
        return True

    async def press(self, choice: Choice) -> None:
        (number,) = [
            line.split(")")[0] for line in self.seen().splitlines() if line.endswith(choice.label)
        ]
        await self.say(number)

    def address(self, thread: str = "main") -> Address:
        return self._address

    def seen(self, thread: str = "main") -> str:
        try:
            while part := os.read(self._shown, 1 << 20):
                self._seen += part.decode()
        except BlockingIOError:
            pass
        return self._seen

    def fail(self, error: SendError) -> None:
        raise NotImplementedError("a terminal does not fail")

    async def bots_say(self, text: str) -> None:
        raise NotImplementedError("whoever sits at the keyboard is the user")

    async def miss(self, text: str) -> None:
        raise NotImplementedError("a terminal ends with its program")

    async def come_back(self) -> None:
        raise NotImplementedError("a terminal ends with its program")


HARNESSES: tuple[Callable[[Callable[[Address], bool]], Harness], ...] = (
    MemoryHarness,
    TerminalHarness,
    WebHarness,
    DiscordHarness,
    SlackSocketHarness,
    SlackHttpHarness,
)
