"""From an event to what the bot hears.

    take(parsed)                   Said | Changed | Removed | ThreadGrew
      judge(rules, …)              whether it is for us                                       pure
      receive(Incoming | Edit | Deletion)                           kept; only then acknowledged

What belongs to one conversation is taken one after the other, in the order in which Slack
told it; conversations do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from adapters.listening import Overheard, Verdict, heard_by_people, judge
from adapters.slack.agents import Agents
from adapters.slack.messages import Changed, Removed, Said, ThreadGrew
from adapters.slack.order import Turn
from adapters.slack.places import Place
from adapters.slack.reading import with_files
from adapters.slack.threads import note, standing
from adapters.slack.workspace import Workspace, identity
from bot.channel import Deletion, Edit, Incoming, Sender

CatchUpChannel = Callable[[str], Awaitable[None]]
CatchUpThread = Callable[[str, str], Awaitable[None]]


class Hearing:
    """Takes what is written in one workspace. Before it hears anything in a channel, it calls
    `catch_up` for what was missed there. What stands in a ticket's card's thread is for `agents`."""

    def __init__(self, workspace: Workspace) -> None:
        self._w = workspace
        self.agents: Agents | None = None
        self.catch_up: CatchUpChannel | None = None
        self.catch_up_thread: CatchUpThread | None = None

    async def take(self, parsed: Said | Changed | Removed | ThreadGrew) -> str:
        """Take one; what became of it, in words. Raises when it could not be kept."""
        match parsed:
            case Said():
                self._w.marks.begin(parsed.channel, parsed.ts)
                turn = await self._turn(parsed)
                told = await self._in(turn, lambda: self.said(parsed))
                self._w.marks.done(parsed.channel, parsed.ts)
                return told
            case Changed(now=now):
                return await self._in(await self._turn(now), lambda: self._changed(parsed))
            case Removed(was=was):
                return await self._in(await self._turn(was), lambda: self._removed(parsed))
            case ThreadGrew():
                return await self._grew(parsed.channel, parsed.root)

    async def missed(self, said: Said) -> str:
        """A message that was fetched; the caller holds the channel's lock."""
        return await self._in(Turn(self._w.line, conversation(said)), lambda: self.said(said))

    async def _turn(self, said: Said) -> Turn:
        """A place in the conversation's line, behind all that was missed in the channel."""
        async with self._w.locks[said.channel]:
            if self.catch_up:
                await self.catch_up(said.channel)
            return Turn(self._w.line, conversation(said))

    async def _in(self, turn: Turn, work: Callable[[], Awaitable[str]]) -> str:
        async with turn:
            return await work()

    async def _grew(self, channel: str, root: str) -> str:
        async with self._w.locks[channel]:
            if self.catch_up_thread:
                await self.catch_up_thread(channel, root)
        return "read a thread that grew"

    async def said(self, said: Said) -> str:
        """A message, live or fetched, when it is its turn."""
        if (said.channel, said.ts) in self._w.heard:
            return "ignored: heard already"
        if self.agents and await self.agents.said(said):
            return "heard: agents among themselves"
        verdict = await self._judge(said)
        if verdict.speak:
            place = await self._w.place_of(said)
            await self._w.receive(await self.incoming(said, place, verdict.only_if_sure))
            self._w.remember(said)
        self._note(said, verdict)
        return f"heard: {verdict.reason}" if verdict.speak else f"ignored: {verdict.reason}"

    async def _judge(self, said: Said) -> Verdict:
        rules = self._w.options.listening
        plain = Overheard(
            places=(said.channel,),
            by_self=said.by_self,
            by_bot=said.by_bot,
            direct=said.direct,
            mentions_bot=said.mentions_bot,
            addresses_others=said.mentions_others,
            in_thread=bool(said.thread_ts),
        )
        unknown = judge(rules, plain)
        if not said.thread_ts or said.direct or said.mentions_bot or said.by_bot or said.by_self:
            return unknown
        if unknown.reason != "a thread of other people":
            return unknown
        notes = await self._w.threads.notes(said.channel, said.root)
        takes_part, before = standing(notes, said.ts, said.user)
        known = replace(plain, bot_in_thread=takes_part, before=before)
        return await heard_by_people(rules, known, lambda: self._asks_people(said))

    async def _asks_people(self, said: Said) -> bool:
        address = self._w.address(Place(said.channel, thread_ts=said.root))
        return await self._w.asks_people(address, said.user)

    def _note(self, said: Said, verdict: Verdict) -> None:
        """Remember who spoke where."""
        meant = verdict.speak and not verdict.only_if_sure
        if said.thread_ts:
            self._w.threads.add(said.channel, said.root, note(said, heard=meant))
            if meant:
                self._w.marks.done(str(Place(said.channel, thread_ts=said.root)), said.ts)
        elif not said.direct:
            self._w.threads.begin(said.channel, note(said, heard=meant))

    async def incoming(self, said: Said, place: Place, only_if_sure: bool) -> Incoming:
        """The message as the bot gets it."""
        attachments = await self._w.reading.files(said.files)
        return Incoming(
            address=self._w.address(place),
            external_id=identity(said.channel, said.ts),
            sender=Sender(said.user, await self._w.reading.name(said.user)),
            text=with_files(said.text, attachments),
            sent_at=said.at,
            attachments=attachments,
            only_if_sure=only_if_sure,
        )

    async def _changed(self, changed: Changed) -> str:
        now = changed.now
        if self.agents and await self.agents.changed(now):
            return "heard: agents among themselves"
        if changed.called_us and (now.channel, now.ts) not in self._w.heard:
            return await self.said(now)
        place = await self._w.place_of(now)
        text = with_files(now.text, await self._w.reading.files(now.files))
        external_id = identity(now.channel, now.ts)
        await self._w.receive(Edit(self._w.address(place), external_id, text, changed.at))
        return "heard: an edit"

    async def _removed(self, removed: Removed) -> str:
        was = removed.was
        place = await self._w.place_of(was)
        external_id = identity(was.channel, was.ts)
        await self._w.receive(Deletion(self._w.address(place), external_id, removed.at))
        return "heard: a deletion"


def conversation(said: Said) -> tuple[str, str]:
    """What is to be kept in order: a thread, or a direct talk."""
    return (said.channel, "" if said.direct and not said.thread_ts else said.root)
