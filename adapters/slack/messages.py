"""Slack's events in our words. Pure: whatever arrives is understood, or ignored with a named reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from adapters.slack.markup import mentions, read
from adapters.slack.places import moment

Event = Mapping[str, Any]

SPOKEN = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""The subtypes of `message` that a person wrote; all others tell of something else."""


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are in this workspace."""

    user: str
    bot: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a message, as Slack describes it."""

    id: str
    name: str
    media_type: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message that somebody wrote. `text` is free of Slack's markup; `thread_ts` is empty at
    the top level; `kind` is Slack's channel type where it is told (`im` is a direct message)."""

    channel: str
    ts: str
    user: str
    text: str
    at: datetime
    kind: str = ""
    thread_ts: str = ""
    mentions_bot: bool = False
    mentions_others: bool = False
    by_bot: bool = False
    by_self: bool = False
    files: tuple[File, ...] = ()
    key: str = ""

    @property
    def direct(self) -> bool:
        """A private talk with the bot."""
        return self.kind == "im" or (not self.kind and self.channel.startswith("D"))

    @property
    def root(self) -> str:
        """The message that the thread hangs on: itself at the top level."""
        return self.thread_ts or self.ts


@dataclass(frozen=True, slots=True)
class Changed:
    """A message that its writer changed; `now` is as it reads now. `called_us` says that it
    mentions the bot and did not before."""

    now: Said
    at: datetime
    called_us: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """A message that was taken back."""

    was: Said
    at: datetime


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody put an emoji on a message."""

    channel: str
    ts: str
    user: str
    emoji: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody opened the app: `tab` is `home` or `messages`."""

    user: str
    channel: str
    tab: str
    thread_ts: str = ""


@dataclass(frozen=True, slots=True)
class ThreadGrew:
    """Slack says that a thread has a reply, without the reply."""

    channel: str
    root: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """Our token or our place in the workspace was taken away."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing for us, and why."""

    reason: str


Parsed = Said | Changed | Removed | Reacted | Opened | ThreadGrew | Revoked | Ignored


def parse_event(event: object, me: Me) -> Parsed:
    """What an event means to us. Never raises."""
    if not isinstance(event, Mapping):
        return Ignored("an event without content")
    kind = word(event, "type")
    match kind:
        case "message":
            return parse_message(event, me)
        case "app_mention":
            return said(event, me) or Ignored("a mention without a writer, channel or time")
        case "reaction_added":
            return parse_reaction(event, me)
        case "app_home_opened":
            return parse_opened(event)
        case "assistant_thread_started":
            return parse_assistant_thread(event)
        case "tokens_revoked" if not part(event, "tokens").get("bot"):
            return Ignored("a person's token was revoked, not ours")
        case "tokens_revoked" | "app_uninstalled":
            return Revoked(kind)
    return Ignored(f"{kind or 'an event without a type'} is nothing we act on")


def parse_message(event: Event, me: Me) -> Parsed:
    """One `message` event of any subtype."""
    subtype = word(event, "subtype")
    if subtype == "message_changed":
        return parse_change(event, me)
    if subtype == "message_deleted":
        return parse_removal(event, me)
    if subtype == "message_replied":
        root = word(part(event, "message"), "ts")
        channel = word(event, "channel")
        return ThreadGrew(channel, root) if root and channel else Ignored("a reply to nothing")
    if subtype == "bot_message":
        return Ignored("another bot's message")
    if subtype not in SPOKEN:
        return Ignored(f"a notice of Slack's: {subtype}")
    return said(event, me) or Ignored("a message without a writer, channel or time")


def said(event: Event, me: Me, **inherited: str) -> Said | None:
    """A written message; None when it lacks what every message has."""
    channel = word(event, "channel") or inherited.get("channel", "")
    ts, user, at = word(event, "ts"), word(event, "user"), when(word(event, "ts"))
    if not channel or not at or not (user or word(event, "bot_id")):
        return None
    text = word(event, "text")
    called = mentions(text)
    by_self = user == me.user or (me.bot != "" and word(event, "bot_id") == me.bot)
    root = word(event, "thread_ts")
    payload = part(part(event, "metadata"), "event_payload")
    return Said(
        channel=channel,
        ts=ts,
        user=user,
        text=read(text, me.user),
        at=at,
        kind=word(event, "channel_type") or inherited.get("kind", ""),
        thread_ts="" if root == ts else root,
        mentions_bot=me.user in called or word(event, "type") == "app_mention",
        mentions_others=bool(called - {me.user}),
        by_bot=bool(word(event, "bot_id")) or word(event, "subtype") == "bot_message",
        by_self=by_self,
        files=tuple(parse_files(event.get("files"))),
        key=word(payload, "key") if by_self else "",
    )


