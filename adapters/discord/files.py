"""The files that come with a message: texts and images are fetched, others named."""

from __future__ import annotations

import asyncio
import logging

import discord

from adapters.discord.errors import FAILURES, send_error
from adapters.discord.messages import wanted
from bot.channel import Attachment

log = logging.getLogger(__name__)

SECONDS = 20.0


async def fetched(
    message: discord.Message, text_limit: int, image_limit: int
) -> tuple[Attachment, ...]:
    """All files of a message; one that cannot be fetched is there without its content."""
    files = message.attachments
    return tuple(
        await asyncio.gather(
            *(_file(each, wanted(each, text_limit, image_limit)) for each in files)
        )
    )


async def _file(attachment: discord.Attachment, fetch: bool) -> Attachment:
    content = b""
    if fetch:
        try:
            async with asyncio.timeout(SECONDS):
                content = await attachment.read()
        except FAILURES as error:
            log.warning("attachment %s not fetched: %s", attachment.id, send_error(error))
    return Attachment(attachment.filename, attachment.content_type or "", content, attachment.url)
