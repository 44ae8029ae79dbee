"""What was missed while we did not listen, fetched from Slack's history.

everything()             after each connection: every channel that we are in
  channel(id)            also at once, when something new comes from a channel that is behind
    history, replies     the top level, and every thread that has something new
    said(message)        oldest first; the same way as a live event
    marks.advance        so that it goes on from there when the process dies
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from adapters.listening import Overheard, closed_place
from adapters.slack.api import Refusal, pages
from adapters.slack.marks import ALIVE
from adapters.slack.messages import Said, parse_message, word
from adapters.slack.places import just_before, moment, order, parse_place, written_ts
from adapters.slack.workspace import Workspace

log = logging.getLogger(__name__)

KINDS = "public_channel,private_channel,mpim,im"
ROOTS_BACK = timedelta(days=1)
"""How much older than the gap a message at the top level may be whose thread has news there.
Threads that we take part in are looked at however old their first message is."""
AT_ONCE, PROGRESS = 32, 200

Hear = Callable[[Said], Coroutine[Any, Any, str]]


class CatchUp:
    """Catches one workspace up. `said` takes a message as if it
    came live; what belongs together it takes in the order it is called."""

    def __init__(self, workspace: Workspace, said: Hear) -> None:
        self._w = workspace
        self._said = said
        self._done: set[str] = set()
        self.up_to_date = False

    def fall_behind(self) -> None:
        """The connection is new: anything may have been missed anywhere."""
        self._done.clear()
        self.up_to_date = False
        for place in self._w.marks.places():
            if ":" not in place:
                self._w.marks.fall_behind(place, self._since(place))

    def again(self, channel: str) -> None:
        """Something was heard there and could not be kept: fetch it once more."""
        self._done.discard(channel)

    async def everything(self) -> None:
        """Catch up every channel we are in. What fails is tried again at the next call."""
        well = True
        try:
            async for page in pages(
                self._w.client.users_conversations, "channels", types=KINDS, exclude_archived=True
            ):
                for each in page:
                    well = await self._alone(word(each, "id")) and well
        except Refusal as refused:
            log.warning("slack: cannot list our channels", extra={"why": str(refused)})
            return
        self.up_to_date = well

    async def _alone(self, channel: str) -> bool:
        async with self._w.locks[channel]:
            try:
                await self.channel(channel)
            except Exception as error:  # noqa: BLE001 - the next channel must not suffer
                log.warning(
                    "slack: catching up failed, will try again",
                    extra={"place": channel, "error": f"{type(error).__name__}: {error}"},
                )
                return False
        return True

    async def channel(self, channel: str) -> None:
        """Catch up one channel, once after each connection; the caller holds its lock."""
        if channel in self._done or not channel:
            return
        mark = self._since(channel)
        place = Overheard(places=(channel,), direct=channel.startswith("D"))
        if not mark or closed_place(self._w.options.listening, place):
            self._w.marks.caught_up(channel, "")
            self._done.add(channel)
            return
        self._w.marks.fall_behind(channel, mark)
        missed = await self._missed(channel, mark)
        await self._hand_in(channel, missed)
        self._w.marks.caught_up(channel, missed[-1].ts if missed else mark)
        self._done.add(channel)

    def _since(self, channel: str) -> str:
        """From where on something may be missing; empty at the very first start."""
        marks = self._w.marks
        known = marks.mark(channel) or marks.kept(ALIVE)
        earliest = written_ts(self._w.now() - self._w.options.catch_up)
        return max(known, earliest, key=order) if known else ""

    async def _missed(self, channel: str, mark: str) -> list[Said]:
        """All messages after the mark, oldest first. Raises Refusal; none when we are not in there."""
        found: dict[str, Said] = {}
        threads = self._own_threads(channel)
        oldest = written_ts(moment(mark) - ROOTS_BACK)
        try:
            async for page in pages(
                self._w.client.conversations_history, "messages", channel=channel, oldest=oldest
            ):
                for each in page:
                    self._take(found, channel, each, mark)
                    if order(word(each, "latest_reply")) > order(mark):
                        threads.add(word(each, "ts"))
            for root in sorted(threads, key=order):
                for reply in await self._w.reading.thread(channel, root, oldest=mark):
                    if order(reply.ts) > order(mark):
                        found[reply.ts] = reply
        except Refusal as refused:
            if not refused.permanent:
                raise
            log.info("slack: nothing to fetch", extra={"place": channel, "why": str(refused)})
        return [found[ts] for ts in sorted(found, key=order)]

    def _take(self, found: dict[str, Said], channel: str, message: Any, mark: str) -> None:
        parsed = parse_message({**message, "channel": channel}, self._w.me)
        if isinstance(parsed, Said) and order(parsed.ts) > order(mark):
            found[parsed.ts] = parsed

    def _own_threads(self, channel: str) -> set[str]:
        """The threads of the channel that we take part in, as far back as we fetch anything."""
        earliest = written_ts(self._w.now() - self._w.options.catch_up)
        places = [place for place in self._w.marks.places() if place.startswith(f"{channel}:")]
        return {
            parse_place(place).thread_ts
            for place in places
            if order(self._w.marks.mark(place)) > order(earliest)
        }

    async def _hand_in(self, channel: str, missed: list[Said]) -> None:
        """Many at once, so that they are stored together; each conversation keeps its order."""
        waiting = dict.fromkeys(said.ts for said in missed)
        at_once = asyncio.Semaphore(AT_ONCE)

        async def one(said: Said) -> None:
            async with at_once:
                await self._said(said)
            del waiting[said.ts]
            first = next(iter(waiting), "")
            self._w.marks.advance(channel, just_before(first) if first else missed[-1].ts)
            if len(waiting) % PROGRESS == 0:
                done = {"place": channel, "left": len(waiting), "of": len(missed)}
                log.info("slack: catching up", extra=done)

        tasks = [asyncio.create_task(one(said)) for said in missed]
        try:
            await asyncio.gather(*tasks)
        finally:  # not a TaskGroup: it forgets that it was cancelled when one of its tasks fails
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def thread(self, channel: str, root: str) -> None:
        """Read one thread again; the caller holds the channel's lock."""
        for reply in await self._w.reading.thread(channel, root, oldest=root):
            if reply.ts != root:
                await self._said(reply)
