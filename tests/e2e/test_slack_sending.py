"""How the bot speaks in Slack, and what it does when Slack misbehaves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channel import Address, Choice, Incoming, Outgoing, Sender, SendError, Source
from tests.servers.slack.faults import Fault
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_support import Bot, reply_to, slack_bot


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server("socket", ack_timeout=0.5) as server:
        yield server


def outgoing(thread: str, key: str = "k1", text: str = "Hi.", **more: Any) -> Outgoing:
    return Outgoing(key=key, address=Address("slack", thread), text=text, **more)


async def asked(slack: SlackServer, bot: Bot) -> Incoming:
    slack.people.say("U1", "C1", "<@U0BOT> how?")
    heard: Incoming = (await bot.hears())[0]
    return heard


def texts(slack: SlackServer) -> list[str]:
    return [
        block["text"]
        for post in slack.workspace.posted
        for block in post.get("blocks", [])
        if block["type"] == "markdown"
    ]


async def test_an_answer_goes_into_the_thread_with_sources_choices_and_rating(
    slack: SlackServer,
) -> None:
    async with slack_bot(slack) as bot:
        heard = await asked(slack, bot)
        source = Source(1, "Install <it>", "On Linux", "https://docs.x/install?a=1&b=2")
        choices = (Choice("solved", "That solved it"), Choice("human", "Talk to a human"))
        told = await bot.adapter.send(
            reply_to(heard, sort="answer", sources=(source,), choices=choices, rateable=True)
        )
    [post] = slack.workspace.posted
    assert told == f"C1:{post['ts']}"
    assert post["thread_ts"] == heard.address.thread.partition(":")[2]
    assert post["unfurl_links"] is False
    assert post["unfurl_media"] is False
    kinds = [block["type"] for block in post["blocks"]]
    assert kinds == ["markdown", "section", "actions", "context_actions"]
    assert post["blocks"][1]["text"]["text"] == (
        "*Sources*\n[1] <https://docs.x/install?a=1&b=2|Install &lt;it&gt;> › On Linux"
    )
    assert post["metadata"]["event_payload"]["key"] == "k1"


async def test_nothing_pings_and_no_link_is_disguised(slack: SlackServer) -> None:
    text = (
        "<!channel> <@U2> [bank.com](http://evil.example) [guide](https://docs.x/?a=1&b=2) "
        "`<!here>` & co\n\n```\n<!everyone> a < b && c\n```"
    )
    async with slack_bot(slack) as bot:
        heard = await asked(slack, bot)
        await bot.adapter.send(reply_to(heard, text=text))
    [post] = slack.workspace.posted
    for shown in (post["text"], post["blocks"][0]["text"]):
        assert not any(ping in shown for ping in ("<!", "<@", "<#"))
    shown = post["blocks"][0]["text"]
    assert "bank.com (http://evil.example)" in shown
    assert "[guide](https://docs.x/?a=1&b=2)" in shown
    assert "&lt;!everyone&gt; a &lt; b &amp;&amp; c" in shown


async def test_a_long_text_arrives_whole_in_order_with_its_buttons_last(slack: SlackServer) -> None:
    code = "```python\n" + "\n".join(f"line_{n} = {n} < {n + 1}" for n in range(400)) + "\n```"
    text = "\n\n".join([*(f"Paragraph {n}. " + "word " * 150 for n in range(30)), code])
    async with slack_bot(slack) as bot:
        heard = await asked(slack, bot)
        await bot.adapter.send(reply_to(heard, text=text, rateable=True))
    posts = slack.workspace.posted
    assert len(posts) > 2
    joined = "\n".join(texts(slack))
    assert [n for n in range(30) if f"Paragraph {n}." in joined] == list(range(30))
    assert all(f"line_{n} = {n} &lt;" in joined for n in range(400))
    assert all(text.count("```") % 2 == 0 for text in texts(slack))
    with_buttons = [any(b["type"] == "context_actions" for b in p["blocks"]) for p in posts]
    assert with_buttons == [False] * (len(posts) - 1) + [True]


@pytest.mark.parametrize(
    ("fault", "permanent", "retry_after", "broken"),
    [
        (Fault("error", "channel_not_found"), True, None, False),
        (Fault("error", "is_archived"), True, None, False),
        (Fault("error", "invalid_auth"), False, None, True),
        (Fault("error", "token_revoked"), False, None, True),
        (Fault("error", "internal_error"), False, None, False),
        (Fault("error", "a_new_error"), False, None, False),
        (Fault("limited", retry_after="7"), False, 7.0, False),
        (Fault("limited", retry_after="0.5"), False, 0.5, False),
        (Fault("limited", retry_after=None), False, 30.0, False),
        (Fault("limited", retry_after="999999"), False, 3600.0, False),
        (Fault("broken"), False, None, False),
        (Fault("cut_before"), False, None, False),
        (Fault("cut_after"), False, None, False),
        (Fault("hang"), False, None, False),
    ],
)
async def test_failures_are_told_apart(
    slack: SlackServer, fault: Fault, permanent: bool, retry_after: float | None, broken: bool
) -> None:
    async with slack_bot(slack, timeout=0.5) as bot:
        slack.faults.next("chat.postMessage", fault)
        with pytest.raises(SendError) as failure:
            await bot.adapter.send(outgoing("C1:1.1"))
        error = failure.value
        assert (error.permanent, error.retry_after, error.broken) == (
            permanent,
            retry_after,
            broken,
        )
        assert slack.workspace.called("chat.postMessage") == 1, "the SDK must not try again"


async def test_a_place_that_is_none_fails_for_ever(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        with pytest.raises(SendError) as failure:
            await bot.adapter.send(outgoing("nowhere"))
        assert failure.value.permanent


async def test_a_post_whose_answer_was_lost_is_found_and_not_said_again(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        for thread, question in (("C1", "<@U0BOT> how?"), ("D1", "how?")):
            slack.people.say("U1", thread, question)
        for number, heard in enumerate(await bot.hears(2)):
            slack.faults.next("chat.postMessage", Fault("cut_after"))
            with pytest.raises(SendError):
                await bot.adapter.send(reply_to(heard, f"k{number}"))
            again = reply_to(heard, f"k{number}", attempt=2)
            assert await bot.adapter.send(again) == await bot.adapter.send(again)
    assert len(slack.workspace.posted) == 2


async def test_only_the_parts_that_are_missing_are_posted_again(slack: SlackServer) -> None:
    text = "\n\n".join(f"Paragraph {n}. " + "word " * 300 for n in range(20))
    async with slack_bot(slack) as bot:
        heard = await asked(slack, bot)
        slack.faults.next("chat.postMessage", Fault("cut_after", times=0))
        slack.faults.waiting["chat.postMessage"] = [Fault("cut_after")]
        with pytest.raises(SendError):
            await bot.adapter.send(reply_to(heard, text=text))
    async with slack_bot(slack) as restarted:
        await restarted.adapter.send(reply_to(heard, text=text, attempt=2))
    parts = [p["metadata"]["event_payload"]["part"] for p in slack.workspace.posted]
    assert parts == list(range(len(parts)))
    assert len(parts) > 2


async def test_when_it_cannot_look_for_its_copy_it_does_not_post(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        heard = await asked(slack, bot)
        slack.faults.next("conversations.replies", Fault("broken"))
        with pytest.raises(SendError):
            await bot.adapter.send(reply_to(heard, attempt=2))
        assert slack.workspace.called("chat.postMessage") == 0


async def test_after_a_plain_refusal_it_need_not_look(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        heard = await asked(slack, bot)
        slack.faults.next("chat.postMessage", Fault("limited", retry_after="0"))
        with pytest.raises(SendError):
            await bot.adapter.send(reply_to(heard))
        looked = slack.workspace.called("conversations.replies")
        await bot.adapter.send(reply_to(heard, attempt=2))
        assert slack.workspace.called("conversations.replies") == looked
    assert len(slack.workspace.posted) == 1


async def test_posts_of_a_channel_are_paced_and_others_do_not_wait(slack: SlackServer) -> None:
    slack.post_interval = 0.2  # what comes earlier is refused by the server
    async with slack_bot(slack, post_interval=0.25) as bot:
        sends = [bot.adapter.send(outgoing("C1:1.1", f"k{n}")) for n in range(4)]
        busy = asyncio.gather(*sends)
        await bot.adapter.send(outgoing("C2:1.1", "other"))
        assert not busy.done()
        await busy
    keys = [post["metadata"]["event_payload"]["key"] for post in slack.workspace.posted]
    assert keys.index("other") < keys.index("k3")
    assert [key for key in keys if key != "other"] == ["k0", "k1", "k2", "k3"]


async def test_a_crowded_channel_sends_the_rest_away_with_the_time_to_wait(
    slack: SlackServer,
) -> None:
    async with slack_bot(slack, post_interval=2.0) as bot:
        sends = [bot.adapter.send(outgoing("C1:1.1", f"k{n}")) for n in range(5)]
        results = asyncio.gather(*sends, return_exceptions=True)
        waits = [each.retry_after for each in await results if isinstance(each, SendError)]
    assert len(waits) == 3
    assert all(wait and wait > 3 for wait in waits)


async def test_where_slack_knows_no_feedback_buttons_plain_ones_are_used(
    slack: SlackServer,
) -> None:
    async with slack_bot(slack) as bot:
        heard = await asked(slack, bot)
        slack.faults.next("chat.postMessage", Fault("error", "invalid_blocks"))
        await bot.adapter.send(reply_to(heard, rateable=True))
    [post] = slack.workspace.posted
    assert [b["text"]["text"] for b in post["blocks"][-1]["elements"]] == ["👍", "👎"]


async def test_while_it_works_the_question_has_eyes(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        heard = await asked(slack, bot)
        question = slack.workspace.channels["C1"].messages[0]
        await bot.adapter.working(heard)
        assert question["bot_reactions"] == ["eyes"]
        await bot.adapter.send(reply_to(heard))
        await bot.until(lambda: question["bot_reactions"] == [])


async def test_in_the_apps_own_messages_it_shows_a_status(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        root = slack.people.say("U1", "D1", "hello")
        slack.people.say("U1", "D1", "how?", thread_ts=root)
        heard = next(each for each in await bot.hears(2) if each.text == "how?")
        await bot.adapter.working(heard)
        [status] = slack.workspace.statuses
        assert (status["channel_id"], status["thread_ts"]) == ("D1", root)
        slack.faults.next("assistant.threads.setStatus", Fault("error", "missing_scope"))
        await bot.adapter.working(heard)


async def test_streaming_where_it_is_on(slack: SlackServer) -> None:
    async with slack_bot(slack, streaming=True) as bot:
        root = slack.people.say("U1", "D1", "hello")
        slack.people.say("U1", "D1", "how?", thread_ts=root)
        heard = next(each for each in await bot.hears(2) if each.text == "how?")
        await bot.adapter.send(reply_to(heard, text="One <b>.\n\nTwo.", rateable=True))
        slack.faults.next("chat.startStream", Fault("error", "unknown_method"))
        await bot.adapter.send(reply_to(heard, "k2", text="Three."))
        await bot.adapter.send(reply_to(heard, "k3", text="Four.", attempt=2))
        await bot.adapter.send(reply_to(heard, "k1", text="One.", attempt=2))
    streamed, *plain = slack.workspace.posted
    assert streamed["text"] == "One &lt;b&gt;.\n\nTwo.\n\n"
    assert streamed["blocks"][-1]["type"] == "context_actions"
    assert [each["blocks"][0]["text"] for each in plain] == ["Three.", "Four."]
    assert slack.workspace.called("chat.startStream") == 2


async def test_before_it_is_connected_it_asks_for_another_try(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        pass
    with pytest.raises(SendError) as failure:
        await bot.adapter.send(outgoing("C1:1.1"))
    assert failure.value.retry_after == 1.0


async def test_a_name_that_slack_does_not_tell_is_empty(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        slack.faults.next("users.info", Fault("error", "missing_scope"))
        heard = await asked(slack, bot)
    assert heard.sender == Sender("U1", "")
