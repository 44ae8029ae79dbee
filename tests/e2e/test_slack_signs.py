"""✅ on a solved thread in Slack."""

from collections.abc import AsyncIterator

import pytest

from tests.servers.slack.faults import Fault
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_support import reply_to, slack_bot


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server("socket", ack_timeout=0.5) as server:
        yield server


def reactions(slack: SlackServer, ts: str) -> list[str]:
    message = slack.workspace.channels["C1"].message(ts)
    assert message
    return [name for name in message.get("bot_reactions", []) if name != "eyes"]


async def test_a_solved_thread_is_marked_until_people_take_over(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        root = slack.people.say("U1", "C1", "<@U0BOT> how?")
        [heard] = await bot.hears()
        await bot.adapter.send(reply_to(heard, "k1"))
        assert reactions(slack, root) == []
        for _ in range(2):
            await bot.adapter.send(reply_to(heard, "k2", standing="solved", attempt=2))
        assert reactions(slack, root) == ["white_check_mark"]
        await bot.adapter.send(reply_to(heard, "k3", standing="with_people"))
        assert reactions(slack, root) == []


async def test_a_mark_that_is_refused_does_not_hold_up_the_words(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        root = slack.people.say("U1", "C1", "<@U0BOT> how?")
        [heard] = await bot.hears()
        slack.faults.next("reactions.add", Fault("error", "too_many_reactions"))
        await bot.adapter.send(reply_to(heard, "k1", standing="solved"))
        assert reactions(slack, root) == []


async def test_a_solved_thread_is_not_marked_where_that_is_switched_off(slack: SlackServer) -> None:
    async with slack_bot(slack, solved_reaction="") as bot:
        root = slack.people.say("U1", "C1", "<@U0BOT> how?")
        [heard] = await bot.hears()
        await bot.adapter.send(reply_to(heard, "k1", standing="solved"))
        assert reactions(slack, root) == []
