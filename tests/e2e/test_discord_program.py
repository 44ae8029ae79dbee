"""`firstline serve` on a local Discord: asked, answered, pressed, edited, killed and caught up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord_support import Ears, Shop
from tests.program_support import SITE, Program, program, until
from tests.servers.discord.discord_server import TOKEN, DiscordServer, labels, texts

PORT = "How do I change the port of the web page?"
BACKUP = "How do I back up the database?"


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with DiscordServer() as discord:
        yield Shop(discord, Ears(discord))


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Program:
    api, gateway = shop.discord.api_url, shop.discord.gateway.url
    return program(
        tmp_path,
        f'[discord]\napi_url = "{api}"\ngateway_url = "{gateway}"\n',
        DISCORD__TOKEN=TOKEN,
    )


async def connected(shop: Shop) -> None:
    await until(lambda: shop.discord.gateway.live())


async def test_a_question_is_answered_rated_and_handed_over(shop: Shop, desk: Program) -> None:
    discord = shop.discord
    async with desk.serving():
        await connected(shop)
        question = await discord.mention(shop.help, shop.ana, PORT)
        (said,) = await discord.answers(question["id"])
        assert f"{SITE}/help/change-port" in texts(said)
        thread = shop.thread(question)
        rated = await discord.press(thread, shop.ana, said, "👍 Helpful")
        assert (await discord.acknowledged(rated))["type"] == 7
        assert desk.rows("select sender, helpful from feedback") == [(shop.ana["id"], 1)]
        for user in (shop.ana, shop.ben):
            await discord.press(thread, user, said, "Talk to a human")
        *_, handed = await discord.answers(thread, 2)
        assert "#1" in texts(handed)
        (ticket,) = await desk.tickets()
        assert (ticket["subject"], ticket["channel"]) == (PORT, "discord")
        assert ticket["requester"] == shop.ana["id"]
    assert len(discord.posted(thread)) == 2


async def test_an_edit_after_the_answer_is_answered_when_wanted(shop: Shop, desk: Program) -> None:
    discord = shop.discord
    async with desk.serving():
        await connected(shop)
        question = await discord.mention(shop.help, shop.ana, PORT)
        await discord.answers(question["id"])
        await discord.edit(shop.help, question, f"<@{discord.world.bot['id']}> {BACKUP}")
        *_, offer = await discord.answers(question["id"], 2)
        (label,) = labels(offer)
        await discord.press(shop.thread(question), shop.ana, offer, label)
        *_, again = await discord.answers(question["id"], 3)
        assert f"{SITE}/help/back-up" in texts(again)
        assert desk.rows("select text from earlier_text") == [(PORT,)]


async def test_a_post_is_tagged_as_it_stands(shop: Shop, desk: Program) -> None:
    discord, forum = shop.discord, shop.forum
    settings = desk.folder / "firstline.toml"
    written = settings.read_text("utf-8") + f'[discord.modes]\n{forum["id"]} = "all"\n'
    settings.write_text(written, "utf-8")
    answered, needs_human = (tag["id"] for tag in forum["available_tags"])
    async with desk.serving():
        await connected(shop)
        post = await discord.post(forum, shop.ana, "The port", PORT)
        (said,) = await discord.answers(post)
        await until(lambda: post["applied_tags"] == [answered])
        await discord.press(post, shop.ana, said, "Talk to a human")
        await until(lambda: post["applied_tags"] == [needs_human])


async def test_a_form_goes_to_people_at_once(shop: Shop, desk: Program) -> None:
    discord = shop.discord
    async with desk.serving():
        await connected(shop)
        filled = await discord.fill(shop.help, shop.ana, "fl|ticket", subject="Refund", detail=PORT)
        await discord.acknowledged(filled)
        (ticket,) = await until(lambda: desk.rows("select subject from ticket"))
    assert ticket == (f"Refund {PORT}",)


async def test_what_was_missed_after_a_kill_is_answered_once_and_as_edited(
    shop: Shop, desk: Program
) -> None:
    discord = shop.discord
    async with desk.serving() as process:
        await connected(shop)
        first = await discord.mention(shop.help, shop.ana, PORT)
        await discord.answers(first["id"])
        await until(lambda: desk.rows("select 1 from bookmark where channel = 'discord'"))
        process.kill()
    await until(lambda: not shop.discord.gateway.live())
    other = await discord.mention(shop.help, shop.ben, PORT)
    await discord.edit(shop.help, other, f"<@{discord.world.bot['id']}> {BACKUP}")
    await discord.say(shop.thread(first), shop.ana, BACKUP)
    gone = await discord.mention(shop.help, shop.ana, "never mind")
    await discord.delete(shop.help, gone)
    async with desk.serving():
        (edited,) = await discord.answers(other["id"])
        assert f"{SITE}/help/back-up" in texts(edited)
        *_, follow_up = await discord.answers(first["id"], 2)
        assert f"{SITE}/help/back-up" in texts(follow_up)
        last = await discord.mention(shop.help, shop.ana, PORT)
        await discord.answers(last["id"])
        assert len(discord.posted(first["id"])) == 2
        assert len(discord.posted(other["id"])) == 1
    assert discord.posted(shop.help) == []
