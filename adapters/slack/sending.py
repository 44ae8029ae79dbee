"""From our message to Slack's posts: paced, and never a second time what has arrived already.

send(outgoing)
  render(outgoing)           -> posts                                            pure
  copies(place, key)         after an unknown outcome: which parts are there already
  slot(channel)              one post a second and channel
  chat.postMessage           its failure turned into SendError
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from typing import Any

from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack.api import Refusal, call, patiently
from adapters.slack.blocks import Post, render
from adapters.slack.copies import copies
from adapters.slack.errors import NOT_A_MEMBER
from adapters.slack.messages import part, word
from adapters.slack.pace import Pace
from adapters.slack.places import Place, order, parse_place
from adapters.slack.talks import Line
from adapters.slack.threads import Note
from adapters.slack.workspace import Workspace, identity
from adapters.text import at_site
from bot.channel import Outgoing, SendError

log = logging.getLogger(__name__)

KNOWN = 10_000
QUIET = {"unfurl_links": False, "unfurl_media": False, "link_names": False}


class Sending:
    """Speaks in one workspace."""

    def __init__(self, workspace: Workspace, pace: Pace, *, can_share: bool) -> None:
        self._w = workspace
        self._pace = pace
        self._can_share = can_share
        self._native = workspace.options.native_feedback
        self._streams = workspace.options.streaming
        self._known: OrderedDict[str, dict[int, str]] = OrderedDict()
        self._doubtful: dict[str, None] = {}
        self._spoken: OrderedDict[str, None] = OrderedDict()

    async def send(self, outgoing: Outgoing) -> str:
        """Deliver a message; the identity of its last post. Raises SendError."""
        outgoing = at_site(outgoing, self._w.options.site)
        try:
            place = parse_place(outgoing.address.thread)
        except ValueError as error:
            raise SendError(str(error), permanent=True) from error
        there = await self._there(place, outgoing)
        try:
            return await self._parts(outgoing, place, there)
        except Refusal as refused:
            if refused.code != "invalid_blocks" or not (self._native and outgoing.rateable):
                raise
            log.warning("slack: feedback elements are refused here, plain buttons instead")
            self._native = False
            return await self._parts(outgoing, place, await self._there(place, outgoing))

    async def _there(self, place: Place, outgoing: Outgoing) -> dict[int, str]:
        """The parts that are posted already: as we know, else as Slack tells."""
        known = self._known.get(outgoing.key)
        if known is not None:
            return known
        doubtful = outgoing.attempt > 1 or outgoing.key in self._doubtful
        there = {}
        if doubtful or self._left_over(place):
            there = await copies(self._w, place, outgoing.key)
        self._spoken[str(place)] = None
        while len(self._spoken) > KNOWN:
            self._spoken.popitem(last=False)
        return there

    def _left_over(self, place: Place) -> bool:
        """Whether this may be what an earlier process was posting when it died.

        Only the first message to a conversation can be, and only where it was there already.
        """
        begun = place.thread_ts or place.begun
        return str(place) not in self._spoken and order(begun) < order(self._w.others_until)

    async def _parts(self, outgoing: Outgoing, place: Place, there: dict[int, str]) -> str:
        share = self._can_share and bool(place.user) and outgoing.sort == "answer"
        posts = render(outgoing, self._w.options.labels, native=self._native, share=share)
        if not posts:
            raise SendError("there is nothing in this message to post", permanent=True)
        for post in posts:
            if post.part not in there:
                there[post.part] = await self._one(outgoing.key, place, post, there, len(posts))
            self._remember(place, there[post.part])
        self._know(outgoing.key, there)
        return identity(place.channel, there[posts[-1].part])

    async def _one(
        self, key: str, place: Place, post: Post, there: dict[int, str], count: int
    ) -> str:
        """One post. As long as it may or may not have been made, the message is in doubt."""
        self._known.pop(key, None)
        self._doubtful[key] = None
        try:
            await self._pace.slot(place.channel)
            ts = await self._post(place, post, count)
        except SendError as error:
            if not getattr(error, "unknown", False):
                self._know(key, there)
            raise
        self._doubtful.pop(key, None)
        return ts

    def _know(self, key: str, there: dict[int, str]) -> None:
        self._doubtful.pop(key, None)
        self._known[key] = there
        while len(self._known) > KNOWN:
            self._known.popitem(last=False)

    async def _post(self, place: Place, post: Post, count: int) -> str:
        try:
            if place.user:
                return await self._whisper(place, post)
            if self._streams and place.thread_ts and place.channel.startswith("D") and count == 1:
                streamed = await self._stream(place, post)
                if streamed:
                    return streamed
            return await self._say(place.channel, place.thread_ts, post)
        except Refusal as refused:
            if refused.retry_after is not None:
                self._pace.hold(place.channel, refused.retry_after)
            raise

    async def _say(self, channel: str, thread_ts: str, post: Post) -> str:
        where = {"channel": channel} | ({"thread_ts": thread_ts} if thread_ts else {})
        told = await call(
            self._w.client.chat_postMessage,
            text=post.text,
            blocks=list(post.blocks),
            metadata=dict(post.metadata),
            **where,
            **QUIET,
        )
        return word(told, "ts")

    async def _whisper(self, place: Place, post: Post) -> str:
        """For one person's eyes; in their direct messages where we are not in the channel."""
        what = {"text": post.text, "blocks": list(post.blocks)}
        try:
            told = await call(
                self._w.client.chat_postEphemeral, channel=place.channel, user=place.user, **what
            )
            return word(told, "message_ts")
        except Refusal as refused:
            if refused.code not in NOT_A_MEMBER:
                raise
        opened = await call(self._w.client.conversations_open, users=place.user)
        return await self._say(word(part(opened, "channel"), "id"), "", post)

    async def _stream(self, place: Place, post: Post) -> str:
        """By Slack's streaming methods; empty where they are not to be had."""
        markdown = [str(block["text"]) for block in post.blocks if block["type"] == "markdown"]
        rest = [block for block in post.blocks if block["type"] != "markdown"]
        client, where = self._w.client, {"channel": place.channel}
        try:
            begun = await call(client.chat_startStream, thread_ts=place.thread_ts, **where)
        except Refusal as refused:
            if refused.broken or refused.retry_after is not None or not refused.code:
                raise
            log.info("slack: no streaming here", extra={"why": str(refused)})
            self._streams = False
            return ""
        ts = word(begun, "ts")
        for paragraph in "\n\n".join(markdown).split("\n\n"):
            shown = f"{paragraph}\n\n"
            await call(client.chat_appendStream, ts=ts, markdown_text=shown, **where)
        await call(
            client.chat_stopStream, ts=ts, blocks=rest, metadata=dict(post.metadata), **where
        )
        return ts

    def _remember(self, place: Place, ts: str) -> None:
        """We spoke there: in a thread we take part now, in a talk the next line belongs to it."""
        if place.begun and not place.user:
            self._w.talks.add(place.channel, Line(ts, place.begun))
        elif place.thread_ts:
            ours = Note(ts, self._w.me.user, by_self=True, to_bot=False)
            self._w.threads.add(place.channel, place.thread_ts, ours)
            self._w.marks.done(str(place), ts)


async def respond(workspace: Workspace, url: str, text: str, **more: Any) -> None:
    """Tell something to one person; what fails is only logged."""
    if not url:
        return
    hook = AsyncWebhookClient(url, session=workspace.client.session, retry_handlers=[])
    try:
        await hook.send(text=text, response_type="ephemeral", **more)
    except Exception as error:  # noqa: BLE001 - whatever the SDK raises, it is decoration
        log.warning("slack: no response", extra={"error": type(error).__name__})


async def update(workspace: Workspace, channel: str, ts: str, blocks: list[Any], text: str) -> None:
    """Change a post of ours; what fails is only logged, for it is decoration."""
    try:
        await patiently(
            workspace.client.chat_update, channel=channel, ts=ts, blocks=blocks, text=text
        )
    except (SendError, asyncio.CancelledError) as error:
        log.warning("slack: a message was not updated", extra={"why": str(error)})
        if isinstance(error, asyncio.CancelledError):
            raise
