"""Whole talks over a local Discord: every surface on which people ask."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.listening import ListeningRules
from bot.channel import Choice, Deletion, Edit, Rating, Source
from tests.e2e.discord_desk import EVERYWHERE, Ears, Shop, adapter_for, answer, running
from tests.servers.discord.server import DiscordServer, labels, texts


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with DiscordServer() as discord:
        yield Shop(discord, Ears(discord))


async def test_a_mention_is_answered_in_a_thread_on_the_question(shop: Shop) -> None:
    rules = ListeningRules(mode="mention")
    async with running(adapter_for(shop.discord, shop.marks, rules), shop.ears) as adapter:
        await shop.discord.say(shop.help, shop.ana, "Anyone up for lunch?")
        question = await shop.discord.mention(shop.help, shop.ana, "How do I reset my password?")
        (heard,) = await shop.ears.until(1)

        assert heard.text == "How do I reset my password?"
        assert heard.sender.id == shop.ana["id"]
        await adapter.working(heard)
        assert shop.discord.world.typed == [int(shop.help["id"])]

        source = Source(1, "Passwords", "Resetting", "https://shop.example/help/passwords")
        await adapter.send(answer(heard, "Open *Settings* [1].", sources=(source,), rateable=True))

        (said,) = shop.discord.posted(question["id"])
        assert texts(said).startswith("Open *Settings* [1].")
        assert "[Passwords: Resetting](<https://shop.example/help/passwords>)" in texts(said)
        assert labels(said) == ["👍 Helpful", "👎 Not helpful"]
        assert shop.thread(question)["name"] == "How do I reset my password?"

        await shop.discord.say(shop.thread(question), shop.ana, "And if I have no e-mail?")
        _, follow_up = await shop.ears.until(2)
        assert follow_up.address == heard.address
    assert shop.ears.texts == ["How do I reset my password?", "And if I have no e-mail?"]


async def test_the_role_that_discord_made_for_the_bot_calls_it_too(shop: Shop) -> None:
    rules = ListeningRules(mode="mention")
    role = shop.guild["roles"][1]["id"]
    async with running(adapter_for(shop.discord, shop.marks, rules), shop.ears):
        await shop.discord.say(shop.help, shop.ana, f"<@&{role}> opening hours?")
        (heard,) = await shop.ears.until(1)
    assert heard.text == "opening hours?"


async def test_bots_notices_and_the_bot_itself_are_not_heard(shop: Shop) -> None:
    other = shop.discord.world.user("Otherbot", bot=True)
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        await shop.discord.mention(shop.help, other, "beep")
        await shop.discord.say(shop.help, shop.ana, "", type=7)
        question = await shop.discord.say(shop.help, shop.ana, "Opening hours?")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard))
        await shop.discord.say(shop.thread(question), shop.ana, "Thanks")
        await shop.ears.until(2)
    assert shop.ears.texts == ["Opening hours?", "Thanks"]


async def test_people_who_talk_to_each_other_are_left_alone(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "Opening hours?")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard))
        thread = shop.thread(question)
        await shop.discord.say(thread, shop.ben, "We are closed on Monday, Ana")
        await shop.discord.say(thread, shop.ana, "Thank you Ben")
        await shop.discord.mention(thread, shop.ana, "And on Sunday?")
        await shop.ears.until(3)
        foreign = await shop.discord.open_thread(shop.help, shop.ben, "Lunch")
        await shop.discord.say(foreign, shop.ana, "Pizza")
        await shop.discord.mention(foreign, shop.ana, "is the shop open at noon?")
        await shop.ears.until(4)
    assert shop.ears.texts == [
        "Opening hours?",
        "We are closed on Monday, Ana",
        "And on Sunday?",
        "is the shop open at noon?",
    ]


async def test_only_sure_answers_are_wanted_where_only_questions_are_heard(shop: Shop) -> None:
    rules = ListeningRules(modes={"#help": "questions"})
    async with running(adapter_for(shop.discord, shop.marks, rules), shop.ears):
        await shop.discord.say(shop.help, shop.ana, "Opening hours?")
        (heard,) = await shop.ears.until(1)
    assert heard.only_if_sure


async def test_a_forum_post_is_a_question_and_gets_the_tag_of_an_answer(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        post = await shop.discord.post(shop.forum, shop.ana, "Cannot log in", "It says 403.")
        (heard,) = await shop.ears.until(1)
        assert heard.text == "Cannot log in\n\nIt says 403."
        await adapter.send(answer(heard))
        assert texts(shop.discord.posted(post)[0]) == "Here is how."
        answered = shop.forum["available_tags"][0]["id"]
        await shop.discord.until(lambda: post["applied_tags"] == [answered])

        await shop.discord.say(post, shop.ana, "Still 403")
        _, again = await shop.ears.until(2)
        assert (again.address, again.text) == (heard.address, "Still 403")
        await adapter.send(answer(again, "I am not sure.", sort="abstain"))
        needs_human = shop.forum["available_tags"][1]["id"]
        await shop.discord.until(lambda: post["applied_tags"] == [needs_human])


async def test_a_direct_message_goes_on_until_a_long_silence(shop: Shop) -> None:
    ids = shop.discord.world.ids
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        direct = shop.discord.world.direct(shop.ana)
        await shop.discord.say(direct, shop.ana, "Hello")
        ids.offset_ms = 7 * 3_600_000
        await shop.discord.say(direct, shop.ana, "Where is my parcel?")
        ids.offset_ms = 16 * 3_600_000
        await shop.discord.say(direct, shop.ana, "Another thing")
        first, second, third = await shop.ears.until(3)
        assert first.address == second.address != third.address

        await adapter.send(answer(second, "On its way."))
        ids.offset_ms = 23 * 3_600_000
        await shop.discord.say(direct, shop.ana, "Thank you")
        fourth = (await shop.ears.until(4))[3]
        assert fourth.address == first.address, "an answer brings its talk back"
        assert [texts(each) for each in shop.discord.posted(direct)] == ["On its way."]


async def test_direct_messages_can_be_off(shop: Shop) -> None:
    rules = ListeningRules(mode="all", direct=False)
    async with running(adapter_for(shop.discord, shop.marks, rules), shop.ears):
        await shop.discord.say(shop.discord.world.direct(shop.ana), shop.ana, "Hello")
        await shop.discord.say(shop.help, shop.ana, "Opening hours?")
        await shop.ears.until(1)
    assert shop.ears.texts == ["Opening hours?"]


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


async def test_edits_and_deletions_are_told(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        question = await shop.discord.say(shop.help, shop.ana, "Hours?")
        direct = shop.discord.world.direct(shop.ben)
        said = await shop.discord.say(direct, shop.ben, "Hello")
        await shop.ears.until(2)
        await shop.discord.edit(shop.help, question, "Hours on Sunday?")
        await shop.discord.told("MESSAGE_UPDATE", shop.help, {**question, "embeds": []})
        await shop.discord.delete(direct, said)
        more = [await shop.discord.say(shop.help, shop.ana, text) for text in ("one", "two")]
        await shop.ears.until(4)
        await shop.discord.delete(shop.help, *more)
        await shop.discord.until(lambda: len(shop.ears.of(Deletion)) == 3)
    (edit,) = shop.ears.of(Edit)
    addresses = {each.external_id: each.address for each in shop.ears.messages}
    assert (edit.external_id, edit.text) == (question["id"], "Hours on Sunday?")
    assert edit.address == addresses[question["id"]]
    gone = shop.ears.of(Deletion)
    assert {each.external_id for each in gone} == {m["id"] for m in (said, *more)}
    assert all(each.address == addresses[each.external_id] for each in gone)


async def test_text_files_and_images_come_with_the_message(shop: Shop) -> None:
    files = [
        shop.discord.upload("error.log", "text/plain; charset=utf-8", b"E42: out of paper"),
        shop.discord.upload("screen.png", "image/png", b"\x89PNG"),
        shop.discord.upload("huge.log", "text/plain", b"x" * 60_000),
        shop.discord.upload("setup.exe", "application/octet-stream", b"MZ"),
    ]
    lost = shop.discord.upload("lost.txt", "text/plain", b"gone")
    shop.discord.world.files.pop(int(lost["id"]))
    adapter = adapter_for(shop.discord, shop.marks, EVERYWHERE, text_limit=50_000)
    async with running(adapter, shop.ears):
        await shop.discord.say(shop.help, shop.ana, "See these", attachments=[*files, lost])
        (heard,) = await shop.ears.until(1)
    assert [(a.name, a.content) for a in heard.attachments] == [
        ("error.log", b"E42: out of paper"),
        ("screen.png", b"\x89PNG"),
        ("huge.log", b""),
        ("setup.exe", b""),
        ("lost.txt", b""),
    ]


async def test_a_long_answer_arrives_whole_and_in_order(shop: Shop) -> None:
    code = "```python\n" + "\n".join(f"print({n})" for n in range(400)) + "\n```"
    text = "First do this. " * 200 + "\n\n" + code + "\n\nThat is all."
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "How?")
        (heard,) = await shop.ears.until(1)
        last = await adapter.send(answer(heard, text, rateable=True))
    parts = shop.discord.posted(question["id"])
    assert len(parts) > 3
    assert parts[-1]["id"] == last
    assert all(texts(part).count("```") % 2 == 0 for part in parts)
    joined = "\n".join(texts(part) for part in parts)
    assert [f"print({n})" for n in range(400)] == [x for x in joined.split("\n") if "print" in x]
    assert [labels(part) for part in parts[:-1]] == [[]] * (len(parts) - 1)


async def test_nothing_that_is_said_pings_anybody_or_disguises_a_link(shop: Shop) -> None:
    text = "@everyone <@1> see [bank.example](https://thief.example/login)"
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "How?")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard, text))
    (said,) = shop.discord.posted(question["id"])
    assert "bank.example (<https://thief.example/login>)" in texts(said)
    (call,) = shop.discord.calls("POST", r"/messages$")
    assert call.asked["allowed_mentions"] == {"parse": []}