def parse_change(event: Event, me: Me) -> Parsed:
    """An edit; one of our own, or one that leaves the text as it was, is nothing."""
    where = {"channel": word(event, "channel"), "kind": word(event, "channel_type")}
    after, before = part(event, "message"), part(event, "previous_message")
    if word(after, "subtype") == "tombstone":
        return parse_removal(event, me)
    now = said(after, me, **where)
    if now is None:
        return Ignored("a change of nothing")
    if now.by_self or now.by_bot:
        return Ignored("a change of a bot's message")
    if word(after, "text") == word(before, "text"):
        return Ignored("a change that leaves the text as it was")
    at = when(word(part(after, "edited"), "ts")) or when(word(event, "event_ts")) or now.at
    return Changed(now, at, now.mentions_bot and me.user not in mentions(word(before, "text")))


def parse_removal(event: Event, me: Me) -> Parsed:
    """A deletion of what a person wrote."""
    where = {"channel": word(event, "channel"), "kind": word(event, "channel_type")}
    was = said(part(event, "previous_message"), me, **where)
    if was is None:
        return Ignored("a deletion of nothing we know")
    if was.by_self or was.by_bot:
        return Ignored("a deletion of a bot's message")
    return Removed(was, when(word(event, "event_ts")) or was.at)


def parse_reaction(event: Event, me: Me) -> Parsed:
    """An emoji on a message."""
    item = part(event, "item")
    reacted = Reacted(
        word(item, "channel"), word(item, "ts"), word(event, "user"), word(event, "reaction")
    )
    if reacted.user == me.user:
        return Ignored("our own reaction")
    if not (reacted.channel and when(reacted.ts) and reacted.user and reacted.emoji):
        return Ignored("a reaction to something that is no message")
    return Reacted(
        reacted.channel, reacted.ts, reacted.user, reacted.emoji.split("::")[0]
    )  # without the skin tone


def parse_opened(event: Event) -> Parsed:
    """A visit to the app's own tabs."""
    opened = Opened(word(event, "user"), word(event, "channel"), word(event, "tab"))
    if not opened.user or opened.tab not in ("home", "messages"):
        return Ignored("the app was opened on a tab that we do not have")
    return opened


def parse_assistant_thread(event: Event) -> Parsed:
    """A new thread of the older assistant view."""
    thread = part(event, "assistant_thread")
    opened = Opened(
        word(thread, "user_id"), word(thread, "channel_id"), "messages", word(thread, "thread_ts")
    )
    return opened if opened.channel else Ignored("an assistant thread without a channel")


def parse_files(files: object) -> Sequence[File]:
    """The files that have a name or an address; a deleted or hidden one has neither."""
    found = []
    for each in files if isinstance(files, list) else []:
        if not isinstance(each, Mapping) or not (word(each, "name") or word(each, "url_private")):
            continue
        size = each.get("size")
        url = word(each, "url_private_download") or word(each, "url_private")
        known_size = size if isinstance(size, int) and not isinstance(size, bool) else 0
        media_type = word(each, "mimetype")
        found.append(File(word(each, "id"), word(each, "name"), media_type, known_size, url))
    return found


def word(event: Event, name: str) -> str:
    """A text of the event; empty when it is missing or something else."""
    value = event.get(name)
    return value if isinstance(value, str) else ""


def part(event: Event, name: str) -> Event:
    """A part of the event; empty when it is missing or something else."""
    value = event.get(name)
    return value if isinstance(value, Mapping) else {}


def when(ts: str) -> datetime | None:
    """The time of a timestamp; None when it is none."""
    try:
        return moment(ts) if ts and float(ts) > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
