"""What a desk takes at most, and what becomes of what came late, from its settings."""

from __future__ import annotations

from datetime import timedelta

from bot.limits import Limits
from bot.responders.late import Late
from config.wiring import Place


def late_rules(place: Place) -> Late:
    """What becomes of messages that were old when they came in."""
    agreed = place.settings.limits
    people = timedelta(hours=agreed.late_ticket_hours) if agreed.late_ticket_hours else None
    return Late(
        timedelta(minutes=agreed.late_minutes), people, tier=place.settings.tickets.first_tier
    )


def limits(place: Place) -> Limits:
    """The limits of the settings."""
    agreed = place.settings.limits
    return Limits(
        text=agreed.message_characters,
        attachment=agreed.attachment_bytes,
        attachments=agreed.attachments,
        history=agreed.history_messages,
        turn_attempts=agreed.turn_attempts,
        delivery=timedelta(hours=agreed.delivery_hours),
        person_per_minute=agreed.questions_per_minute,
        channel_per_minute=agreed.channel_questions_per_minute or None,
    )
