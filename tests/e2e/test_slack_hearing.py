"""What the bot hears in Slack, over both ways in, against the local server."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import pytest

from adapters.listening import ListeningRules
from bot.channel import Deletion, Edit, Incoming, Sender
from tests.servers.slack.delivery import signed
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_support import reply_to, slack_bot


@pytest.fixture(params=["socket", "http"])
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[SlackServer]:
    async with slack_server(request.param, ack_timeout=0.5) as server:
        yield server


async def test_a_mention_is_heard_once_in_its_thread_with_the_words_only(
    slack: SlackServer,
) -> None:
    async with slack_bot(slack) as bot:
        ts = slack.people.say("U1", "C1", "<@U0BOT> how do I <https://x.org|start> &amp; stop?")
        await bot.hears()
        await slack.settled()
        [heard] = bot.heard
    assert isinstance(heard, Incoming)
    assert heard.external_id == f"C1:{ts}"
    assert heard.address.thread == f"C1:{ts}"
    assert heard.text == "how do I start (https://x.org) & stop?"
    assert heard.sender == Sender("U1", "Ada")
    assert not heard.only_if_sure
    assert len(slack.deliveries) == 2, "message and app_mention"
    assert all(delivery.acknowledged for delivery in slack.deliveries)


async def test_what_could_not_be_kept_is_not_acknowledged_and_comes_again_under_the_same_identity(
    slack: SlackServer,
) -> None:
    async with slack_bot(slack) as bot:
        bot.failures = [RuntimeError("the disk is full")]
        ts = slack.people.say("U1", "D1", "hello")
        await bot.hears()
        await slack.settled()
    [delivery] = slack.deliveries
    assert delivery.attempts[0].result in ("timeout", "http_500")
    assert delivery.acknowledged
    assert [each.external_id for each in bot.incoming()] == [f"D1:{ts}"]


async def test_the_bot_hears_neither_itself_nor_other_bots(slack: SlackServer) -> None:
    async with slack_bot(slack, listening=ListeningRules(mode="all")) as bot:
        slack.people.say("U0BOT", "C1", "mine", bot_id="B0BOT")
        slack.people.say("U9", "C1", "beep", bot_id="B9")
        slack.people.say("", "C1", "beep", bot_id="B9", subtype="bot_message")
        await slack.settled()
        assert all(delivery.acknowledged for delivery in slack.deliveries)
        assert bot.heard == []


async def test_follow_ups_need_no_mention_and_other_threads_stay_quiet(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        root = slack.people.say("U1", "C1", "<@U0BOT> first question")
        [first] = await bot.hears()
        await bot.adapter.send(reply_to(first))
        slack.people.say("U1", "C1", "and on Windows?", thread_ts=root)
        await bot.hears(2)
        await bot.adapter.send(reply_to(first, "k2"))
        slack.people.say("U2", "C1", "and on a Mac?", thread_ts=root)
        await bot.hears(3)
        slack.people.say("U1", "C1", "Ben, you have a Mac?", thread_ts=root)
        slack.people.say("U2", "C1", "since May", thread_ts=root)
        slack.people.say("U1", "C1", "<@U2> nice", thread_ts=root)
        other = slack.people.say("U1", "C1", "lunch?")
        slack.people.say("U2", "C1", "yes", thread_ts=other)
        await slack.settled()
        texts = [each.text for each in bot.incoming()]
    assert texts == ["first question", "and on Windows?", "and on a Mac?"]
    assert {each.address.thread for each in bot.incoming()} == {f"C1:{root}"}


async def test_after_a_restart_the_bot_still_knows_its_threads(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        root = slack.people.say("U1", "C1", "<@U0BOT> first question")
        [first] = await bot.hears()
        await bot.adapter.send(reply_to(first))
    async with slack_bot(slack) as again:
        slack.people.say("U1", "C1", "still there?", thread_ts=root)
        [heard] = await again.hears()
    assert heard.address == first.address


async def test_a_direct_message_is_one_conversation_until_a_long_silence(
    slack: SlackServer,
) -> None:
    async with slack_bot(slack) as bot:
        old = f"{time.time() - 24 * 3600:.6f}"
        slack.workspace.channels["D1"].messages.append({"ts": old, "user": "U1", "text": "old"})
        first = slack.people.say("U1", "D1", "hello")
        slack.people.say("U1", "D1", "are you there")
        await bot.hears(2)
        await bot.adapter.send(reply_to(bot.incoming()[0]))
    async with slack_bot(slack) as again:
        slack.people.say("U1", "D1", "thanks")
        await again.hears()
    threads = {each.address.thread for each in [*bot.incoming(), *again.incoming()]}
    assert threads == {f"D1~{first}"}
    assert "thread_ts" not in slack.workspace.posted[0]


async def test_an_answer_to_an_old_post_of_ours_goes_on_in_its_conversation(
    slack: SlackServer,
) -> None:
    async with slack_bot(slack) as bot:
        first = slack.people.say("U1", "D1", "my printer burns")
        [heard] = await bot.hears()
        await bot.adapter.send(reply_to(heard))
        talk = slack.workspace.channels["D1"].messages
        talk[0]["ts"] = f"{time.time() - 72 * 3600:.6f}"  # the question is three days old
    async with slack_bot(slack) as again:
        slack.people.say("U1", "D1", "it still does")
        [later] = await again.hears()
    assert later.address.thread == f"D1~{first}"


async def test_edits_and_deletions_name_the_message_they_change(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        ts = slack.people.say("U1", "C1", "<@U0BOT> how do I instal it?")
        await bot.hears()
        slack.people.edit("C1", ts, "<@U0BOT> how do I install it?")
        await bot.hears(2)
        slack.people.delete("C1", ts)
        _, edit, deletion = await bot.hears(3)
    assert isinstance(edit, Edit)
    assert (edit.external_id, edit.text) == (f"C1:{ts}", "how do I install it?")
    assert isinstance(deletion, Deletion)
    assert deletion.external_id == f"C1:{ts}"
    assert deletion.address == edit.address


async def test_a_mention_that_is_added_by_an_edit_is_heard_as_a_message(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        ts = slack.people.say("U1", "C1", "how do I install it?")
        await slack.settled()
        slack.people.edit("C1", ts, "<@U0BOT> how do I install it?")
        [heard] = await bot.hears()
    assert isinstance(heard, Incoming)
    assert heard.external_id == f"C1:{ts}"


async def test_text_files_are_read_with_our_token_and_only_from_slack(slack: SlackServer) -> None:
    slack.workspace.files["F1"] = b"Error 42 at line 7\n```"
    mine = {"id": "F1", "name": "app.log", "mimetype": "text/plain", "size": 21}
    image = {"id": "F2", "name": "shot.png", "mimetype": "image/png", "size": 9}
    files = [
        mine | {"url_private": f"{slack.url}/files/F1"},
        mine | {"url_private": "http://169.254.169.254/files/F1", "name": "evil.log"},
        image | {"url_private": f"{slack.url}/files/F2"},
        mine | {"url_private": f"{slack.url}/files/F1", "size": 10_000_000, "name": "huge.log"},
    ]
    async with slack_bot(slack) as bot:
        slack.people.say("U1", "D1", "see this", subtype="file_share", files=files)
        [heard] = await bot.hears()
    assert heard.text == "see this\n\n`app.log`:\n````\nError 42 at line 7\n```\n````"
    assert [(each.name, bool(each.content)) for each in heard.attachments] == [
        ("app.log", True),
        ("evil.log", False),
        ("shot.png", False),
        ("huge.log", False),
    ]
    assert heard.attachments[2].url == f"{slack.url}/files/F2"


async def test_unknown_and_broken_events_are_acknowledged_and_ignored(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        for event in (
            {"type": "galaxy_exploded"},
            {"type": "message"},
            {"type": "message", "channel": None, "user": None, "ts": None, "text": None},
            {"type": "message", "channel": 7, "user": ["U"], "ts": "soon", "text": {}},
            {"type": "message", "subtype": "message_changed", "message": None},
            {
                "type": "message",
                "subtype": "channel_join",
                "channel": "C1",
                "user": "U1",
                "ts": "1.1",
            },
            {"type": "reaction_added", "item": "x"},
            {"type": "app_home_opened", "user": "U1", "tab": "about"},
        ):
            slack.people.event(event)
        for kind in ("block_suggestion", "view_closed", "dialog_submission", "workflow_step_edit"):
            slack.people.interaction("U1", kind, callback_id="x")
        slack.people.interaction("U1", "block_actions", actions=None)
        slack.people.interaction("U1", "message_action", callback_id="other")
        slack.people.interaction("U1", "a_new_kind")
        slack.people.command("U1", "C1", "/unheard", "of")
        await slack.settled()
        results = [
            (d.payload, d.attempts[-1].result) for d in slack.deliveries if not d.acknowledged
        ]
        assert results == []
        assert bot.heard == []


async def test_null_events_do_not_come_back(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        for payload in (
            {"type": "event_callback", "event": None},
            {"type": "event_callback"},
            {"type": "app_rate_limited", "team_id": "T", "minute_rate_limited": 1},
        ):
            slack.dispatch("events_api", payload)
        await slack.settled()
        assert [d.attempts[-1].result for d in slack.deliveries] == ["ok"] * 3
        assert bot.heard == []


async def test_reconnecting_goes_on_without_loss() -> None:
    async with slack_server("socket") as slack, slack_bot(slack) as bot:
        slack.people.say("U1", "D1", "one")
        await bot.hears()
        await slack.socket.disconnect()
        await bot.until(lambda: slack.socket.hellos == 2)
        slack.people.say("U1", "D1", "two")
        await bot.hears(2)
        await slack.socket.disconnect(warn=False)
        slack.people.say("U1", "D1", "three", quiet=True)
        await bot.hears(3)
    assert [each.text for each in bot.incoming()] == ["one", "two", "three"]


async def test_signed_requests_only() -> None:
    async with slack_server("http") as slack, slack_bot(slack) as bot:
        event = {"type": "message", "user": "U1", "channel": "D1", "ts": "1.1", "text": "x"}
        body = json.dumps({"type": "event_callback", "event": event | {"channel_type": "im"}})
        now = int(time.time())
        plain = {"Content-Type": "application/json"}
        for headers in (
            {},
            signed(body, now, secret="guessed"),
            signed(body + " ", now),
            signed(body, now - 600),
            signed(body, now) | {"X-Slack-Signature": "v0=00"},
        ):
            result, _ = await slack.http.post(body, plain | headers)
            assert result == "http_401"
        assert bot.heard == []
        result, _ = await slack.http.post(body, plain | signed(body, now))
        assert result == "ok"
        assert len(bot.heard) == 1


async def test_the_challenge_is_echoed() -> None:
    async with slack_server("http") as slack, slack_bot(slack):
        body = json.dumps({"type": "url_verification", "token": "x", "challenge": "abc123"})
        headers = {"Content-Type": "application/json"} | signed(body, int(time.time()))
        result, text = await slack.http.post(body, headers)
    assert result == "ok"
    assert "abc123" in text


async def test_it_ends_cleanly_when_cancelled(slack: SlackServer) -> None:
    before = asyncio.all_tasks()
    async with slack_bot(slack) as bot:
        slack.people.say("U1", "D1", "hello")
        await bot.hears()
        await slack.settled()
    await asyncio.sleep(0.05)
    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    assert not [task for task in left if "slack" in repr(task.get_coro()).lower()], left
