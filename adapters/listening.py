"""Where the bot speaks: one decision for every platform, free of any platform's words.

An adapter says what it overheard; `judge` says whether the bot should answer, and why.
The reason is for the log: a message that is met with silence is never silently dropped.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.channel import Address

Mode = Literal["mention", "questions", "all", "off"]
"""`mention`: only when addressed. `questions`: also new top-level messages, when sure of the
answer. `all`: every new top-level message. `off`: never."""


@dataclass(frozen=True, slots=True)
class ListeningRules:
    """Where the bot speaks, as the settings say it.

    `modes` is for single places and wins over `mode`. `allow`, when it is not empty,
    names all places the bot speaks in; `deny` wins over everything. A place is whatever
    the platform lets settings name: a channel's id, its category, its server.
    """

    mode: Mode = "mention"
    modes: Mapping[str, Mode] = field(default_factory=dict)
    allow: frozenset[str] = frozenset()
    deny: frozenset[str] = frozenset()
    direct: bool = True


Before = Literal["nobody", "bot", "sender", "other"]
"""Who wrote the message before in a thread: the bot, the same person, or somebody else."""


@dataclass(frozen=True, slots=True)
class Overheard:
    """A message, as far as this decision needs to know it.

    `places` are the names that settings may use for where it was said, the narrowest
    first. `direct` is a private talk with the bot. `in_thread` is a reply in a thread,
    `bot_in_thread` that the bot has spoken there (or was asked to), `before` who wrote
    last there. `addresses_others` means that somebody other than the bot is mentioned.
    `with_people` is said of the requester of a conversation that people have taken over.
    """

    places: tuple[str, ...] = ()
    by_self: bool = False
    by_bot: bool = False
    direct: bool = False
    mentions_bot: bool = False
    addresses_others: bool = False
    in_thread: bool = False
    bot_in_thread: bool = False
    before: Before = "nobody"
    with_people: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to hear the message, whether only a sure answer is wanted, and why."""

    speak: bool
    reason: str
    only_if_sure: bool = False


CHATTER = Verdict(False, "people talk to each other")


def mode_at(rules: ListeningRules, places: tuple[str, ...]) -> Mode:
    """The mode of the narrowest place that has one of its own."""
    return next((rules.modes[place] for place in places if place in rules.modes), rules.mode)


def judge(rules: ListeningRules, heard: Overheard) -> Verdict:
    """Whether the bot speaks to what it overheard."""
    if heard.by_self:
        return Verdict(False, "our own message")
    if heard.by_bot:
        return Verdict(False, "another bot's message")
    closed = closed_place(rules, heard)
    if closed:
        return Verdict(False, closed)
    if heard.direct:
        return Verdict(True, "a direct message")
    if heard.mentions_bot:
        return Verdict(True, "mentioned")
    return judge_thread(heard) if heard.in_thread else judge_top_level(rules, heard)


def closed_place(rules: ListeningRules, heard: Overheard) -> str:
    """Why the bot may not speak there at all; empty when it may."""
    if rules.deny.intersection(heard.places):
        return "the place is on the deny list"
    if heard.direct:
        return "" if rules.direct else "direct messages are off"
    if rules.allow and not rules.allow.intersection(heard.places):
        return "the place is not on the allow list"
    return "the place is off" if mode_at(rules, heard.places) == "off" else ""


def judge_thread(heard: Overheard) -> Verdict:
    """Whether a reply that does not mention the bot is meant for it."""
    if not heard.bot_in_thread:
        return Verdict(False, "a thread of other people")
    if heard.with_people:
        return Verdict(True, "to the people who help")
    if heard.addresses_others or heard.before == "other":
        return CHATTER
    return Verdict(True, "a follow-up")


AsksPeople = Callable[[Address, str], Awaitable[bool]]
"""Whether people have the conversation there, and the person with this id is its requester."""


async def nobody_asks(_: Address, __: str) -> bool:
    """For channels whose conversations people never take over."""
    return False


async def heard_by_people(
    rules: ListeningRules, heard: Overheard, asks: Callable[[], Awaitable[bool]]
) -> Verdict:
    """The verdict; a reply in our thread that seems to be meant for others is for the people who
    help when its writer waits for them, as `asks` tells. It is asked only then."""
    verdict = judge(rules, heard)
    if verdict != CHATTER:
        return verdict
    return judge(rules, replace(heard, with_people=await asks()))


def judge_top_level(rules: ListeningRules, heard: Overheard) -> Verdict:
    """Whether a new message that does not mention the bot is to be answered."""
    mode = mode_at(rules, heard.places)
    if mode == "all":
        return Verdict(True, "every message here")
    if mode == "questions" and not heard.addresses_others:
        return Verdict(True, "perhaps a question", only_if_sure=True)
    return Verdict(False, "not addressed to the bot")
