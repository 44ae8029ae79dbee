"""Commands, forms, buttons and selects: stored first, acknowledged then, shown last.

Discord waits three seconds for an acknowledgement. It is given once `receive` has
returned, so that whatever was seen to work has been kept.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import discord

from adapters.discord import commands, messages, pressed, words
from adapters.discord.controls import Control, is_digest, place_of, read_control
from adapters.discord.drawn import Drawn, components_of
from adapters.discord.errors import FAILURES, send_error
from adapters.discord.hearing import Hearing, remember
from adapters.discord.layout import nonce_of
from adapters.discord.marks import CHOICE
from adapters.discord.places import Asked, Direct, InThread, Place, instant
from adapters.discord.whispers import Whisper
from adapters.listening import Overheard, judge
from bot.channel import Address, Heard, Incoming, Rating

if TYPE_CHECKING:
    from adapters.discord.client import DeskClient

log = logging.getLogger(__name__)

Pressed = discord.Interaction[Any]


class Pressing:
    """The hand of one client."""

    def __init__(self, client: DeskClient, hearing: Hearing) -> None:
        self.client = client
        self.hearing = hearing
        self.whispers: OrderedDict[int, Whisper] = OrderedDict()
        self._taken: OrderedDict[int, str] = OrderedDict()

    async def interaction(self, interaction: Pressed) -> None:
        """One thing that a user did. Never raises: Discord tells the user when no answer came."""
        try:
            await self.understood(interaction)
        except FAILURES as error:
            log.warning("interaction %s not answered: %s", interaction.id, send_error(error))

    async def understood(self, interaction: Pressed) -> None:
        data: Any = interaction.data or {}
        agents = self.hearing.agents
        if agents and await agents.press(interaction, data):
            return
        if interaction.type is discord.InteractionType.component:
            await self.press(interaction, str(data["custom_id"]), data.get("values") or [""])
        elif interaction.type is discord.InteractionType.modal_submit:
            await self.form(interaction, data)
        elif interaction.type is discord.InteractionType.application_command:
            await self.command(interaction, data)
        elif interaction.type is discord.InteractionType.autocomplete:
            await self.suggest(interaction, data)

    async def suggest(self, interaction: Pressed, data: Any) -> None:
        """Questions to an `/ask` that is still being typed."""
        typed = str((data.get("options") or [{}])[0].get("value") or "")
        found = await self.hearing.suggest(typed) if self.may_speak(interaction) else ()
        await interaction.response.autocomplete(commands.suggested(found))

    async def command(self, interaction: Pressed, data: Any) -> None:
        if not self.may_speak(interaction):
            await interaction.response.send_message(words.NOT_HERE, ephemeral=True)
        elif data["name"] == commands.ASK:
            await self.ask(interaction, str(data["options"][0]["value"]))
        elif data["name"] == commands.TICKET and data.get("options"):
            own = await self.hearing.own_tickets(str(interaction.user.id))
            await interaction.response.send_message(words.own_tickets(own), ephemeral=True)
        elif data["name"] == commands.TICKET:
            await interaction.response.send_modal(commands.TicketForm())
        else:
            target = data["resolved"]["messages"][str(data["target_id"])]
            await self.ticket(interaction, str(target.get("content") or ""))

    def may_speak(self, interaction: Pressed) -> bool:
        """A command calls the bot by name, so only a closed place keeps it silent."""
        direct = isinstance(interaction.channel, discord.DMChannel)
        called = Overheard(messages.places(interaction.channel), direct=direct, mentions_bot=True)
        return judge(self.hearing.rules, called).speak

    async def ask(self, interaction: Pressed, question: str) -> None:
        place = Asked(interaction.channel_id or 0, interaction.user.id, interaction.id)
        whisper = self.whisper(place, interaction)
        if await self.kept(interaction, self.said(interaction, place, question)):
            await interaction.response.defer(ephemeral=True)
            whisper.acknowledged.set()

    def whisper(self, place: Asked, interaction: Pressed, fresh: bool = True) -> Whisper:
        """From now on what is said in that place answers this interaction."""
        whisper = Whisper(interaction, original_free=fresh)
        remember(self.whispers, place.id, whisper)
        return whisper

    def said(self, interaction: Pressed, place: Place, text: str, **more: Any) -> Incoming:
        return Incoming(
            address=Address(self.hearing.name, str(place)),
            external_id=more.pop("external_id", str(interaction.id)),
            sender=messages.sender(interaction.user),
            text=text,
            sent_at=instant(interaction.id),
            **more,
        )

    async def kept(self, interaction: Pressed, heard: Heard) -> bool:
        """Whether it was stored; if not, the user is told and can do it again."""
        try:
            await self.hearing.receive(heard)
        except Exception:  # whatever kept it from being stored, it is not acknowledged
            log.exception("interaction %s was not stored", interaction.id)
            await interaction.response.send_message(words.NOT_KEPT, ephemeral=True)
            return False
        return True

    async def form(self, interaction: Pressed, data: Any) -> None:
        if data.get("custom_id") == commands.TICKET_FORM:
            fields = (commands.SUBJECT, commands.DETAIL)
            await self.ticket(interaction, "\n\n".join(commands.written(data, f) for f in fields))
            return
        control = read_control(str(data.get("custom_id")))
        place = self.place(interaction, control) if control else None
        if control is None or place is None or control.kind != "why":
            await interaction.response.send_message(words.NOT_OURS, ephemeral=True)
            return
        said = commands.written(data, commands.COMMENT).strip()
        await self.rate(interaction, control, place, helpful=False, comment=said)

    async def ticket(self, interaction: Pressed, text: str) -> None:
        """To people, in a place of its own that they can still answer in tomorrow."""
        place = await self.ticket_place(interaction, messages.title(text) or "Ticket")
        if await self.kept(interaction, self.said(interaction, place, text, for_people=True)):
            where = f"<#{place.id}>" if isinstance(place, InThread) else words.IN_DIRECT
            done = words.TICKET_MADE.format(where=where)
            await interaction.response.send_message(done, ephemeral=True)

    async def ticket_place(self, interaction: Pressed, title: str) -> InThread | Direct:
        """A private thread where there can be one, else a direct talk."""
        where = interaction.channel
        hall = where.parent if isinstance(where, discord.Thread) else where
        if isinstance(hall, discord.TextChannel):
            thread = await hall.create_thread(
                name=title, type=discord.ChannelType.private_thread, invitable=False
            )
            await thread.add_user(interaction.user)
            self.hearing.threads.add(thread.id)
            return InThread(hall.id, thread.id)
        direct = where if isinstance(where, discord.DMChannel) else None
        direct = direct or await interaction.user.create_dm()
        place = Direct(direct.id, interaction.id)
        await self.hearing.talked(place, interaction.id)
        return place

    async def press(self, interaction: Pressed, custom_id: str, values: list[str]) -> None:
        control = read_control(custom_id)
        place = self.place(interaction, control) if control else None
        if control is None or place is None or interaction.message is None:
            await interaction.response.send_message(words.NOT_OURS, ephemeral=True)
        elif control.kind == "rate":
            await self.rate(interaction, control, place, helpful=control.value == "1")
        elif control.kind == "why":
            await interaction.response.send_modal(commands.CommentForm(custom_id))
        elif control.kind == "share":
            await self.share(interaction, control)
        else:
            value = control.value if control.kind == "choice" else values[0]
            label = pressed.label_of(components_of(interaction.message), custom_id, values[0])
            await self.choose(interaction, place, value, label)

    def place(self, interaction: Pressed, control: Control) -> Place | None:
        """Where the talk goes on that the pressed message belongs to."""
        where, message = interaction.channel, interaction.message
        talk = place_of(control.talk, interaction.channel_id or 0, interaction.user.id)
        return talk or messages.place_in(where, message.id if message else 0, 0)

    async def choose(self, interaction: Pressed, place: Place, value: str, label: str) -> None:
        """A choice is taken once for each message, whoever presses, however often."""
        assert interaction.message is not None  # noqa: S101 `press` has seen it
        message = interaction.message
        whisper = None
        if isinstance(place, Asked):
            whisper = self.whisper(place, interaction, fresh=False)
        label = self._taken.setdefault(message.id, label)
        remember(self._taken, message.id, label)
        choice = self.hearing.marks.get(CHOICE + value) if is_digest(value) else value
        said = self.said(
            interaction, place, label, external_id=f"{message.id}/choice", choice=choice or None
        )
        async with self.hearing.lock(message.channel.id):
            if not await self.kept(interaction, said):
                self._taken.pop(message.id, None)
                return
        name = interaction.user.display_name
        await self.show(interaction, pressed.after_choice(components_of(message), label, name))
        if whisper:
            whisper.acknowledged.set()

    async def rate(
        self,
        interaction: Pressed,
        control: Control,
        place: Place,
        *,
        helpful: bool,
        comment: str = "",
    ) -> None:
        """👍 or 👎, or the words to a 👎."""
        rating = Rating(
            address=Address(self.hearing.name, str(place)),
            key=control.key,
            sender=messages.sender(interaction.user),
            helpful=helpful,
            sent_at=instant(interaction.id),
            comment=comment,
        )
        if not await self.kept(interaction, rating):
            return
        if interaction.message is None:
            await interaction.response.send_message(words.COMMENT_KEPT, ephemeral=True)
            return
        shown = components_of(interaction.message)
        after = pressed.after_comment(shown) if comment else pressed.after_rating(shown, helpful)
        await self.show(interaction, after)

    async def show(self, interaction: Pressed, components: list[Any]) -> None:
        """Acknowledge, and let the message say what happened, in one answer."""
        await interaction.response.edit_message(view=Drawn(components))

    async def share(self, interaction: Pressed, control: Control) -> None:
        """Show an answer that only its asker saw to everyone in the channel."""
        assert interaction.message is not None  # noqa: S101 `press` has seen it
        components = components_of(interaction.message)
        await interaction.response.defer()
        where = self.client.get_partial_messageable(interaction.channel_id or 0)
        public = pressed.shared(components, interaction.user.display_name)
        try:
            await where.send(view=Drawn(public), nonce=nonce_of(control.key + "/shared", 1))
        except (discord.Forbidden, discord.NotFound):
            await interaction.followup.send(words.CANNOT_SHARE, ephemeral=True)
            return
        await interaction.edit_original_response(view=Drawn(pressed.after_share(components)))
