"""Setting up a Discord bot: the link that invites it, and what is wrong when it is silent.

`firstline discord invite` and `firstline doctor discord`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import discord

from adapters.discord import words
from adapters.discord.client import Connection, point_library, sees_text
from adapters.discord.errors import FAILURES, send_error
from adapters.discord.messages import Hall, places
from adapters.findings import Finding
from adapters.listening import ListeningRules, Overheard, closed_place

SCOPES = ("bot", "applications.commands")
WHY = {
    "view_channel": "see the channel",
    "read_message_history": "read what was said while it was away",
    "send_messages": "answer",
    "create_public_threads": "answer in a thread on the question",
    "send_messages_in_threads": "answer in threads and forum posts",
    "create_private_threads": "open a private thread for a ticket",
    "add_reactions": "mark agents' replies as delivered in a triage channel",
    "manage_threads": "give forum posts the tags 'answered', 'needs human' and 'solved'",
}
"""Every permission that the bot uses, and what for."""
FORUM_ONLY, TEXT_ONLY = {"manage_threads"}, {"create_public_threads", "create_private_threads"}


def permissions() -> discord.Permissions:
    """Exactly what the bot uses."""
    return discord.Permissions(**dict.fromkeys(WHY, True))


def invite_url(application_id: int) -> str:
    """Where an administrator adds the bot to a server, with the permissions that it uses."""
    return discord.utils.oauth_url(application_id, permissions=permissions(), scopes=SCOPES)


async def application_id(token: str, connection: Connection) -> int:
    """Which application the token belongs to. Raises SendError that says what is wrong."""
    point_library(connection)
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        async with client:
            await client.login(token)
            assert client.application is not None  # noqa: S101 it is set by the login
            return client.application.id
    except FAILURES as error:
        raise send_error(error) from error


async def diagnose(
    token: str, rules: ListeningRules, connection: Connection | None = None
) -> list[Finding]:
    """Look at the token, the intents, and the permissions in each channel where the bot may speak.

    Changes nothing on Discord; never raises for what it finds.
    """
    if not token:
        return [Finding("error", "There is no token.", "Set FIRSTLINE_DISCORD__TOKEN.")]
    point_library(connection or Connection())
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        async with client:
            await client.login(token)
            return [finding async for finding in findings(client, rules)]
    except FAILURES as error:
        return [Finding("error", "Discord does not let the bot in.", f"{send_error(error)}.")]


async def findings(client: discord.Client, rules: ListeningRules) -> AsyncIterator[Finding]:
    """Each check in order, after the login."""
    assert client.user is not None  # noqa: S101 it is set by the login
    assert client.application is not None  # noqa: S101 so is this
    yield Finding("ok", f"The token works: the bot is {client.user}.")
    if sees_text(client.application.flags):
        yield Finding("ok", "The bot is given the text of messages.")
    else:
        yield Finding("error", "The bot is not given the text of messages.", words.NO_INTENT + ".")
    if client.application.interactions_endpoint_url:
        yield Finding(
            "error",
            "Commands and buttons go to another address, so the bot never hears of them.",
            "Empty 'Interactions Endpoint URL' under General Information in the Developer Portal.",
        )
    found = [guild async for guild in client.fetch_guilds(limit=200)]
    if not found:
        link = invite_url(client.application.id)
        yield Finding("warning", "The bot is in no server.", f"Invite it: {link}")
    for guild in found:
        async for finding in in_server(client, guild.id, rules):
            yield finding


async def in_server(
    client: discord.Client, guild_id: int, rules: ListeningRules
) -> AsyncIterator[Finding]:
    """What the bot lacks in the channels of one server where its rules let it speak."""
    assert client.user is not None  # noqa: S101 it is set by the login
    guild = await client.fetch_guild(guild_id)
    me = await guild.fetch_member(client.user.id)
    served = [
        channel
        for channel in await guild.fetch_channels()
        if isinstance(channel, Hall) and not closed_place(rules, Overheard(places(channel)))
    ]
    if not served:
        remedy = "Look at 'discord.mode', 'discord.allow' and 'discord.deny' in the settings."
        yield Finding("warning", f"{guild.name}: the bot may speak nowhere.", remedy)
    for channel in served:
        yield in_channel(f"{guild.name}, #{channel.name}", channel, me)


def in_channel(name: str, channel: Hall, me: discord.Member) -> Finding:
    """Whether the bot can do there what it needs to."""
    has = channel.permissions_for(me)
    unneeded = TEXT_ONLY if isinstance(channel, discord.ForumChannel) else FORUM_ONLY
    lacks = [each for each in WHY if each not in unneeded and not getattr(has, each)]
    if not lacks:
        return Finding("ok", f"{name}: all permissions are there.")
    needed = "; ".join(f"'{each.replace('_', ' ').title()}', to {WHY[each]}" for each in lacks)
    severe = {"view_channel", "send_messages", "send_messages_in_threads"} & set(lacks)
    return Finding(
        "error" if severe else "warning",
        f"{name}: permissions are missing.",
        f"In the channel's settings, under Permissions, give the bot {needed}.",
    )
