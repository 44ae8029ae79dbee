"""What every channel promises. A new one joins by a line in `adapter_harness.HARNESSES`."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channel import Choice, Incoming, Outgoing, SendError
from tests.contract.adapter_ear import Channel, Ear, listening, running
from tests.contract.adapter_harness import HARNESSES


def channels(**able: bool) -> Any:
    """Every channel that can do what the test is about."""
    found = [h for h in HARNESSES if all(getattr(h, name) == be for name, be in able.items())]
    return pytest.mark.parametrize("channel", found, ids=lambda h: h.__name__)


@channels()
async def test_it_hears(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        assert await harness.say("how do I back up?")
        assert ear.last.text == "how do I back up?"
        assert ear.last.address == harness.address()
        assert ear.last.address.channel == harness.adapter.name
        assert ear.last.sent_at.tzinfo is not None
        assert ear.last.external_id


@channels()
async def test_two_messages_are_two(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        await harness.say("hello")
        await harness.say("hello")
        first, second = ear.heard
        assert isinstance(first, Incoming)
        assert isinstance(second, Incoming)
        assert first.external_id != second.external_id
        assert first.address == second.address


@channels(redelivers=True)
async def test_a_redelivered_message_keeps_its_identity(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        await harness.say("hello")
        await harness.say("hello", again=True)
        identities = {one.external_id for one in ear.heard if isinstance(one, Incoming)}
        assert len(identities) == 1


@channels()
async def test_it_does_not_hear_what_it_says_itself(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        await harness.say("hello")
        await harness.adapter.send(Outgoing("k1", harness.address(), "Here you are."))
        await harness.say("thanks")
        assert ear.texts == ["hello", "thanks"]


@channels(bots=True)
async def test_it_hears_no_bots(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        await harness.say("hello")
        await harness.bots_say("beep")
        await harness.say("thanks")
        assert ear.texts == ["hello", "thanks"]


@channels(catches_up=True)
async def test_what_was_written_while_it_was_away_is_heard_once(channel: Channel) -> None:
    ear = Ear()
    harness = channel(lambda _address: False)
    await harness.start()
    try:
        async with running(harness, ear):
            await harness.say("hello")
        await harness.miss("are you there?")
        async with running(harness, ear):
            await harness.come_back()
            await ear.hears(2)
            await harness.say("good")
    finally:
        await harness.stop()
    assert ear.texts == ["hello", "are you there?", "good"]
    assert len({one.address for one in ear.heard}) == 1


@channels()
async def test_what_was_not_kept_is_not_acknowledged(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        ear.refuse = True
        assert not await harness.say("hello")
        ear.refuse = False
        assert await harness.say("hello", again=True)
        assert ear.last.text == "hello"


@channels()
async def test_it_sends_into_the_thread(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        await harness.say("hello")
        assert await harness.adapter.send(Outgoing("k1", harness.address(), "Here you are."))
        assert "Here you are." in harness.seen()


@channels(threads=True)
async def test_it_keeps_threads_apart(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        await harness.say("hello", thread="one")
        await harness.say("hello", thread="two")
        await harness.adapter.send(Outgoing("k1", harness.address("two"), "for two"))
        assert "for two" in harness.seen("two")
        assert "for two" not in harness.seen("one")


@channels(redelivers=True)
async def test_the_same_key_is_seen_once(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        await harness.say("hello")
        outgoing = Outgoing("k1", harness.address(), "only once")
        await harness.adapter.send(outgoing)
        await harness.adapter.send(outgoing)
        assert harness.seen().count("only once") == 1


@channels()
async def test_a_choice_comes_back_as_that_choice(channel: Channel) -> None:
    ear = Ear()
    choices = (Choice("mac-1", "macOS"), Choice("win-2", "Windows"))
    async with listening(channel, ear) as harness:
        await harness.say("hello")
        await harness.adapter.send(
            Outgoing("k1", harness.address(), "Which one?", "ask_back", choices)
        )
        await harness.press(choices[1])
        assert (ear.last.choice, ear.last.text) == ("win-2", "Windows")


@channels()
async def test_long_text_arrives_whole(channel: Channel) -> None:
    ear = Ear()
    words = [f"word{n}" for n in range(5000)]
    async with listening(channel, ear) as harness:
        await harness.say("hello")
        await harness.adapter.send(Outgoing("k1", harness.address(), " ".join(words)))
        assert harness.seen().split()[-5000:] == words
        await harness.say(" ".join(words))
        assert ear.last.text.split() == words


@channels()
async def test_control_characters_do_no_harm(channel: Channel) -> None:
    """Every channel passes text on without harm; the one that is a terminal must not pass escapes."""
    ear = Ear()
    async with listening(channel, ear) as harness:
        await harness.say("hello")
        await harness.adapter.send(Outgoing("k1", harness.address(), "a \x1b[31mred\x1b[0m b"))
        assert "red" in harness.seen()
        if harness.adapter.name == "terminal":
            assert "\x1b" not in harness.seen()


@channels(fails=True)
async def test_failures_say_whether_to_try_again(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        await harness.say("hello")
        outgoing = Outgoing("k1", harness.address(), "text")
        harness.fail(SendError("slow down", retry_after=3))
        with pytest.raises(SendError) as passing:
            await harness.adapter.send(outgoing)
        assert (passing.value.permanent, passing.value.retry_after) == (False, 3)
        harness.fail(SendError("archived", permanent=True))
        with pytest.raises(SendError) as permanent:
            await harness.adapter.send(outgoing)
        assert permanent.value.permanent
        await harness.adapter.send(outgoing)
        assert harness.seen().count("text") == 1


@channels()
async def test_it_ends_when_cancelled_and_can_start_again(channel: Channel) -> None:
    ear = Ear()
    async with listening(channel, ear) as harness:
        await harness.say("hello")
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    async with listening(channel, ear) as harness:
        assert await harness.say("hello again")
