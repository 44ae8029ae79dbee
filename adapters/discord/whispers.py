"""What only the asker of an `/ask` sees, while Discord lets us say it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import discord

from adapters.discord.drawn import Drawn
from adapters.discord.layout import Post

ACKNOWLEDGED_WITHIN = 5.0


@dataclass(slots=True)
class Whisper:
    """An interaction that answers may be given to, for 15 minutes.

    `original_free`: its first answer takes the place of "is thinking…". `sent` are the
    marks of what was said already, with the ids it got.
    """

    interaction: discord.Interaction[Any]
    original_free: bool
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)
    sent: dict[int, str] = field(default_factory=dict)

    async def say(self, post: Post) -> str:
        """Say it to the asker alone, once; returns the message's id."""
        if post.mark not in self.sent:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                await self.acknowledged.wait()
            self.sent[post.mark] = await self._said(Drawn(post.components))
        return self.sent[post.mark]

    async def _said(self, view: Drawn) -> str:
        if self.original_free:
            first = await self.interaction.edit_original_response(view=view)
            self.original_free = False
            return str(first.id)
        more = await self.interaction.followup.send(view=view, ephemeral=True, wait=True)
        return str(more.id)
