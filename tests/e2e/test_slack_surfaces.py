"""Buttons, commands, forms, shortcuts, reactions and the App Home."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.listening import ListeningRules
from adapters.slack.options import Home, HomeArticle, HomeTicket
from bot.channel import Address, Choice, Incoming, Outgoing, Rating, Sender
from tests.servers.slack.faults import Fault
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_support import Bot, reply_to, slack_bot

CHOICES = (Choice("solved", "That solved it"), Choice("human", "Talk to a human"))


@pytest.fixture(params=["socket", "http"])
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[SlackServer]:
    async with slack_server(request.param, ack_timeout=0.5) as server:
        yield server


async def answered(slack: SlackServer, bot: Bot, **more: Any) -> dict[str, Any]:
    """A question with its answer; the post as it stands in the channel."""
    slack.people.say("U1", "C1", "<@U0BOT> how?")
    [heard] = await bot.hears()
    await bot.adapter.send(reply_to(heard, **more))
    post = slack.workspace.channels["C1"].message(slack.workspace.posted[-1]["ts"])
    assert post
    return post | {"channel": "C1"}


def shown(slack: SlackServer, post: dict[str, Any]) -> list[str]:
    """What stands in the message's context lines now."""
    now = slack.workspace.channels["C1"].message(post["ts"])
    assert now
    return [b["elements"][0]["text"] for b in now["blocks"] if b["type"] == "context"]


