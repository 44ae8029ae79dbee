"""What is written on Discord, handed to the bot: each message once, in order, none missed.

    on_message ─ one lock a channel ─ first what was missed there ─ judge ─ files ─ receive
    on_ready   ─ every channel, thread and direct talk: what was missed there

Discord forgets a gap that was too long to resume, and acknowledges nothing. So every
channel is read from its mark on before anything newer of it is handed over.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

import discord

from adapters.discord import messages
from adapters.discord.agents import Agents
from adapters.discord.catch_up import missed_in
from adapters.discord.errors import FAILURES, send_error
from adapters.discord.files import fetched
from adapters.discord.marks import DIRECT, Marks
from adapters.discord.places import Direct
from adapters.listening import AsksPeople, Before, ListeningRules, heard_by_people, nobody_asks
from bot.channel import Address, Deletion, Heard, Receive
from bot.views import TicketLine

log = logging.getLogger(__name__)

REMEMBERED = 5_000
PROGRESS = 100
LONGEST_PAUSE = 30.0
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
"""What one message that Discord made otherwise than ever before could raise."""


OwnTickets = Callable[[str], Awaitable[Sequence[TicketLine]]]
"""The open tickets of the person with this Discord id."""
Suggest = Callable[[str], Awaitable[Sequence[str]]]
"""Questions that go on as somebody has begun to type."""


async def no_tickets(_: str) -> Sequence[TicketLine]:
    """Where nobody can be asked for them."""
    return ()


async def nothing_to_suggest(_: str) -> Sequence[str]:
    """Where no questions are known."""
    return ()


class Hearing:
    """The ear of one client. All of it runs in the client's event loop."""

    def __init__(
        self,
        name: str,
        rules: ListeningRules,
        marks: Marks,
        *,
        quiet: timedelta,
        text_limit: int,
        image_limit: int,
        asks_people: AsksPeople = nobody_asks,
        suggest: Suggest = nothing_to_suggest,
        own_tickets: OwnTickets = no_tickets,
    ) -> None:
        self.name = name
        self.rules = rules
        self.marks = marks
        self.quiet = quiet
        self.asks_people, self.suggest = asks_people, suggest
        self.own_tickets = own_tickets
        self.agents: Agents | None = None
        self.limits = (text_limit, image_limit)
        self.me = 0
        self.session = 0
        self.receive: Receive
        self.caught_up: set[int] = set()
        self.threads: set[int] = set()
        self.titles: OrderedDict[str, str] = OrderedDict()
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._last: OrderedDict[int, int] = OrderedDict()
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def gap(self, me: int, now: datetime) -> None:
        """A new session: until each place is read again, messages may be missing there."""
        self.me = me
        self.session += 1
        self.marks.complete = False
        self.caught_up.clear()
        await self.marks.start_at(now)

    def lock(self, channel: int) -> asyncio.Lock:
        """First come, first served: Discord's events of one channel keep their order."""
        return self._locks.setdefault(channel, asyncio.Lock())

    async def message(self, message: discord.Message) -> None:
        """A message as it is written."""
        with self.marks.hearing(message.id):
            async with self.lock(message.channel.id):
                await self.missed(message.channel)
                await self.take(message)

    async def missed(self, channel: Any) -> int:
        """Read what was missed in a channel, unless that was done; its lock must be held."""
        if self.marks.complete or channel.id in self.caught_up:
            return 0
        count = 0
        try:
            async for message in missed_in(channel, self.marks.after(channel.id)):
                count += await self.take(message)
                self.marks.note(str(channel.id), str(message.id))
                if count and count % PROGRESS == 0:
                    log.info("Discord: %s missed messages of %s taken in", count, channel)
        except (discord.Forbidden, discord.NotFound) as error:
            log.info("what was missed in %s cannot be read: %s", channel.id, send_error(error))
        self.caught_up.add(channel.id)
        return count

    async def take(self, message: discord.Message) -> bool:
        """Judge a message and hand it over; whether it was new and meant for the bot."""
        if message.id in self._seen:
            return False
        try:
            heard = await self.understood(message)
        except UNREADABLE:
            log.exception("message %s cannot be read; the others can", message.id)
            heard = None
        if heard is not None:
            await self.hand_over(heard)
        remember(self._seen, message.id, None)
        remember(self._last, message.channel.id, message.author.id)
        return heard is not None

    async def understood(self, message: discord.Message) -> Heard | None:
        """The message if the bot is to hear it; the reason why not goes to the log."""
        reason = messages.out_of_scope(message)
        if not reason and self.agents and await self.agents.said(message, self.limits):
            reason = "agents among themselves"
        if reason:
            log.debug("message %s ignored: %s", message.id, reason)
            return None
        ours = self.is_ours(message.channel)
        before = await self.before(message) if ours else "nobody"
        heard = messages.overheard(message, self.me, bot_in_thread=ours, before=before)
        verdict = await heard_by_people(self.rules, heard, lambda: self.waits_for_people(message))
        if not verdict.speak:
            log.debug("message %s ignored: %s", message.id, verdict.reason)
            return None
        address = await self.address(message)
        if isinstance(message.channel, discord.Thread):
            self.threads.add(message.channel.id)
        files = await fetched(message, *self.limits)
        incoming = messages.incoming(message, address, self.me, files, verdict.only_if_sure)
        remember(self.titles, address.thread, messages.title(incoming.text))
        return incoming

    async def waits_for_people(self, message: discord.Message) -> bool:
        """Whether people have the conversation of the thread, and its requester writes."""
        place = messages.place_in(message.channel, message.id, 0)
        who = str(message.author.id)
        return place is not None and await self.asks_people(Address(self.name, str(place)), who)

    def is_ours(self, channel: object) -> bool:
        """Whether it is a thread that the bot has spoken in or was asked to."""
        return isinstance(channel, discord.Thread) and (
            channel.owner_id == self.me or channel.me is not None or channel.id in self.threads
        )

    async def before(self, message: discord.Message) -> Before:
        """Who wrote before in the thread; asked of Discord once after a start."""
        last = self._last.get(message.channel.id)
        if last is None:
            try:
                found = [m async for m in message.channel.history(limit=1, before=message)]
            except FAILURES:
                return "nobody"
            last = next((m.author.id for m in found if m.type in messages.HEARD), None)
        if last is None:
            return "nobody"
        return "bot" if last == self.me else "sender" if last == message.author.id else "other"

    async def address(self, message: discord.Message) -> Address:
        """Where the message's conversation lives; a direct talk is kept before it is needed."""
        start = 0
        if isinstance(message.channel, discord.DMChannel):
            start, active = self.direct(message.channel.id)
            start = messages.talk_start(start, active, message.id, self.quiet)
            await self.talked(Direct(message.channel.id, start), max(active, message.id))
        place = messages.place_in(message.channel, message.id, start)
        if place is None:
            raise ValueError(f"channel {message.channel.id} holds no conversations")
        return Address(self.name, str(place))

    async def talked(self, place: Direct, message_id: int) -> None:
        """A direct talk is going on; one that is new is kept at once, or nobody could find it."""
        mark = f"{place.start} {message_id}"
        if self.marks.get(f"{DIRECT}{place.channel}"):
            self.marks.note(f"{DIRECT}{place.channel}", mark)
        else:
            await insist(lambda: self.marks.keep(f"{DIRECT}{place.channel}", mark))

    async def edited(self, message: discord.Message, at: datetime) -> None:
        """A message was changed by its writer."""
        if message.author.bot or messages.out_of_scope(message):
            return
        async with self.lock(message.channel.id):
            if self.agents and await self.agents.edited(message):
                return
            address = self.address_of(message.channel, message.id)
            if address is not None:
                await self.hand_over(messages.edit(message, address, self.me, at))

    async def deleted(self, channel: Any, ids: set[int], at: datetime) -> None:
        """Messages were taken back."""
        async with self.lock(channel.id):
            for message_id in sorted(ids):
                remember(self._seen, message_id, None)
                address = self.address_of(channel, message_id)
                if address is not None:
                    await self.hand_over(Deletion(address, str(message_id), at))

    def address_of(self, channel: object, message_id: int) -> Address | None:
        """The address of a message that was heard earlier; None where no talk is known."""
        start = 0
        if isinstance(channel, discord.DMChannel):
            start = self.direct(channel.id)[0]
            if not start:
                return None
        place = messages.place_in(channel, message_id, start)
        return Address(self.name, str(place)) if place else None

    def direct(self, channel: int) -> tuple[int, int]:
        """The start of the talk in a direct channel, and its last message; zeros when there is none."""
        start, active = (self.marks.get(f"{DIRECT}{channel}") or "0 0").split()
        return int(start), int(active)

    async def hand_over(self, heard: Heard) -> None:
        """Until it is stored: nobody else will bring it again."""

        async def store() -> None:
            try:
                await self.receive(heard)
            except ValueError as refused:
                log.warning("not taken in: %s", refused)

        await insist(store)


async def insist(store: Callable[[], Awaitable[None]]) -> None:
    """Do it, as often as it takes: what keeps it from being stored now must not lose it."""
    for attempt in itertools.count():
        try:
            return await store()
        except Exception:
            pause = min(LONGEST_PAUSE, 0.1 * 2**attempt)
            log.exception("what was heard was not stored; again in %.1f s", pause)
            await asyncio.sleep(pause)
    return None


def remember(memory: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    """Keep the newest `REMEMBERED` of something that may be forgotten."""
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
