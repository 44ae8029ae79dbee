"""Whole talks over a local Discord: commands, forms, and what can be pressed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from adapters.listening import ListeningRules
from bot.channel import Choice, Rating
from tests.discord_support import Ears, Shop, adapter_for, answer, running
from tests.servers.discord.discord_server import DiscordServer, labels, texts


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with DiscordServer() as discord:
        yield Shop(discord, Ears(discord))


async def test_ask_is_answered_to_its_asker_alone_who_may_show_it(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        asked = await shop.discord.command(shop.help, shop.ana, "ask", question="Opening hours?")
        (heard,) = await shop.ears.until(1)
        assert heard.text == "Opening hours?"
        choices = (Choice("more", "Tell me more"),)
        await adapter.send(answer(heard, "From nine to five.", choices=choices))
        assert asked.callback == {"type": 5, "data": {"flags": 64}}
        (said,) = asked.said
        assert texts(said) == "From nine to five."
        assert shop.discord.posted(shop.help) == []

        pressed = await shop.discord.press(shop.help, shop.ana, said, "Tell me more")
        _, more = await shop.ears.until(2)
        assert (more.address, more.choice) == (heard.address, "more")
        await adapter.send(answer(more, "On Sunday we are closed.", key="k2"))
        assert texts(pressed.followups[0]) == "On Sunday we are closed."

        await shop.discord.press(shop.help, shop.ana, said, "Show it to everyone here")
        await shop.discord.press(shop.help, shop.ana, said, "Show it to everyone here")
        (public,) = await shop.discord.answers(shop.help)
        assert texts(public) == "From nine to five.\n-# Asked by Ana"
        await shop.discord.until(lambda: labels(said) == [])
    assert len(shop.discord.posted(shop.help)) == 1


@pytest.mark.parametrize("rules", [ListeningRules(), ListeningRules(deny=frozenset({"#help"}))])
async def test_an_ask_that_is_typed_gets_suggestions_where_the_bot_speaks(
    shop: Shop, rules: ListeningRules
) -> None:
    async def suggest(typed: str) -> Sequence[str]:
        return [f"{typed} open?", "x" * 101, *(f"{typed} {n}" for n in range(30))]

    adapter = adapter_for(shop.discord, shop.marks, rules, suggest=suggest)
    async with running(adapter, shop.ears):
        typing = await shop.discord.type_on(shop.help, shop.ana, "ask", "question", "are you")
        told = await shop.discord.acknowledged(typing)
    names = [choice["name"] for choice in told["data"]["choices"]]
    assert told["type"] == 8
    assert names[:2] == ([] if rules.deny else ["are you open?", "are you 0"])
    assert len(names) == (0 if rules.deny else 25)
    assert shop.ears.heard == []


async def test_an_answer_to_ask_reaches_its_asker_after_a_restart(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await shop.discord.command(shop.help, shop.ana, "ask", question="Opening hours?")
        (heard,) = await shop.ears.until(1)
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        await adapter.send(answer(heard, "From nine to five."))
    (said,) = shop.discord.posted(shop.discord.world.direct(shop.ana))
    assert texts(said) == "From nine to five.\n-# The answer to your `/ask`"


async def test_a_ticket_form_opens_a_private_thread_for_people(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        asked = await shop.discord.command(shop.help, shop.ana, "ticket")
        form = await shop.discord.acknowledged(asked)
        assert form["type"] == 9
        sent = await shop.discord.fill(
            shop.help, shop.ana, form["data"]["custom_id"], subject="Refund", detail="It broke."
        )
        (heard,) = await shop.ears.until(1)
        assert (heard.text, heard.for_people) == ("Refund\n\nIt broke.", True)
        told = await shop.discord.acknowledged(sent)
        thread = next(c for c in shop.discord.world.channels.values() if c["type"] == 12)
        assert f"<#{thread['id']}>" in told["data"]["content"]
        assert told["data"]["flags"] == 64
        assert int(shop.ana["id"]) in shop.discord.world.joined[int(thread["id"])]

        await adapter.send(answer(heard, "We are on it.", sort="notice"))
        assert texts(shop.discord.posted(thread)[0]) == "We are on it."
        await shop.discord.say(thread, shop.ana, "Thank you")
        assert (await shop.ears.until(2))[1].address == heard.address


async def test_a_ticket_can_be_made_from_a_message(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks, ListeningRules()), shop.ears):
        message = await shop.discord.say(shop.help, shop.ben, "The printer is on fire")
        await shop.discord.menu(shop.help, shop.ana, "Create ticket from message", message)
        (heard,) = await shop.ears.until(1)
    assert (heard.text, heard.sender.name) == ("The printer is on fire", "Ana")
    assert heard.for_people


async def test_commands_are_refused_where_the_bot_is_off(shop: Shop) -> None:
    rules = ListeningRules(deny=frozenset({"#help"}))
    async with running(adapter_for(shop.discord, shop.marks, rules), shop.ears):
        asked = await shop.discord.command(shop.help, shop.ana, "ask", question="Hours?")
        told = await shop.discord.acknowledged(asked)
    assert told["data"]["content"] == "I do not answer in this place."
    assert shop.ears.heard == []


async def test_a_choice_comes_back_once_also_on_an_old_message(shop: Shop) -> None:
    long_id = "article/" + "very-long/" * 20
    choices = (Choice("flow:reset", "Reset it"), Choice(long_id, "Read more"))
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "Password")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard, "What of it?", choices=choices, sort="ask_back"))
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        (said,) = shop.discord.posted(question["id"])
        thread = shop.thread(question)
        first = await shop.discord.press(thread, shop.ana, said, "Read more")
        second = await shop.discord.press(thread, shop.ben, said, "Read more")
        for press in (first, second):
            assert (await shop.discord.acknowledged(press))["type"] == 7
    _, chosen = shop.ears.messages
    assert (chosen.choice, chosen.text, chosen.address) == (long_id, "Read more", heard.address)
    assert labels(said) == []
    assert "**Read more**" in texts(said)


async def test_many_choices_are_a_select(shop: Shop) -> None:
    choices = tuple(Choice(f"c{n}", f"Topic {n}") for n in range(30))
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        direct = shop.discord.world.direct(shop.ana)
        await shop.discord.say(direct, shop.ana, "Help")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard, "With what?", choices=choices))
        (said,) = shop.discord.posted(direct)
        assert labels(said) == [f"Topic {n}" for n in range(30)]
        await shop.discord.press(direct, shop.ana, said, "Topic 27")
        _, chosen = await shop.ears.until(2)
    assert (chosen.choice, chosen.text, chosen.address) == ("c27", "Topic 27", heard.address)


async def test_a_rating_can_be_changed_and_is_shown(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "Hours?")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard, "Nine to five.", key="k7", rateable=True))
        (said,) = shop.discord.posted(question["id"])
        for label in ("👍 Helpful", "👎 Not helpful"):
            press = await shop.discord.press(shop.thread(question), shop.ben, said, label)
            assert (await shop.discord.acknowledged(press))["type"] == 7
    ratings = shop.ears.of(Rating)
    assert [(r.key, r.helpful, r.sender.name) for r in ratings] == [
        ("k7", True, "Ben"),
        ("k7", False, "Ben"),
    ]
    assert ratings[0].address == heard.address
    assert texts(said) == "Nine to five.\n-# Thank you, noted: 👎"


async def test_who_was_not_helped_may_say_why_also_after_a_restart(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "Hours?")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard, "Nine to five.", key="k7", rateable=True))
        (said,) = shop.discord.posted(question["id"])
        thread = shop.thread(question)
        for label in ("👎 Not helpful", "👍 Helpful", "👎 Not helpful"):
            await shop.discord.acknowledged(await shop.discord.press(thread, shop.ben, said, label))
        assert labels(said) == ["👍 Helpful", "👎 Not helpful", "💬 What was wrong?"]
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        asked = await shop.discord.press(thread, shop.ben, said, "💬 What was wrong?")
        form = await shop.discord.acknowledged(asked)
        assert form["type"] == 9
        custom_id = form["data"]["custom_id"]
        sent = await shop.discord.fill(thread, shop.ben, custom_id, said, comment="On Sundays?")
        assert (await shop.discord.acknowledged(sent))["type"] == 7
    *_, last = shop.ears.of(Rating)
    assert (last.key, last.helpful, last.comment) == ("k7", False, "On Sundays?")
    assert last.address == heard.address
    assert labels(said) == ["👍 Helpful", "👎 Not helpful"]
    assert texts(said) == "Nine to five.\n-# Thank you, noted: 👎 💬"


async def test_a_form_that_nobody_gave_is_answered_with_a_reason(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        sent = await shop.discord.fill(shop.help, shop.ana, "fl|r|k|", comment="x")
        told = await shop.discord.acknowledged(sent)
    assert told["data"]["content"] == "This cannot be pressed any more."
    assert shop.ears.heard == []


async def test_a_press_that_was_not_stored_is_not_acknowledged_as_done(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "Hours?")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard, choices=(Choice("yes", "Yes"),)))
        (said,) = shop.discord.posted(question["id"])
        shop.ears.failures = 1
        press = await shop.discord.press(shop.thread(question), shop.ana, said, "Yes")
        told = await shop.discord.acknowledged(press)
        assert (told["type"], told["data"]["flags"]) == (4, 64)
        assert labels(said) == ["Yes"]
        await shop.discord.press(shop.thread(question), shop.ana, said, "Yes")
        assert (await shop.ears.until(2))[1].choice == "yes"


async def test_a_strangers_button_is_answered_with_a_reason(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        component = {"type": 2, "id": 1, "style": 1, "label": "Old", "custom_id": "other:1"}
        row = [{"type": 1, "id": 2, "components": [component]}]
        message = shop.discord.world.message(shop.help, shop.discord.world.bot, "", components=row)
        press = await shop.discord.press(shop.help, shop.ana, message, "Old")
        told = await shop.discord.acknowledged(press)
    assert told["data"]["content"] == "This cannot be pressed any more."
