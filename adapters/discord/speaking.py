"""What the bot says, brought to its place on Discord: once, in order, or a SendError."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import discord

from adapters.discord import messages, words
from adapters.discord.client import DeskClient
from adapters.discord.drawn import Drawn
from adapters.discord.errors import FAILURES, send_error
from adapters.discord.layout import TEXT, Post, digests, render
from adapters.discord.marks import CHOICE
from adapters.discord.places import Asked, Direct, InChannel, InThread, Place, read_place
from bot.channel import Outgoing, SendError

log = logging.getLogger(__name__)

THREAD_EXISTS = 160004
LOOK_BACK = 100
UNTITLED = "Question"


async def speak(client: DeskClient, outgoing: Outgoing) -> str:
    """Deliver it all; returns the id of its last message. Raises SendError and what discord.py raises."""
    place = placed(outgoing)
    posts = render(outgoing, place)
    if not posts:
        raise SendError("there is nothing to say", permanent=True)
    for short, meant in digests(outgoing, place).items():
        await client.hearing.marks.keep(CHOICE + short, meant)
    if isinstance(place, Asked):
        return await whisper(client, place, posts)
    channel = await opened(client, place)
    sent = await copies(channel, client) if outgoing.attempt > 1 else {}
    last = ""
    for post in posts:
        last = sent.get(post.mark) or await posted(channel, post)
    if isinstance(place, Direct):
        await client.hearing.talked(place, int(last))
    return last


def placed(outgoing: Outgoing) -> Place:
    """Where it goes. Raises SendError for an address that is none of Discord."""
    try:
        return read_place(outgoing.address.thread)
    except ValueError as error:
        raise SendError(str(error), permanent=True) from error


async def posted(channel: Any, post: Post) -> str:
    """Discord gives the first message again for a nonce it has just seen, so a retry adds none."""
    message = await channel.send(view=Drawn(post.components), nonce=post.nonce)
    return str(message.id)


async def copies(channel: Any, client: DeskClient) -> dict[int, str]:
    """Our latest messages there by their marks: after a long while Discord has forgotten the nonce."""
    found: dict[int, str] = {}
    async for message in channel.history(limit=LOOK_BACK):
        if message.author.id == client.hearing.me:
            for component in message.components:
                if component.type.value == TEXT and component.id is not None:
                    found.setdefault(component.id, str(message.id))
    return found


async def opened(client: DeskClient, place: InThread | Direct | InChannel) -> Any:
    """The channel to post in; the thread of a question is made with the first answer."""
    if isinstance(place, Direct):
        return client.get_partial_messageable(place.channel)
    if isinstance(place, InChannel):
        return client.get_partial_messageable(place.id)
    known = client.get_channel(place.id)
    if known is not None:
        return known
    if place.id not in client.hearing.threads and not await exists(client, place):
        await make_thread(client, place)
    client.hearing.threads.add(place.id)
    return client.get_partial_messageable(place.id)


async def exists(client: DeskClient, place: InThread) -> bool:
    """Whether the thread is there, though it was closed or made by another process."""
    if str(place) in client.hearing.titles:
        return False
    try:
        await client.fetch_channel(place.id)
    except discord.NotFound:
        return False
    return True


async def make_thread(client: DeskClient, place: InThread) -> None:
    """A thread on the question; fine if it is there already."""
    hall = await client.place(place.parent)
    if not isinstance(hall, discord.TextChannel):
        raise SendError("the channel of the question is gone or hidden", permanent=True)
    question = hall.get_partial_message(place.id)
    name = client.hearing.titles.get(str(place)) or messages.title(await first_words(question))
    try:
        await question.create_thread(name=name or UNTITLED)
    except discord.HTTPException as error:
        if error.code != THREAD_EXISTS:
            raise


async def first_words(question: discord.PartialMessage) -> str:
    """The text of a question that this process has not heard itself."""
    return (await question.fetch()).content


async def whisper(client: DeskClient, place: Asked, posts: list[Post]) -> str:
    """To the asker alone: in the channel while the interaction lives, then by direct message."""
    open_one = client.pressing.whispers.get(place.id)
    if open_one is not None and not open_one.interaction.is_expired():
        return [await open_one.say(post) for post in posts][-1]
    direct = await (await client.fetch_user(place.user)).create_dm()
    posts[0].components.insert(1, {"type": TEXT, "content": f"-# {words.ASK_EXPIRED}"})
    return [await posted(direct, post) for post in posts][-1]


async def typing(client: DeskClient, place: Place) -> None:
    """The sign that somebody is at work; gone with the next message there, or in 10 seconds."""
    if isinstance(place, Asked):
        return  # Discord itself says "is thinking…"
    if isinstance(place, Direct):
        where = place.channel
    elif isinstance(place, InChannel):
        where = place.id
    else:
        there = client.get_channel(place.id) is not None or place.id in client.hearing.threads
        where = place.id if there else place.parent
    await client.get_partial_messageable(where).typing()


def tags_of(outgoing: Outgoing) -> tuple[str, ...]:
    """The tags that say how a post stands after a message of ours; the first that is there counts."""
    return TAGS.get(outgoing.standing) or TAGS.get(outgoing.sort, ())


async def tag(client: DeskClient, place: Place, names: Sequence[str]) -> None:
    """Give a forum post the first of these tags that its forum has; nothing where it has none.

    It is part of the delivery, so that it is done again when the process dies before it; a
    failure is only logged, for the words are what matters.
    """
    post = client.get_channel(place.id) if isinstance(place, InThread) else None
    if not isinstance(post, discord.Thread) or not isinstance(post.parent, discord.ForumChannel):
        return
    there = {each.name.lower(): each for each in reversed(post.parent.available_tags)}
    wanted = next((there[name] for name in names if name in there), None)
    if wanted is None or wanted in post.applied_tags:
        return
    others = [each for each in post.applied_tags if each.name.lower() not in STATES]
    try:
        await post.edit(applied_tags=[*others, wanted][-5:])
    except FAILURES as error:
        log.warning("post %s not tagged %r: %s", post.id, wanted.name, send_error(error))


STATES = ("answered", "needs human", "solved")
TAGS = {
    "answer": ("answered",),
    "abstain": ("needs human",),
    "with_people": ("needs human",),
    "solved": ("solved", "answered"),
}
"""By what was said, or how the conversation stands then: the names of the forum's tags."""
