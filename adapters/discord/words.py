"""What the adapter itself says on Discord, beside the bot's own words."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.views import TicketLine

NOT_KEPT = "Sorry, this could not be taken in just now. Please try again in a moment."
TICKET_MADE = "Thank you. This went to our team; they answer in {where}."
IN_DIRECT = "our direct messages"
ASK_EXPIRED = "The answer to your `/ask`"
NO_INTENT = (
    "Discord does not give this bot the text of messages. Open the Developer Portal, choose your "
    "application, then Bot, Privileged Gateway Intents, and turn on 'Message Content Intent'"
)
COMMENT_KEPT = "Thank you, noted."
NOT_HERE = "I do not answer in this place."
CANNOT_SHARE = "I may not write here, so I cannot show it."
NOT_OURS = "This cannot be pressed any more."
OWN_TICKETS, NO_TICKETS = "Your open tickets", "You have no open tickets."
LINES = 20


def own_tickets(tickets: Sequence[TicketLine]) -> str:
    """One's own open tickets, a line each."""
    lines = [
        f"**#{each.id}** {discord.utils.escape_markdown(each.subject[:80])} · {each.status}"
        for each in tickets[:LINES]
    ]
    return "\n".join([f"**{OWN_TICKETS}**", *lines]) if lines else NO_TICKETS