async def test_a_choice_comes_back_as_that_choice_also_after_a_restart(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        post = await answered(slack, bot, choices=CHOICES)
        address = bot.incoming()[0].address
    async with slack_bot(slack) as restarted:
        slack.people.press("U2", post, "Talk to a human")
        slack.people.press("U2", post, "Talk to a human")
        slack.people.press("U1", post, "That solved it")
        await restarted.hears(3)
        await restarted.until(lambda: shown(slack, post))
        pressed = restarted.incoming()
    assert (pressed[0].choice, pressed[0].text) == ("human", "Talk to a human")
    assert pressed[0].address == address
    assert pressed[0].sender == Sender("U2", "u2")
    assert len({each.external_id for each in pressed}) == 1, "one effect, however often pressed"
    now = slack.workspace.channels["C1"].message(post["ts"])
    assert now
    assert not [block for block in now["blocks"] if block["type"] == "actions"]


async def test_many_choices_are_a_select(slack: SlackServer) -> None:
    many = tuple(Choice(f"topic-{n}", f"Topic {n}") for n in range(12))
    async with slack_bot(slack) as bot:
        post = await answered(slack, bot, choices=many)
        slack.people.press("U1", post, "Topic 7")
        pressed = (await bot.hears(2))[1]
    assert (pressed.choice, pressed.text) == ("topic-7", "Topic 7")


@pytest.mark.parametrize("native", [True, False])
async def test_a_rating_names_the_message_and_can_be_changed(
    slack: SlackServer, native: bool
) -> None:
    async with slack_bot(slack, native_feedback=native) as bot:
        post = await answered(slack, bot, rateable=True, choices=CHOICES)
        slack.people.press("U1", post, "👍")
        await bot.until(lambda: shown(slack, post) == ["👍 u1 found this helpful"])
        slack.people.press("U1", post, "👎")
        await bot.until(lambda: shown(slack, post) == ["👎 u1 did not find this helpful"])
        ratings = [each for each in bot.heard if isinstance(each, Rating)]
    assert [(each.key, each.helpful) for each in ratings] == [("k1", True), ("k1", False)]
    assert {each.address for each in ratings} == {bot.incoming()[0].address}


async def test_who_was_not_helped_may_say_why(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        post = await answered(slack, bot, rateable=True)
        slack.people.press("U1", post, "👍")
        slack.people.press("U1", post, "👎")
        await bot.until(lambda: slack.workspace.views)
        (form,) = slack.workspace.views
        assert form["blocks"][0]["label"]["text"] == "What was missing, or not right?"
        slack.people.submit("U1", form, text="")
        slack.people.submit("U1", form, text="On Sundays?")
        await bot.hears(4)
        await slack.settled()
        ratings = [each for each in bot.heard if isinstance(each, Rating)]
    assert [(each.key, each.helpful, each.comment) for each in ratings] == [
        ("k1", True, ""),
        ("k1", False, ""),
        ("k1", False, "On Sundays?"),
    ]
    assert {each.address for each in ratings} == {bot.incoming()[0].address}
    assert all(delivery.acknowledged for delivery in slack.deliveries)


async def test_a_form_that_slack_does_not_open_costs_nothing(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        post = await answered(slack, bot, rateable=True)
        slack.faults.next("views.open", Fault("error", "expired_trigger_id"))
        slack.people.press("U1", post, "👎")
        await bot.until(lambda: shown(slack, post) == ["👎 u1 did not find this helpful"])
        await slack.settled()
    assert all(delivery.acknowledged for delivery in slack.deliveries)


async def test_a_press_that_could_not_be_kept_is_not_acknowledged(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        post = await answered(slack, bot, choices=CHOICES)
        bot.failures = [RuntimeError("no disk")]
        delivery = slack.people.press("U1", post, "That solved it")
        await slack.settled()
    assert not delivery.acknowledged
    assert shown(slack, post) == []


async def test_ask_answers_for_one_persons_eyes_and_can_be_shared(slack: SlackServer) -> None:
    sent: dict[tuple[Address, str], Outgoing] = {}

    async def recall(address: Address, key: str) -> Outgoing | None:
        return sent.get((address, key))

    async with slack_bot(slack, recall=recall) as bot:
        slack.people.command("U1", "C1", "/ask", "how do I <b>install</b>?")
        [heard] = await bot.hears()
        outgoing = reply_to(heard, text="Like *this*.", sort="answer", rateable=True)
        sent[outgoing.address, outgoing.key] = outgoing
        await bot.adapter.send(outgoing)
        [private] = slack.workspace.ephemeral
        assert (private["channel"], private["user"]) == ("C1", "U1")
        assert slack.workspace.posted == []
        slack.people.press("U1", private, "Share with everyone")
        await slack.settled()
        [public] = slack.workspace.posted
        slack.people.press("U1", private, "👍")
        await bot.hears(2)
    assert public["channel"] == "C1"
    assert [block["type"] for block in public["blocks"]] == ["context", "markdown"]
    assert isinstance(bot.heard[1], Rating)
    assert bot.heard[1].address == heard.address


async def test_ask_where_the_bot_is_not_answers_in_direct_messages(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        slack.workspace.channels["C2"].members.discard("U0BOT")
        slack.people.command("U1", "C2", "/ask", "how?")
        [heard] = await bot.hears()
        await bot.adapter.send(reply_to(heard))
    [post] = slack.workspace.posted
    assert post["channel"] == "D1"


async def test_ask_without_a_question_says_how(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        slack.people.command("U1", "C1", "/ask", "  ")
        await slack.settled()
        await bot.until(lambda: slack.workspace.responses)
        assert bot.heard == []
    assert "/ask" in slack.workspace.responses[0]["text"]


async def test_the_ticket_form_becomes_a_request_for_a_person_once(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        slack.people.command("U1", "C1", "/ticket", "printer")
        await slack.settled()
        [form] = slack.workspace.views
        for _ in range(2):
            slack.people.submit("U1", form, subject="Printer", text="It <burns>.")
        await bot.hears(2)
        await bot.adapter.send(reply_to(bot.incoming()[0], text="Ticket 7."))
        slack.people.say("U1", "D1", "it still burns")
        await bot.hears(3)
        first, second, later = bot.incoming()
    assert first.external_id == second.external_id
    assert (first.for_people, first.text) == (True, "Printer\n\nIt <burns>.")
    assert slack.workspace.posted[0]["channel"] == "D1"
    assert later.address == first.address


async def test_the_shortcut_takes_the_whole_thread(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        root = slack.people.say("U1", "C1", "my printer burns")
        reply = slack.people.say("U2", "C1", "which model?", thread_ts=root)
        slack.people.say("U1", "C1", "X-9", thread_ts=root)
        await slack.settled()
        slack.people.shortcut("U2", "ticket_from_message", "C1", reply)
        [heard] = await bot.hears()
    assert heard.for_people
    assert heard.address.thread == f"C1:{root}"
    assert heard.text.splitlines()[1:] == ["Ada: my printer burns", "Ben: which model?", "Ada: X-9"]


async def test_the_shortcut_where_the_bot_is_not_says_so(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        ts = slack.people.say("U1", "C2", "my printer burns")
        slack.workspace.channels["C2"].members.discard("U0BOT")
        slack.people.shortcut("U2", "ticket_from_message", "C2", ts)
        await bot.until(lambda: slack.workspace.responses)
        assert bot.heard == []
    assert "Invite me" in slack.workspace.responses[0]["text"]


async def test_reactions_answer_and_make_tickets_once_a_message(slack: SlackServer) -> None:
    async with slack_bot(slack) as bot:
        root = slack.people.say("U1", "C1", "how do I install it?")
        reply = slack.people.say("U2", "C1", "and on a Mac?", thread_ts=root)
        for user in ("U1", "U2"):
            slack.people.react(user, "C1", root, "mag")
            slack.people.react(user, "C1", reply, "ticket")
        slack.people.react("U1", "C1", root, "thumbsup")
        slack.people.react("U1", "C1", "1.1", "mag")
        await slack.settled()
        questions = [each for each in bot.incoming() if not each.for_people]
        tickets = [each for each in bot.incoming() if each.for_people]
    assert {(q.text, q.external_id) for q in questions} == {
        ("how do I install it?", f"answer:C1:{root}")
    }
    assert {each.external_id for each in tickets} == {f"ticket:C1:{root}"}
    assert {each.address.thread for each in bot.incoming()} == {f"C1:{root}"}


async def test_the_home_shows_my_tickets_and_popular_articles(slack: SlackServer) -> None:
    async def home(user: str) -> Home:
        ticket = HomeTicket(7, f"Printer of <{user}>", "open")
        return Home((ticket,), (HomeArticle("Install", "https://docs.x/i"),))

    async with slack_bot(slack, show_home=home) as bot:
        slack.people.open_home("U1", "home")
        await bot.until(lambda: slack.workspace.views)
    [view] = slack.workspace.views
    told = str(view["blocks"])
    assert "*#7* Printer of &lt;U1&gt; · open" in told
    assert "<https://docs.x/i|Install>" in told
    assert view["user"] == "U1"


async def test_a_home_that_fails_is_still_acknowledged(slack: SlackServer) -> None:
    async def home(user: str) -> Home:
        return Home()

    async with slack_bot(slack, show_home=home):
        slack.faults.next("views.publish", Fault("error", "missing_scope"))
        delivery = slack.people.open_home("U1", "home")
        await slack.settled()
    assert delivery.acknowledged


@pytest.mark.parametrize("assistant", [True, False])
async def test_the_apps_messages_suggest_prompts_and_are_threads_of_their_own(
    slack: SlackServer, assistant: bool
) -> None:
    prompts = (("Install", "How do I install it?"),)
    async with slack_bot(slack, prompts=prompts, assistant=assistant) as bot:
        slack.people.open_home("U1", "messages", "D1")
        root = slack.people.say("U0BOT", "D1", "Hello!", quiet=True)
        slack.people.event(
            {
                "type": "assistant_thread_started",
                "assistant_thread": {"user_id": "U1", "channel_id": "D1", "thread_ts": root},
                "event_ts": "1.1",
            }
        )
        slack.people.say("U1", "D1", "how?", thread_ts=root)
        [heard] = await bot.hears()
        await slack.settled()
        await bot.adapter.send(reply_to(heard))
    assert isinstance(heard, Incoming)
    assert heard.address.thread == f"D1:{root}"
    assert slack.workspace.posted[0]["thread_ts"] == root
    told = [(each.get("thread_ts"), each["prompts"]) for each in slack.workspace.prompts]
    wanted = [{"title": "Install", "message": "How do I install it?"}]
    assert sorted(told, key=str) == sorted([(None, wanted), (root, wanted)], key=str)
    assert all(delivery.acknowledged for delivery in slack.deliveries)


async def test_in_questions_mode_only_sure_answers_are_wanted(slack: SlackServer) -> None:
    rules = ListeningRules(modes={"C1": "questions", "C2": "off"})
    async with slack_bot(slack, listening=rules) as bot:
        slack.people.say("U1", "C1", "how do I install it?")
        slack.people.say("U1", "C2", "<@U0BOT> how?")
        [heard] = await bot.hears()
        await slack.settled()
        assert len(bot.heard) == 1
    assert heard.only_if_sure
