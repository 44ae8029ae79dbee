"""Looking for our own posts in Slack, by the key in their metadata."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from adapters.slack.api import Refusal, call
from adapters.slack.messages import part, word
from adapters.slack.places import Place, written_ts
from adapters.slack.workspace import Workspace

LOOK_BACK = timedelta(hours=25)
"""An undelivered message is given up after a day; no copy of ours is older."""


async def copies(workspace: Workspace, place: Place, key: str) -> dict[int, str]:
    """Our posts with this key that are there: part to ts; none where Slack cannot show them.

    Raises Refusal when Slack cannot be asked, for then posting might say it twice.
    """
    found: dict[int, str] = {}
    if place.user:
        return found
    since = written_ts(workspace.now() - LOOK_BACK)
    arguments = {"channel": place.channel, "oldest": since, "include_all_metadata": True}
    method: Any = workspace.client.conversations_history
    if place.thread_ts:
        method = workspace.client.conversations_replies
        arguments["ts"] = place.thread_ts
    cursor = ""
    while True:
        try:
            told = await call(
                method, limit=200, **arguments, **({"cursor": cursor} if cursor else {})
            )
        except Refusal as refused:
            if refused.code == "thread_not_found":
                return found
            raise
        found |= with_key(told.get("messages"), workspace.me.user, key)
        cursor = word(part(told, "response_metadata"), "next_cursor")
        if not cursor:
            return found


def with_key(messages: Any, user: str, key: str) -> dict[int, str]:
    """Those messages that we posted under the key. Pure."""
    found = {}
    for each in messages if isinstance(messages, list) else []:
        payload = part(part(each, "metadata"), "event_payload")
        number = payload.get("part")
        if word(payload, "key") == key and word(each, "user") == user and isinstance(number, int):
            found[number] = word(each, "ts")
    return found
