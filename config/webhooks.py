"""Webhooks of a desk, from its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.desk import Database
from bot.faults import Fault, no_fault
from bot.webhook_post import PostRules, WebhookPost
from bot.webhooks import Webhooks
from config.wiring import Place


def webhook_door(place: Place, database: Database) -> Webhooks:
    """The door to the desk's webhooks."""
    return Webhooks(database, place.settings.secret.get_secret_value())


def webhook_post(place: Place, database: Database, fault: Fault = no_fault) -> WebhookPost:
    """What tells them."""
    agreed = place.settings.webhooks
    rules = PostRules(
        seconds=agreed.timeout_seconds,
        private=agreed.private_hosts,
        give_up=timedelta(hours=agreed.give_up_hours),
        remember=timedelta(days=agreed.keep_days),
    )
    return WebhookPost(database, place.settings.secret.get_secret_value(), rules, fault=fault)


def with_webhooks(
    troubles: Callable[[], Mapping[str, str]], door: Webhooks
) -> Callable[[], Mapping[str, str]]:
    """For the health page: the same troubles, and that deliveries of webhooks were given up."""

    def all_troubles() -> Mapping[str, str]:
        dead = door.dead()
        advice = f"{dead} deliveries were given up: see `firstline webhook log --dead`."
        return {**troubles(), **({"webhooks": advice} if dead else {})}

    return all_troubles
