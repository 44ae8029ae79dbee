"""Discord's messages in our words. Pure: nothing is fetched and nothing is sent."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import discord

from adapters.discord.places import Direct, InThread, Place, instant
from adapters.listening import Before, Overheard
from bot.channel import Address, Attachment, Edit, Incoming, Sender

USER = re.compile(r"<@!?(\d+)>")
ROLE = re.compile(r"<@&(\d+)>")
HEARD = (discord.MessageType.default, discord.MessageType.reply)
Hall = discord.TextChannel | discord.ForumChannel
"""A channel whose messages or posts are questions."""


def out_of_scope(message: discord.Message) -> str:
    """Why a message can be no question whoever wrote it; empty when it may be one."""
    if message.type not in HEARD:
        return f"a notice of Discord ({message.type.name})"
    if message.webhook_id is not None:
        return "a webhook's message"
    where = message.channel
    if isinstance(where, discord.Thread):
        return "" if isinstance(where.parent, Hall) else "a thread of a channel that is not seen"
    if not isinstance(where, discord.TextChannel | discord.DMChannel):
        return f"a channel of a kind not served ({getattr(where, 'type', 'unknown')})"
    return ""


def overheard(
    message: discord.Message, me: int, *, bot_in_thread: bool, before: Before
) -> Overheard:
    """What the decision to speak needs to know of a message."""
    others = any(user.id != me for user in message.mentions)
    return Overheard(
        places=places(message.channel),
        by_self=message.author.id == me,
        by_bot=message.author.bot,
        direct=isinstance(message.channel, discord.DMChannel),
        mentions_bot=mentions(message, me),
        addresses_others=others,
        in_thread=isinstance(message.channel, discord.Thread) and not opens_post(message),
        bot_in_thread=bot_in_thread,
        before=before,
    )


def places(channel: object) -> tuple[str, ...]:
    """The names that settings may use for a channel, the narrowest first."""
    if isinstance(channel, discord.Thread):
        return (str(channel.id), *places(channel.parent))
    if not isinstance(channel, discord.abc.GuildChannel):
        return ()
    ids = (channel.id, channel.category_id, channel.guild.id)
    return (f"#{channel.name}", *(str(each) for each in ids if each is not None))


def mentions(message: discord.Message, me: int) -> bool:
    """Whether the bot is addressed, by its name or by the role that Discord made for it."""
    roles = (role.tags for role in message.role_mentions)
    return any(user.id == me for user in message.mentions) or any(
        tags is not None and tags.bot_id == me for tags in roles
    )


def opens_post(message: discord.Message) -> bool:
    """Whether it is the first message of a forum post: that one has the post's id."""
    where = message.channel
    return (
        isinstance(where, discord.Thread)
        and isinstance(where.parent, discord.ForumChannel)
        and where.id == message.id
    )


def question(message: discord.Message, me: int) -> str:
    """The text with names for ids and without the call to the bot; a post's title comes first."""
    names = {str(user.id): "@" + user.display_name for user in message.mentions}
    names[str(me)] = ""
    roles = {
        str(role.id): "" if role.tags and role.tags.bot_id == me else "@" + role.name
        for role in message.role_mentions
    }
    text = USER.sub(lambda found: names.get(found[1], found[0]), message.content)
    text = ROLE.sub(lambda found: roles.get(found[1], found[0]), text).strip()
    if opens_post(message):
        return f"{message.channel.name}\n\n{text}".strip()  # type: ignore[union-attr]
    return text


def place_in(channel: object, message_id: int, start: int) -> Place | None:
    """Where a message's conversation lives; `start` is that of the direct talk it belongs to."""
    if isinstance(channel, discord.Thread):
        return InThread(channel.parent_id, channel.id)
    if isinstance(channel, discord.DMChannel):
        return Direct(channel.id, start)
    if isinstance(channel, discord.TextChannel):
        return InThread(channel.id, message_id)
    return None


def incoming(
    message: discord.Message,
    address: Address,
    me: int,
    attachments: tuple[Attachment, ...],
    only_if_sure: bool,
) -> Incoming:
    """The message as the bot hears it."""
    return Incoming(
        address=address,
        external_id=str(message.id),
        sender=sender(message.author),
        text=question(message, me),
        sent_at=instant(message.id),
        attachments=attachments,
        only_if_sure=only_if_sure,
    )


def sender(user: discord.abc.User) -> Sender:
    """Who wrote, with the name shown in that server."""
    return Sender(str(user.id), user.display_name)


def edit(message: discord.Message, address: Address, me: int, at: datetime) -> Edit:
    """The message after its writer changed it."""
    return Edit(address, str(message.id), question(message, me), at)


def wanted(attachment: discord.Attachment, text_limit: int, image_limit: int) -> bool:
    """Whether the file is fetched: texts and images that are not too large."""
    kind = (attachment.content_type or "").partition(";")[0]
    if kind.startswith("image/"):
        return attachment.size <= image_limit
    ending = attachment.filename.rpartition(".")[2].lower()
    texts = kind.startswith("text/") or kind in TEXT_TYPES or ending in TEXT_ENDINGS
    return texts and attachment.size <= text_limit


TEXT_TYPES = {"application/json", "application/xml", "application/x-yaml", "application/toml"}
TEXT_ENDINGS = {
    "txt",
    "log",
    "md",
    "json",
    "yaml",
    "yml",
    "toml",
    "ini",
    "cfg",
    "conf",
    "csv",
    "xml",
}


def talk_start(start: int, active: int, message_id: int, quiet: timedelta) -> int:
    """The first message of the direct talk that a message belongs to: `start`, if it comes
    no longer than `quiet` after the talk was last `active`; else itself."""
    return message_id if not start or instant(message_id) - instant(active) > quiet else start


def title(text: str) -> str:
    """A name for the thread that a question gets: its first words, at most 90 characters."""
    line = " ".join(text.replace("`", "").replace("*", "").split())
    return line if len(line) <= 90 else line[:89].rsplit(" ", 1)[0][:89] + "…"
