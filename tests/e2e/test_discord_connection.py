"""What the network, Discord and our own absence do to the talks: nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.listening import ListeningRules
from bot.channel import Address, Outgoing, SendError
from tests.discord_support import Ears, Shop, adapter_for, answer, running
from tests.servers.discord.discord_server import DiscordServer


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with DiscordServer() as discord:
        yield Shop(discord, Ears(discord))


async def heard_in_order(shop: Shop, *texts: str) -> None:
    await shop.ears.until(len(texts))
    assert shop.ears.texts == list(texts)
    assert len(shop.ears.heard) == len(texts)


async def test_what_is_said_while_the_connection_is_cut_is_replayed(shop: Shop) -> None:
    gateway = shop.discord.gateway
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await shop.discord.say(shop.help, shop.ana, "one")
        await shop.ears.until(1)
        read = len(shop.discord.calls("GET", "/messages$"))
        for number, end in enumerate((gateway.drop, gateway.ask_reconnect), 1):
            (session,) = gateway.sessions.values()
            session.zombie = True
            await shop.discord.say(shop.help, shop.ana, f"while away {number}")
            await end()
            await shop.discord.until(lambda n=number, s=session: s.resumed == n)
        await shop.discord.say(shop.help, shop.ana, "last")
        await heard_in_order(shop, "one", "while away 1", "while away 2", "last")
    assert len(gateway.identified) == 1
    assert len(shop.discord.calls("GET", "/messages$")) == read, "a replay leaves no gap to read"


@pytest.mark.parametrize("end", ["invalidate", "forget"])
async def test_what_is_said_in_a_lost_session_is_read_from_history(shop: Shop, end: str) -> None:
    gateway = shop.discord.gateway
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "one")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard))
        thread = shop.thread(question)
        direct = shop.discord.world.direct(shop.ana)
        await shop.discord.say(direct, shop.ana, "hello")
        await shop.ears.until(2)
        (session,) = gateway.sessions.values()
        session.zombie = True
        await shop.discord.say(shop.help, shop.ben, "two")
        await shop.discord.say(thread, shop.ana, "in the thread")
        await shop.discord.say(direct, shop.ana, "in private")
        post = await shop.discord.post(shop.forum, shop.ben, "A post", "made meanwhile")
        if end == "invalidate":
            await gateway.invalidate()
        else:
            await gateway.drop(forget=True)
        await shop.ears.until(6)
        await shop.discord.say(post, shop.ben, "and more")
        await shop.ears.until(7)
    assert shop.ears.texts[:2] == ["one", "hello"]
    assert set(shop.ears.texts[2:6]) == {
        "two",
        "in the thread",
        "in private",
        "A post\n\nmade meanwhile",
    }
    assert shop.ears.texts[6:] == ["and more"]
    assert len(gateway.identified) == 2


async def test_a_connection_that_went_silent_is_left_and_nothing_is_lost(shop: Shop) -> None:
    gateway = shop.discord.gateway
    gateway.heartbeat = 50
    adapter = adapter_for(shop.discord, shop.marks, silence=0.3)
    async with running(adapter, shop.ears):
        gateway.make_zombie()
        await shop.discord.say(shop.help, shop.ana, "is anybody there?")
        await heard_in_order(shop, "is anybody there?")
        assert next(iter(gateway.sessions.values())).resumed == 1


async def test_live_messages_wait_for_the_ones_missed_before_them(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await shop.discord.say(shop.help, shop.ana, "0")
        await shop.ears.until(1)
    for number in range(1, 250):
        await shop.discord.say(shop.help, shop.ana, str(number))
    shop.ears.on_message = None
    listening = asyncio.create_task(adapter_for(shop.discord, shop.marks).run(shop.ears.receive))
    await shop.discord.until(lambda: len(shop.discord.gateway.identified) == 2)
    for number in range(250, 260):
        await shop.discord.say(shop.help, shop.ana, str(number))
    await heard_in_order(shop, *map(str, range(260)))
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_a_catch_up_that_is_stopped_half_way_goes_on_where_it_was(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        pass
    for number in range(350):
        await shop.discord.say(shop.help, shop.ana, str(number))
    listening = asyncio.create_task(adapter_for(shop.discord, shop.marks).run(shop.ears.receive))
    await shop.ears.until(150)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    done = len(shop.ears.messages)
    assert done < 350
    calls = shop.ears.calls
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await heard_in_order(shop, *map(str, range(350)))
    assert shop.ears.calls - calls <= 350 - done + 1, "what had been read was not read again"


async def test_a_thread_that_was_closed_meanwhile_is_read_too(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "one")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard))
    await shop.discord.say(shop.thread(question), shop.ana, "two")
    shop.discord.close_thread(shop.thread(question))
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await heard_in_order(shop, "one", "two")
        shop.discord.close_thread(shop.thread(question))
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await shop.discord.say(shop.thread(question), shop.ana, "three")
        await heard_in_order(shop, "one", "two", "three")
    assert len({message.address for message in shop.ears.messages}) == 1


async def test_a_ticket_that_was_closed_meanwhile_is_read_too(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        fields = {"subject": "Refund", "detail": "It broke."}
        await shop.discord.fill(shop.help, shop.ana, "fl|ticket", **fields)
        await shop.ears.until(1)
    thread = next(c for c in shop.discord.world.channels.values() if c["type"] == 12)
    await shop.discord.say(thread, shop.ana, "And it smells")
    shop.discord.close_thread(thread)
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await heard_in_order(shop, "Refund\n\nIt broke.", "And it smells")
    assert len({message.address for message in shop.ears.messages}) == 1


async def test_places_where_the_bot_may_not_speak_are_not_read(shop: Shop) -> None:
    rules = ListeningRules(mode="all", deny=frozenset({"#help"}))
    async with running(adapter_for(shop.discord, shop.marks, rules), shop.ears):
        pass
    await shop.discord.say(shop.help, shop.ana, "secret")
    async with running(adapter_for(shop.discord, shop.marks, rules), shop.ears):
        pass
    assert shop.discord.calls("GET", f"/channels/{shop.help['id']}") == []


async def test_what_was_said_before_the_first_start_is_not_answered(shop: Shop) -> None:
    await shop.discord.say(shop.help, shop.ana, "long ago")
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await shop.discord.say(shop.help, shop.ana, "now")
        await heard_in_order(shop, "now")


async def test_a_catch_up_that_discord_interrupts_is_finished_later(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        pass
    await shop.discord.say(shop.help, shop.ana, "missed")
    shop.discord.fail("GET", r"/messages$", cut="before")
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await heard_in_order(shop, "missed")


async def test_a_message_that_cannot_be_stored_is_handed_over_until_it_is(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        shop.ears.failures = 2
        await shop.discord.say(shop.help, shop.ana, "one")
        await shop.discord.say(shop.help, shop.ana, "two")
        await heard_in_order(shop, "one", "two")


async def test_two_shards_hear_their_own_servers_and_catch_up_alone(shop: Shop) -> None:
    world, gateway = shop.discord.world, shop.discord.gateway
    gateway.shards = 2
    world.guilds.clear()
    world.channels.clear()
    halls = [world.channel(world.guild(f"S{n}", n, 2), "help") for n in range(2)]
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        assert sorted(asked["shard"] for asked in gateway.identified) == [[0, 2], [1, 2]]
        for number, hall in enumerate(halls):
            await shop.discord.say(hall, shop.ana, f"to shard {number}")
        for heard in await shop.ears.until(2):
            await adapter.send(answer(heard))
        session = gateway.live(1)
        assert session is not None
        session.zombie = True
        await shop.discord.say(halls[1], shop.ana, "missed")
        await gateway.invalidate(1)
        await shop.ears.until(3)
        await shop.discord.until(lambda: adapter.caught_up)
    assert sorted(shop.ears.texts) == ["missed", "to shard 0", "to shard 1"]


async def test_a_discord_that_is_away_at_the_start_is_awaited(shop: Shop) -> None:
    shop.discord.fail("GET", "/users/@me$", cut="before")
    shop.discord.fail("GET", "/users/@me$", 503)
    adapter = adapter_for(shop.discord, shop.marks)
    with pytest.raises(SendError, match="not connected yet"):
        await adapter.send(answer_to_nobody())
    async with running(adapter, shop.ears):
        assert adapter.trouble == ""
        await shop.discord.say(shop.help, shop.ana, "Hours?")
        await shop.ears.until(1)
    assert len(shop.discord.gateway.identified) == 1


async def test_a_refused_token_is_not_hammered_and_may_come_back(shop: Shop) -> None:
    shop.discord.token = "another"
    adapter = adapter_for(shop.discord, shop.marks, broken_pause=0.2)
    listening = asyncio.create_task(adapter.run(shop.ears.receive))
    await shop.discord.until(lambda: len(shop.discord.calls("GET", "/users/@me")) == 2)
    with pytest.raises(SendError, match="FIRSTLINE_DISCORD__TOKEN") as failure:
        await adapter.send(answer_to_nobody())
    assert failure.value.broken
    shop.discord.token = "a-token"
    await shop.discord.until(lambda: adapter.caught_up)
    await shop.discord.say(shop.help, shop.ana, "Hours?")
    await shop.ears.until(1)
    shop.discord.token = "another"
    await shop.discord.gateway.drop(forget=True)
    await shop.discord.until(lambda: 4004 in shop.discord.gateway.refused)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_a_bot_that_may_not_read_texts_says_so(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.discord.world.app_flags = 0
    adapter = adapter_for(shop.discord, shop.marks, broken_pause=60.0)
    listening = asyncio.create_task(adapter.run(shop.ears.receive))
    await shop.discord.until(lambda: "Message Content Intent" in caplog.text)
    with pytest.raises(SendError, match="Message Content Intent") as failure:
        await adapter.send(answer_to_nobody())
    assert failure.value.broken
    assert shop.discord.gateway.identified == []
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


def answer_to_nobody() -> Outgoing:
    return Outgoing("k", Address("discord", "thread/1/2"), "Hello")
