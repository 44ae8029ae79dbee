"""Whole talks over a local Discord: every surface on which people ask."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.listening import ListeningRules
from bot.channel import Deletion, Edit, Source
from tests.discord_support import EVERYWHERE, Ears, Shop, adapter_for, answer, running
from tests.servers.discord import payloads
from tests.servers.discord.discord_server import DiscordServer, labels, texts


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


async def test_a_post_is_marked_as_solved(shop: Shop) -> None:
    shop.forum["available_tags"].append(payloads.forum_tag(77, "Solved"))
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        post = await shop.discord.post(shop.forum, shop.ana, "Cannot log in", "It says 403.")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard))
        assert post["applied_tags"] == [shop.forum["available_tags"][0]["id"]]
        await adapter.send(answer(heard, "Glad.", "solved", sort="notice", standing="solved"))
        assert post["applied_tags"] == ["77"]


async def test_a_post_that_went_to_people_says_so_also_after_it_was_solved(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        post = await shop.discord.post(shop.forum, shop.ana, "Cannot log in", "It says 403.")
        (heard,) = await shop.ears.until(1)
        solved = answer(heard, "Glad.", "one", sort="notice", standing="solved")
        await adapter.send(solved)
        assert post["applied_tags"] == [shop.forum["available_tags"][0]["id"]]
        await adapter.send(answer(heard, "#1", "two", sort="notice", standing="with_people"))
        assert post["applied_tags"] == [shop.forum["available_tags"][1]["id"]]
        await adapter.send(answer(heard, "More.", "three", sort="notice"))
        assert post["applied_tags"] == [shop.forum["available_tags"][1]["id"]]


async def test_a_post_that_may_not_be_tagged_is_answered_all_the_same(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        post = await shop.discord.post(shop.forum, shop.ana, "Cannot log in", "It says 403.")
        (heard,) = await shop.ears.until(1)
        shop.discord.fail("PATCH", rf"/channels/{post['id']}$", 403, code=50013)
        await adapter.send(answer(heard, "Glad.", standing="solved"))
        assert texts(shop.discord.posted(post)[0]) == "Glad."
    assert post["applied_tags"] == []


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
