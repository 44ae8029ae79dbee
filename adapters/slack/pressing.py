"""What people press, command, fill in and react with. First kept, then shown as done.

Each has one identity, so that a double press or a redelivery has one effect: a message's
choices are one identity whoever presses which; a form is its trigger; a reaction is the
message it is on.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from adapters.slack.api import Refusal, call
from adapters.slack.blocks import after_choice, after_rating, render
from adapters.slack.hearing import Hearing
from adapters.slack.interactions import (
    ASK,
    LIST,
    TICKET,
    Command,
    CommentForm,
    FromMessage,
    Interaction,
    Pressed,
    TicketForm,
)
from adapters.slack.messages import Ignored, Opened, Reacted, Said, part, said, word
from adapters.slack.options import Recall, ShowHome
from adapters.slack.places import Place
from adapters.slack.sending import QUIET, respond, update
from adapters.slack.views import (
    comment_form,
    home_view,
    prompts,
    shared_answer,
    shown,
    ticket_form,
    ticket_lines,
)
from adapters.slack.workspace import Workspace, identity
from adapters.text import at_site
from bot.channel import Address, Incoming, Rating, Sender, SendError

log = logging.getLogger(__name__)

REMEMBERED = 5_000
"""Choices of which it is known who made them first: a later press does not change what is shown."""


class Pressing:
    """Takes the interactions of one workspace."""

    def __init__(
        self,
        workspace: Workspace,
        hearing: Hearing,
        show_home: ShowHome | None,
        recall: Recall | None,
    ) -> None:
        self._w = workspace
        self._hearing = hearing
        self._show_home = show_home
        self._recall = recall
        self._labels = workspace.options.labels
        self._decorating: set[asyncio.Task[None]] = set()
        self._chosen: OrderedDict[str, str] = OrderedDict()

    async def take(self, interaction: Interaction) -> str:
        """Take one; what became of it, in words. Raises when it could not be kept."""
        match interaction:
            case Pressed(what="choice"):
                return await self._choice(interaction)
            case Pressed(what="rating"):
                return await self._rating(interaction)
            case Pressed():
                return await self._share(interaction)
            case Command():
                return await self._command(interaction)
            case FromMessage():
                return await self._from_message(interaction)
            case TicketForm():
                return await self._form(interaction)
            case CommentForm():
                return await self._comment(interaction)
            case Ignored(reason=reason):
                return f"ignored: {reason}"

    async def _choice(self, pressed: Pressed) -> str:
        sender = Sender(pressed.user, pressed.user_name)
        await self._w.receive(
            Incoming(
                address=Address(self._w.options.name, pressed.thread),
                external_id=f"choice:{pressed.key}",
                sender=sender,
                text=pressed.label,
                sent_at=self._w.now(),
                choice=pressed.value,
            )
        )
        now = self._labels.chosen.format(name=shown(sender), label=pressed.label)
        told = self._chosen.setdefault(pressed.key, now)
        while len(self._chosen) > REMEMBERED:
            self._chosen.popitem(last=False)
        self._decorate(pressed, after_choice(pressed.blocks, pressed.key, told), told)
        return "heard: a choice"

    async def _rating(self, pressed: Pressed) -> str:
        helpful = pressed.value == "up"
        sender = Sender(pressed.user, pressed.user_name)
        address = Address(self._w.options.name, pressed.thread)
        now = self._w.now()
        await self._w.receive(Rating(address, pressed.key, sender, helpful, now))
        label = self._labels.rated_helpful if helpful else self._labels.rated_not_helpful
        told = label.format(name=shown(sender))
        if not helpful:
            self._beside(self._ask_why(pressed))
        self._decorate(pressed, after_rating(pressed.blocks, pressed.key, told), told)
        return "heard: a rating"

    async def _ask_why(self, pressed: Pressed) -> None:
        """A form for words to a 👎; who wants to say nothing closes it."""
        view = comment_form(self._labels, pressed.key, pressed.thread)
        try:
            await call(self._w.client.views_open, trigger_id=pressed.trigger, view=view)
        except Refusal as refused:
            log.info("slack: not asked why", extra={"why": str(refused)})

    async def _comment(self, form: CommentForm) -> str:
        address = Address(self._w.options.name, form.thread)
        sender = Sender(form.user, form.user_name)
        await self._w.receive(
            Rating(address, form.key, sender, False, self._w.now(), comment=form.text)
        )
        return "heard: a comment"

    def _decorate(self, pressed: Pressed, blocks: list[Any], told: str) -> None:
        """Show what happened, after Slack has its acknowledgement."""
        if pressed.blocks:
            text = pressed.text or told
            work = update(self._w, pressed.channel, pressed.message_ts, blocks, text)
        else:
            work = respond(self._w, pressed.response_url, told)
        self._beside(work)

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._decorating.add(task)
        task.add_done_callback(self._decorating.discard)

    async def _share(self, pressed: Pressed) -> str:
        """Show a private answer to everyone in the channel; once, however often it is pressed."""
        address = Address(self._w.options.name, pressed.thread)
        outgoing = await self._recall(address, pressed.key) if self._recall else None
        if outgoing is None:
            return "ignored: there is nothing to share"
        whole = at_site(outgoing, self._w.options.site)
        posts = render(whole, self._labels, native=False)
        told = self._labels.shared_by.format(name=pressed.user_name or pressed.user)
        for post in posts:
            try:
                await call(
                    self._w.client.chat_postMessage,
                    channel=pressed.channel,
                    text=post.text,
                    blocks=shared_answer(told, list(post.blocks)),
                    **QUIET,
                )
            except Refusal as refused:
                log.info("slack: not shared", extra={"why": str(refused)})
                await respond(self._w, pressed.response_url, self._labels.share_failed)
                return "told: cannot post there"
        await respond(self._w, pressed.response_url, self._labels.shared, replace_original=True)
        return "shared an answer"

    async def _command(self, command: Command) -> str:
        if command.name == ASK:
            return await self._ask(command)
        if command.name == TICKET and command.text.lower() == LIST and self._show_home:
            own = ticket_lines((await self._show_home(command.user)).tickets, self._labels)
            await respond(self._w, command.response_url, own)
            return "told: own tickets"
        if command.name == TICKET:
            view = ticket_form(self._labels, command.trigger, command.text)
            await call(self._w.client.views_open, trigger_id=command.trigger, view=view)
            return "opened the ticket form"
        await respond(self._w, command.response_url, self._labels.unknown_command)
        return "ignored: an unknown command"

    async def _ask(self, command: Command) -> str:
        if not command.text:
            await respond(self._w, command.response_url, self._labels.ask_usage)
            return "told: how to ask"
        place = Place(command.channel, user=command.user, begun=command.trigger)
        await self._w.receive(
            Incoming(
                address=self._w.address(place),
                external_id=f"ask:{command.trigger}",
                sender=Sender(command.user, command.user_name),
                text=command.text,
                sent_at=self._w.now(),
            )
        )
        return "heard: a question"

    async def _form(self, form: TicketForm) -> str:
        """A ticket goes on in the person's direct messages."""
        opened = await call(self._w.client.conversations_open, users=form.user)
        place = Place(word(part(opened, "channel"), "id"), begun=f"form-{form.identity}")
        text = "\n\n".join(each for each in (form.subject, form.text) if each)
        await self._ticket(place, f"form:{form.identity}", Sender(form.user, form.user_name), text)
        return "heard: a ticket form"

    async def _from_message(self, shortcut: FromMessage) -> str:
        """A ticket from a whole thread, in that thread."""
        message = said(shortcut.message, self._w.me, channel=shortcut.channel)
        if message is None:
            return "ignored: a shortcut on a message nobody wrote"
        sender = Sender(shortcut.user, shortcut.user_name)
        try:
            await self._ticket_from(message, sender)
        except Refusal as refused:
            if not refused.permanent:
                raise
            await respond(self._w, shortcut.response_url, self._labels.unreadable)
            return "told: cannot read that message"
        return "heard: a ticket from a thread"

    async def _ticket_from(self, message: Said, sender: Sender) -> None:
        place = await self._w.place_of(message)
        thread = await self._w.reading.thread(message.channel, message.root) or [message]
        lines = [f"{await self._name(each)}: {each.text}" for each in thread if each.text]
        text = "\n".join([self._labels.from_thread, *lines])
        key = identity(message.channel, message.root)
        await self._ticket(place, f"ticket:{key}", sender, text)

    async def _name(self, message: Said) -> str:
        if message.by_self or not message.user:
            return "bot"
        return await self._w.reading.name(message.user) or message.user

    async def _ticket(self, place: Place, external_id: str, sender: Sender, text: str) -> None:
        await self._w.receive(
            Incoming(
                address=self._w.address(place),
                external_id=external_id,
                sender=sender,
                text=text,
                sent_at=self._w.now(),
                for_people=True,
            )
        )

    async def reaction(self, reacted: Reacted) -> str:
        """An emoji that the settings give a meaning."""
        trigger = self._w.options.reactions.get(reacted.emoji)
        if trigger is None:
            return "ignored: an emoji without a meaning"
        try:
            message = await self._w.reading.message(reacted.channel, reacted.ts)
        except Refusal as refused:
            if not refused.permanent:
                raise
            return f"ignored: {refused}"
        if message is None or message.by_self:
            return "ignored: a reaction to nothing that a person wrote"
        if trigger == "ticket":
            name = await self._w.reading.name(reacted.user)
            await self._ticket_from(message, Sender(reacted.user, name))
            return "heard: a ticket by reaction"
        place = await self._w.place_of(message)
        incoming = await self._hearing.incoming(message, place, only_if_sure=False)
        again = f"answer:{identity(message.channel, message.ts)}"
        await self._w.receive(replace(incoming, external_id=again))
        return "heard: a question by reaction"

    async def opened(self, opened: Opened) -> str:
        """The home tab is filled; the messages tab gets its prompts."""
        try:
            if opened.tab == "home" and self._show_home:
                view = home_view(await self._show_home(opened.user), self._labels)
                await call(self._w.client.views_publish, user_id=opened.user, view=view)
                return "showed the home"
            if opened.tab == "messages" and self._w.options.prompts and opened.channel:
                await call(
                    self._w.client.assistant_threads_setSuggestedPrompts,
                    channel_id=opened.channel,
                    prompts=prompts(self._w.options.prompts),
                    **({"thread_ts": opened.thread_ts} if opened.thread_ts else {}),
                )
                return "suggested prompts"
        except SendError as error:
            log.warning("slack: the app's own page was not filled", extra={"why": str(error)})
        return "ignored: nothing to show there"
