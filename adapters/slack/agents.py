"""The agents' side of a workspace: cards are posted, pressed, and written below.

post(posting)     a card, a line of its thread, or a mark
take(press)       a button, or a form that was filled in
said, changed     what was written in a card's thread; None when it is no card's
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from adapters.slack.api import Refusal, call
from adapters.slack.cards import CardPress, form, more, posts
from adapters.slack.copies import copies
from adapters.slack.messages import Said, word
from adapters.slack.pace import Pace
from adapters.slack.places import Place, parse_place
from adapters.slack.reading import with_files
from adapters.slack.sending import QUIET, respond
from adapters.slack.threads import Note, note
from adapters.slack.workspace import Workspace, identity
from bot.agents_side import AgentsSide, CardPosting, Told
from bot.channel import SendError

log = logging.getLogger(__name__)

MARKS = {"delivered": "white_check_mark", "failed": "no_entry"}


class Agents:
    """What agents see and do in one workspace."""

    def __init__(self, workspace: Workspace, agents: AgentsSide, pace: Pace) -> None:
        self._w = workspace
        self._agents = agents
        self._pace = pace
        self._places = agents.places(workspace.options.name)

    async def post(self, posting: CardPosting) -> str:
        """Do it once; the identity of the message. Raises SendError."""
        if posting.kind == "mark":
            return await self._mark(posting)
        place = self._place(posting)
        there = posting.external_id.partition(":")[2]
        if not there and posting.attempt > 1:
            there = (await copies(self._w, place, posting.key)).get(0, "")
        if there:
            await self._change(posting, place.channel, there)
        else:
            there = await self._say(posting, place)
        self._remember(place, there)
        return identity(place.channel, there)

    def _place(self, posting: CardPosting) -> Place:
        try:
            return parse_place(posting.card or posting.place)
        except ValueError as error:
            raise SendError(str(error), permanent=True) from error

    async def _say(self, posting: CardPosting, place: Place) -> str:
        post = posts(posting)
        where = {"channel": place.channel}
        where |= {"thread_ts": place.thread_ts} if place.thread_ts else {}
        await self._pace.slot(place.channel)
        told = await self._call(
            place.channel,
            self._w.client.chat_postMessage,
            text=post.text,
            blocks=list(post.blocks),
            metadata=dict(post.metadata),
            **where,
            **QUIET,
        )
        return word(told, "ts")

    async def _change(self, posting: CardPosting, channel: str, ts: str) -> None:
        post = posts(posting)
        what = {"text": post.text, "blocks": list(post.blocks), "metadata": dict(post.metadata)}
        await self._call(channel, self._w.client.chat_update, channel=channel, ts=ts, **what)

    async def _call(self, limited: str, method: Any, /, **arguments: Any) -> dict[str, Any]:
        try:
            return await call(method, **arguments)
        except Refusal as refused:
            if refused.retry_after is not None:
                self._pace.hold(limited, refused.retry_after)
            raise

    async def _mark(self, posting: CardPosting) -> str:
        channel, _, ts = posting.external_id.partition(":")
        name = MARKS[posting.mark]
        try:
            await call(self._w.client.reactions_add, channel=channel, timestamp=ts, name=name)
        except Refusal as refused:
            if refused.code != "already_reacted":
                raise
        return posting.external_id

    def _remember(self, place: Place, ts: str) -> None:
        """The card's thread is one that we take part in, also when we come back later."""
        root = place.thread_ts or ts
        ours = Note(ts, self._w.me.user, by_self=True, to_bot=False)
        self._w.threads.add(place.channel, root, ours)
        self._w.marks.done(str(Place(place.channel, thread_ts=root)), ts)

    async def take(self, press: CardPress) -> str:
        """A button or a form. What is refused is told to its sender alone."""
        name = self._w.options.name
        if press.text is None:
            told = await asyncio.to_thread(
                self._agents.press, name, press.user, press.number, press.act, press.identity
            )
            return await self._answer(press, told)
        told = await asyncio.to_thread(
            self._agents.submit,
            name,
            press.user,
            press.number,
            press.act,
            press.text,
            press.identity,
        )
        if not told.done:
            kept = f"{told.text}\n\n{press.text}"
            await self._whisper(press.channel, press.thread_ts, press.user, kept)
        return f"an agent's form: {press.act if told.done else 'refused'}"

    async def _answer(self, press: CardPress, told: Told) -> str:
        if told.form:
            view = form(press, *told.form)
            await call(self._w.client.views_open, trigger_id=press.trigger, view=view)
            return f"opened the form of {press.act}"
        if told.text:
            more_blocks = {"blocks": more(told.text, told.buttons)} if told.buttons else {}
            await respond(
                self._w, press.response_url, told.text, replace_original=False, **more_blocks
            )
        return f"an agent's press: {press.act if told.done else 'refused'}"

    async def _whisper(self, channel: str, thread_ts: str, user: str, text: str) -> None:
        try:
            await call(
                self._w.client.chat_postEphemeral,
                channel=channel,
                user=user,
                thread_ts=thread_ts,
                text=text,
            )
        except Refusal as refused:
            log.warning("slack: an agent was not told", extra={"why": str(refused)})

    def _is_agents(self, said: Said) -> bool:
        ours = said.by_self or said.by_bot or not said.thread_ts
        return not ours and said.channel in self._places

    async def said(self, said: Said) -> bool:
        """Whether it was written in a card's thread, and so dealt with."""
        if not self._is_agents(said):
            return False
        files = await self._w.reading.files(said.files)
        return await self._told(
            said,
            await asyncio.to_thread(
                self._agents.said,
                self._w.options.name,
                said.user,
                identity(said.channel, said.root),
                identity(said.channel, said.ts),
                with_files(said.text, files) if said.files and not said.text else said.text,
                files,
            ),
        )

    async def changed(self, said: Said) -> bool:
        """The same for what reads otherwise now."""
        if not self._is_agents(said):
            return False
        return await self._told(
            said,
            await asyncio.to_thread(
                self._agents.edited,
                self._w.options.name,
                said.user,
                identity(said.channel, said.root),
                identity(said.channel, said.ts),
                said.text,
            ),
        )

    async def _told(self, said: Said, told: Told | None) -> bool:
        if told is None:
            return False
        self._w.remember(said)
        self._w.threads.add(said.channel, said.root, note(said))
        self._w.marks.done(str(Place(said.channel, thread_ts=said.root)), said.ts)
        if not told.done:
            await self._whisper(said.channel, said.root, said.user, told.text)
        return True
