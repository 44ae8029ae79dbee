"""What was missed while the bot was away is fetched: all of it, once each, oldest first."""

import time
from collections.abc import AsyncIterator

import pytest

from adapters.listening import ListeningRules
from tests.servers.slack.faults import Fault
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_support import Bot, Kept, reply_to, slack_bot


@pytest.fixture(params=["socket", "http"])
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[SlackServer]:
    async with slack_server(request.param, ack_timeout=0.5) as server:
        yield server


def said(bot: Bot) -> list[str]:
    return [each.text for each in bot.incoming()]


async def test_at_the_very_first_start_the_past_is_left_alone(slack: SlackServer) -> None:
    async with slack_bot(slack, bookmarks=Kept()) as bot:
        pass
    slack.people.say("U1", "D1", "before you came", quiet=True)
    async with slack_bot(slack, bookmarks=Kept()) as bot:
        slack.people.say("U1", "D1", "hello")
        await bot.hears()
    assert said(bot) == ["hello"]


async def test_channels_threads_and_direct_messages_are_caught_up(slack: SlackServer) -> None:
    kept = Kept()
    async with slack_bot(slack, bookmarks=kept) as bot:
        root = slack.people.say("U1", "C1", "<@U0BOT> first")
        other = slack.people.say("U2", "C1", "who has a Mac?")
        slack.people.say("U1", "D1", "hi")
        await bot.hears(2)
        await bot.adapter.send(reply_to(bot.incoming()[0]))
        await slack.settled()
        await bot.until(lambda: "alive" in kept.marks)
    slack.people.say("U1", "C1", "<@U0BOT> second", quiet=True)
    slack.people.say("U1", "C1", "follow-up", thread_ts=root, quiet=True)
    slack.people.say("U2", "C1", "not for the bot", quiet=True)
    slack.people.say("U1", "C1", "<@U0BOT> do you have one?", thread_ts=other, quiet=True)
    slack.people.say("U1", "D1", "still there?", quiet=True)
    gone = slack.people.say("U1", "D1", "never mind", quiet=True)
    slack.people.delete("D1", gone, quiet=True)
    slack.workspace.add_channel("D2", "", "im", "U2")
    slack.people.say("U2", "D2", "my first message ever", quiet=True)
    async with slack_bot(slack, bookmarks=kept) as again:
        await again.hears(5)
    in_c1 = [each.text for each in again.incoming() if each.address.thread.startswith("C1")]
    assert in_c1 == ["second", "follow-up", "do you have one?"]
    assert sorted(set(said(again)) - set(in_c1)) == ["my first message ever", "still there?"]
    assert len(again.heard) == 5
    direct = next(each for each in again.incoming() if each.text == "still there?")
    assert direct.address == bot.incoming()[1].address


async def test_something_new_waits_for_what_was_missed_in_its_channel(slack: SlackServer) -> None:
    kept = Kept()
    async with slack_bot(slack, bookmarks=kept) as bot:
        slack.people.say("U1", "D1", "0")
        await bot.hears()
    for number in range(1, 300):
        slack.people.say("U1", "D1", str(number), quiet=True)
    async with slack_bot(slack, bookmarks=kept) as again:
        slack.people.say("U1", "D1", "300")
        await again.hears(300)
        await slack.settled()
    assert said(again) == [str(number) for number in range(1, 301)]


async def test_being_stopped_half_way_loses_nothing(slack: SlackServer) -> None:
    kept = Kept()
    async with slack_bot(slack, bookmarks=kept) as bot:
        slack.people.say("U1", "D1", "0")
        await bot.hears()
    for number in range(1, 200):
        slack.people.say("U1", "D1", str(number), quiet=True)
    texts: list[str] = []
    for limit in (50, 60, 1000):
        async with slack_bot(slack, bookmarks=kept, limit=limit) as bot:
            await bot.until(lambda: len(bot.heard) == limit or said(bot)[-1:] == ["199"])  # noqa: B023
        texts += said(bot)
    first_times = [text for n, text in enumerate(texts) if text not in texts[:n]]
    assert first_times == [str(number) for number in range(1, 200)]
    assert len(texts) < 210, "it goes on from where it was"


async def test_what_could_not_be_kept_is_fetched_even_when_slack_gives_up(
    slack: SlackServer,
) -> None:
    kept = Kept()
    async with slack_bot(slack, bookmarks=kept) as bot:
        slack.people.say("U1", "D1", "one")
        await bot.hears()
        bot.failures = [RuntimeError("no disk")] * 4
        slack.people.say("U1", "D1", "two")
        await slack.settled()
        slack.people.say("U1", "D1", "three")
        await bot.hears(2)
    assert said(bot) == ["one", "three"]
    async with slack_bot(slack, bookmarks=kept) as again:
        await again.hears()
        assert said(again)[0] == "two"


async def test_rate_limits_and_hiccups_only_delay_it(slack: SlackServer) -> None:
    kept = Kept()
    async with slack_bot(slack, bookmarks=kept) as bot:
        slack.people.say("U1", "D1", "one")
        await bot.hears()
    slack.people.say("U1", "D1", "two", quiet=True)
    slack.faults.next("conversations.history", Fault("limited", retry_after="0.1", times=2))
    slack.faults.next("conversations.history", Fault("broken"))
    slack.faults.next("users.conversations", Fault("cut_before"))
    async with slack_bot(slack, bookmarks=kept) as again:
        await again.hears()
    assert said(again) == ["two"]


async def test_where_the_bot_is_silent_nothing_is_fetched(slack: SlackServer) -> None:
    kept = Kept()
    rules = ListeningRules(deny=frozenset({"C1"}), modes={"C2": "off"}, direct=False)
    async with slack_bot(slack, bookmarks=kept, listening=rules):
        for channel in ("C1", "C2", "D1"):
            slack.people.say("U1", channel, "<@U0BOT> hello")
        await slack.settled()
    assert kept.marks
    async with slack_bot(slack, bookmarks=kept, listening=rules) as again:
        await again.until(lambda: slack.workspace.called("users.conversations") > 1)
    assert slack.workspace.called("conversations.history") == 0


async def test_it_goes_back_no_further_than_it_is_told(slack: SlackServer) -> None:
    long_ago = f"{time.time() - 10 * 24 * 3600:.6f}"
    kept = Kept({"D1": long_ago, "alive": long_ago})
    async with slack_bot(slack, bookmarks=Kept()):
        pass
    for days in (8, 2):
        ts = f"{time.time() - days * 24 * 3600:.6f}"
        message = {"type": "message", "user": "U1", "text": f"{days} days ago", "ts": ts}
        slack.workspace.channels["D1"].messages.append(message)
    async with slack_bot(slack, bookmarks=kept) as bot:
        await bot.hears()
    assert said(bot) == ["2 days ago"]


async def test_a_thread_that_slack_only_says_has_grown_is_read(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        root = slack.people.say("U1", "C1", "<@U0BOT> how?")
        [heard] = await bot.hears()
        await bot.adapter.send(reply_to(heard))
        slack.people.say("U1", "C1", "hidden reply", thread_ts=root, quiet=True)
        slack.people.event(
            {"type": "message", "subtype": "message_replied", "channel": "C1", "hidden": True}
            | {"message": {"ts": root, "thread_ts": root, "reply_count": 2}, "ts": "1.1"}
        )
        await bot.hears(2)
    assert said(bot) == ["how?", "hidden reply"]
