"""The agents' side on Discord: cards are posted, pressed, and written below.

post(client, …)      a card with its thread, a line in it, or a mark
press                a button, or a form that was filled in
said, edited         what was written in a card's thread; False when it is no card's
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Literal

import discord

from adapters.discord.cards import WORDS, WordsForm, post_of, read_press, rows, thread_name
from adapters.discord.commands import written
from adapters.discord.drawn import Drawn
from adapters.discord.errors import FAILURES, send_error
from adapters.discord.files import fetched
from adapters.discord.layout import TEXT
from adapters.discord.places import InChannel, read_place
from bot.agents_side import AgentsSide, CardPosting, Told
from bot.channel import SendError

if TYPE_CHECKING:
    from adapters.discord.client import DeskClient

log = logging.getLogger(__name__)

LOOK_BACK = 100
THREAD_EXISTS = 160004
MARKS = {"delivered": "✅", "failed": "⛔"}
A_WEEK: Literal[10080] = 10080


class Agents:
    """What agents see and do. `name` is the channel's."""

    def __init__(self, agents: AgentsSide, name: str) -> None:
        self._agents = agents
        self._name = name
        self._places = {_channel(each) for each in agents.places(name)}

    async def post(self, client: DeskClient, posting: CardPosting) -> str:
        """Do it once; the message's id, for a line behind its thread's. Raises SendError."""
        if posting.kind == "mark":
            return await self._mark(client, posting)
        where = int(posting.card) if posting.card else _channel(posting.place)
        channel = client.get_partial_messageable(where)
        post = post_of(posting)
        there = posting.external_id.rpartition("/")[2]
        if not there and posting.attempt > 1:
            there = await _copy(channel, client, post.mark)
        if there:
            await channel.get_partial_message(int(there)).edit(view=Drawn(post.components))
        else:
            message = await channel.send(view=Drawn(post.components), nonce=post.nonce)
            there = str(message.id)
        if posting.shows is None:
            return f"{where}/{there}"
        if not posting.external_id:
            await self._thread(client, where, int(there), thread_name(posting.shows))
        return there

    async def _thread(self, client: DeskClient, where: int, card: int, name: str) -> None:
        """The card's thread; fine if it is there already."""
        hall = await client.place(where)
        if not isinstance(hall, discord.TextChannel):
            raise SendError(
                "the triage channel is gone, hidden, or no text channel", permanent=True
            )
        try:
            await hall.get_partial_message(card).create_thread(
                name=name, auto_archive_duration=A_WEEK
            )
        except discord.HTTPException as error:
            if error.code != THREAD_EXISTS:
                raise
        client.hearing.threads.add(card)

    async def _mark(self, client: DeskClient, posting: CardPosting) -> str:
        where, _, message = posting.external_id.partition("/")
        channel = client.get_partial_messageable(int(where))
        await channel.get_partial_message(int(message)).add_reaction(MARKS[posting.mark])
        return posting.external_id

    async def press(self, interaction: discord.Interaction[Any], data: Any) -> bool:
        """Whether it was something of a card, and so dealt with. Refusals are for the sender's eyes."""
        custom_id = str(data.get("custom_id") or "")
        found = read_press(custom_id)
        if found is None:
            return False
        number, act = found
        who = str(interaction.user.id)
        if interaction.type is discord.InteractionType.modal_submit:
            text = written(data, WORDS).strip()
            identity = str(interaction.id)
            told = await asyncio.to_thread(
                self._agents.submit, self._name, who, number, act, text, identity
            )
            if not told.done:
                told = Told(f"{told.text}\n\n{text}", done=False)
        else:
            told = await asyncio.to_thread(
                self._agents.press, self._name, who, number, act, str(interaction.id)
            )
        await _answer(interaction, told, custom_id)
        return True

    def _card(self, channel: object) -> str:
        """The card on whose thread this is; empty when it is none in a triage channel."""
        inside = isinstance(channel, discord.Thread) and channel.parent_id in self._places
        return str(channel.id) if inside else ""  # type: ignore[attr-defined]

    async def said(self, message: discord.Message, limits: tuple[int, int]) -> bool:
        """Whether it was written in a card's thread, and so dealt with."""
        card = self._card(message.channel)
        if not card or message.author.bot:
            return False
        files = await fetched(message, *limits)
        told = await asyncio.to_thread(
            self._agents.said,
            self._name,
            str(message.author.id),
            card,
            f"{message.channel.id}/{message.id}",
            message.content,
            files,
        )
        return await _told(message, told)

    async def edited(self, message: discord.Message) -> bool:
        """The same for what reads otherwise now."""
        card = self._card(message.channel)
        if not card or message.author.bot:
            return False
        told = await asyncio.to_thread(
            self._agents.edited,
            self._name,
            str(message.author.id),
            card,
            f"{message.channel.id}/{message.id}",
            message.content,
        )
        return await _told(message, told)


def _channel(place: str) -> int:
    found = read_place(place)
    if not isinstance(found, InChannel):
        raise SendError(f"{place!r} is no channel of Discord", permanent=True)
    return found.id


async def _copy(channel: Any, client: DeskClient, mark: int) -> str:
    """An earlier attempt's message: after a long while Discord has forgotten the nonce."""
    async for message in channel.history(limit=LOOK_BACK):
        ours = message.author.id == client.hearing.me
        marks = [each.id for each in message.components if each.type.value == TEXT]
        if ours and mark in marks:
            return str(message.id)
    return ""


async def _answer(interaction: discord.Interaction[Any], told: Told, custom_id: str) -> None:
    response = interaction.response
    if told.form:
        await response.send_modal(WordsForm(custom_id, *told.form))
    elif told.buttons:
        shown = [{"type": TEXT, "content": discord.utils.escape_markdown(told.text)}]
        await response.send_message(view=Drawn([*shown, *rows(told.buttons)]), ephemeral=True)
    elif told.text:
        await response.send_message(told.text[:2_000], ephemeral=True)
    else:
        await response.defer()


async def _told(message: discord.Message, told: Told | None) -> bool:
    """A message cannot be answered for its writer's eyes alone: it is told in the thread, among agents."""
    if told is None:
        return False
    if not told.done:
        try:
            await message.add_reaction(MARKS["failed"])
            await message.channel.send(told.text[:2_000], reference=message)
        except FAILURES as error:
            log.warning("an agent was not told: %s", send_error(error))
    return True
