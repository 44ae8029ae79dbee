"""The bridge from our plain components to discord.py."""

from __future__ import annotations

from typing import Any

import discord

from adapters.discord.layout import Component


class Drawn(discord.ui.LayoutView):
    """Components that are ready as they are.

    discord.py keeps no memory of it, and need not: a press is understood by its
    `custom_id` alone, also after a restart.
    """

    def __init__(self, components: list[Component]) -> None:
        super().__init__(timeout=None)
        self._drawn = components

    def to_components(self) -> list[Component]:
        return self._drawn

    def has_components_v2(self) -> bool:
        return True


def components_of(message: discord.Message) -> list[Any]:
    """The components of a message, as plain as we made them."""
    return [component.to_dict() for component in message.components]
