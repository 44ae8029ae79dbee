"""Whole dialogs in Slack, with the real desk and worker behind."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.channel import Address
from bot.desk import Desk
from tests.desk_support import new_desk, opened
from tests.servers.slack.faults import Fault
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_dialogs import converse_in_slack, desk_in_slack

DIALOGS = Path(__file__).parents[1] / "dialogs/core"


@pytest.fixture(params=["socket", "http"])
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[SlackServer]:
    async with slack_server(request.param, ack_timeout=1.0) as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path / "desk.db") as database:
        yield new_desk(database)


async def quiet(slack: SlackServer, desk: Desk) -> None:
    """Until nothing is owed any more."""
    await slack.settled()
    while desk.stats().inbox or desk.stats().outbox:  # noqa: ASYNC110 - the desk is looked at
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("path", sorted(DIALOGS.glob("*.md")), ids=lambda path: path.stem)
async def test_dialog(slack: SlackServer, desk: Desk, path: Path) -> None:
    async with desk_in_slack(slack, desk):
        assert await converse_in_slack(slack, desk, path) == []


async def test_eleven_deliveries_of_one_message_are_answered_once(
    slack: SlackServer, desk: Desk
) -> None:
    async with desk_in_slack(slack, desk):
        slack.people.say("U1", "C1", "<@U0BOT> hello")
        event = slack.deliveries[0].payload["event"]
        for _ in range(10):
            slack.people.event(event)
        await quiet(slack, desk)
    assert len(slack.workspace.posted) == 1
    assert all(delivery.acknowledged for delivery in slack.deliveries)


async def test_lost_answers_are_not_said_twice_and_order_is_kept(
    slack: SlackServer, desk: Desk
) -> None:
    async with desk_in_slack(slack, desk):
        for kind in ("cut_after", "broken", "limited", "cut_before"):
            slack.faults.next("chat.postMessage", Fault(kind, retry_after="0.1"))  # type: ignore[arg-type]
        slack.people.say("U1", "D1", "many")
        await quiet(slack, desk)
    shown = [post["blocks"][0]["text"] for post in slack.workspace.posted]
    assert shown == [f"part {n}" for n in range(1, 6)]


async def test_a_channel_that_is_gone_does_not_hold_up_others(
    slack: SlackServer, desk: Desk
) -> None:
    async with desk_in_slack(slack, desk):
        slack.people.say("U1", "C2", "<@U0BOT> hello")
        slack.workspace.channels["C2"].archived = True
        slack.people.say("U1", "C1", "<@U0BOT> hello")
        await quiet(slack, desk)
    assert [post["channel"] for post in slack.workspace.posted] == ["C1"]


async def test_a_revoked_token_parks_the_queue_and_it_goes_on_afterwards(
    slack: SlackServer, desk: Desk
) -> None:
    async with desk_in_slack(slack, desk):
        slack.faults.next("chat.postMessage", Fault("error", "token_revoked", times=2))
        slack.people.say("U1", "D1", "hello")
        await slack.settled()
        while slack.workspace.called("chat.postMessage") < 1:  # noqa: ASYNC110 - the server's count
            await asyncio.sleep(0.01)
        assert slack.workspace.posted == []
        slack.faults.clear()
        await quiet(slack, desk)
    assert len(slack.workspace.posted) == 1


async def test_a_rating_is_kept_with_the_answer(slack: SlackServer, desk: Desk) -> None:
    async with desk_in_slack(slack, desk):
        ts = slack.people.say("U1", "C1", "<@U0BOT> hello")
        await quiet(slack, desk)
        slack.people.press("U2", slack.workspace.posted[0], "👎")
        await quiet(slack, desk)
        lines = desk.transcript(Address("slack", f"C1:{ts}"), sender="U2")
    assert [line.rated for line in lines if line.author == "bot"] == [False]
