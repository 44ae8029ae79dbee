"""A requester on Discord, agents in Slack, on Discord and at the console: one talk, nothing leaks."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.agents_side import Card, CardPosting
from bot.channel import Address
from bot.console import Written
from tests.mirror_support import Mirror, mirror
from tests.servers.discord.payloads import Payload
from tests.servers.slack.people import pressable


async def handed_over(m: Mirror) -> Payload:
    """Ana's thread, once her ticket's card stands in the triage channel."""
    question = await m.shop.discord.mention(m.shop.help, m.shop.ana, "human")
    await m.shop.discord.answers(question["id"])
    return m.shop.thread(question)


async def test_a_whole_dialog_between_discord_slack_and_the_console(tmp_path: Path) -> None:
    async with mirror(tmp_path) as m:
        thread = await handed_over(m)
        people, discord = m.slack.people, m.shop.discord
        card = await m.card()
        root = card["ts"]
        assert "<https://desk.example/console/tickets/1|#1 human>" in str(card["blocks"])
        assert "nobody yet" in m.on_card()

        people.press("U1", card, "Claim")
        await m.until(lambda: "Mia" in m.on_card())
        people.say("U1", "CTRIAGE", "secret: it is the proxy", thread_ts=root)
        people.press("U1", await m.card(), "Reply")
        form = await m.until(lambda: m.slack.workspace.views and m.modal())
        people.submit("U1", form, words="Please *restart* it.")
        await m.until(lambda: any("restart" in each for each in m.told(thread)))
        assert m.told(thread)[-1] == "**Mia:**\n\nPlease *restart* it."
        mine = await m.until(lambda: [e for e in m.in_slack(root) if "Mia to the" in e["text"]])
        await m.until(lambda: mine[0].get("bot_reactions") == ["white_check_mark"])

        said = await discord.say(thread, m.shop.ana, "Thanks <!channel> I try")
        await m.until(lambda: any("Thanks" in each for each in m.lines(root)))
        assert "<!channel>" not in m.lines(root)[-1], "nothing of a requester pings agents"
        await discord.edit(thread, said, "Thanks, it works now")
        await m.until(lambda: "(changed): Thanks, it works now" in m.lines(root)[-1])
        file = discord.upload("trace.log", "text/plain", b"all fine")
        await discord.say(thread, m.shop.ana, "see", attachments=[file])
        await m.until(lambda: "trace.log" in m.lines(root)[-1])

        await asyncio.to_thread(m.console.note, m.lea, 1, "secret: ask the vendor")
        await m.until(lambda: "Lea noted" in m.lines(root)[-1])
        await asyncio.to_thread(m.console.reply, m.lea, 1, Written("We look at it."))
        await m.until(lambda: m.told(thread)[-1] == "**Lea:**\n\nWe look at it.")
        people.say("U1", "CTRIAGE", "!reply Done.", thread_ts=root)
        await m.until(lambda: m.told(thread)[-1] == "**Mia:**\n\nDone.")
        own = await m.until(lambda: [e for e in m.in_slack(root) if e["text"] == "!reply Done."])
        await m.until(lambda: own[0].get("bot_reactions") == ["white_check_mark"])

        people.press("U1", await m.card(), "Solve")
        await m.until(lambda: "solved" in m.on_card())
        labels = [label for label, _ in pressable(await m.card())]
        assert labels == ["Reply", "Note", "Reopen"]
        await discord.say(thread, m.shop.ana, "No, again")
        await m.until(lambda: "No, again" in m.lines(root)[-1] and " open " in m.on_card())

        whole = m.console.ticket(m.lea, 1)
        assert [note.text for note in whole.notes] == [
            "secret: it is the proxy",
            "secret: ask the vendor",
        ]
        everything = str(m.told(thread)) + str(m.told(m.shop.help))
        assert "secret" not in everything, "a note reached the requester"
        assert len(m.in_slack()) == 1, "one card, changed in place"
        bots = [each for each in m.told(thread) if not each.startswith("**")]
        assert len(bots) == 1, "the bot was silent from the claim on"


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_whoever_is_no_agent_of_the_tier_can_press_nothing(tmp_path: Path, mode: str) -> None:
    async with mirror(tmp_path, mode) as m:
        thread = await handed_over(m)
        card = await m.card()
        before = len(m.console.ticket(m.lea, 1).events)
        told = m.slack.workspace.responses
        for label in ("Claim", "Reply", "Note", "Escalate", "Solve", "More"):
            seen = len(told)
            m.slack.people.press("U2", card, label)
            await m.until(lambda: len(told) > seen)  # noqa: B023 - awaited at once
            assert "firstline agent identity YOUR-LOGIN slack U2" in told[-1]["text"]
            assert told[-1]["response_type"] == "ephemeral"
        forged = {"id": "V9", "type": "modal", "callback_id": "card"}
        forged |= {"private_metadata": f"card/1/reply CTRIAGE {card['ts']}"}
        m.slack.people.submit("U2", forged, words="forged")
        await m.until(lambda: m.slack.workspace.ephemeral)
        m.slack.people.say("U2", "CTRIAGE", "!reply forged", thread_ts=card["ts"])
        await m.until(lambda: len(m.slack.workspace.ephemeral) == 2)
        for nonsense in ("card/1/delete", "card/-1/claim", "card/1e9/claim", "card//claim"):
            action = {"action_id": nonsense, "block_id": "x", "type": "button", "value": "x"}
            m.slack.people.interaction("U1", "block_actions", actions=[action])
        if mode == "http":
            assert await unsigned(m.slack.http.url) == 401
        assert m.slack.workspace.views == []
        assert len(m.console.ticket(m.lea, 1).events) == before
        assert "forged" not in str(m.told(thread))


async def unsigned(url: str) -> int:
    """A press that Slack did not sign."""
    body = 'payload={"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"card/1/claim"}]}'
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "X-Slack-Signature": "v0=" + "0" * 64,
    }
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        return answer.status


async def test_what_was_perhaps_posted_is_looked_for_first(tmp_path: Path) -> None:
    """As after a crash between a post and its record."""
    async with mirror(tmp_path) as m:
        await handed_over(m)
        card = await m.card()
        line = CardPosting("line", 1, 1, "k" * 24, "slack", "CTRIAGE", card=f"CTRIAGE:{card['ts']}")
        once = await m.on_slack.post(replace(line, head="👤 Ana", text="hello"))
        again = await m.on_slack.post(replace(line, head="👤 Ana", text="hello", attempt=2))
        assert once == again
        assert [e for e in m.lines(card["ts"]) if "hello" in e] == ["👤 Ana: hello"]
        where = f"channel/{m.shop.help['id']}"
        shows = Card(1, "#1 it", ("open",), "Problem")
        there = CardPosting("card", 1, 1, "c" * 24, "discord", where, shows=shows)
        first = await m.on_discord.post(there)
        for nonce_forgotten in m.shop.discord.posted(m.shop.help):
            nonce_forgotten.pop("nonce", None)
        assert await m.on_discord.post(replace(there, attempt=2)) == first
        assert len(m.shop.discord.posted(m.shop.help)) == 1


async def test_agents_on_discord(tmp_path: Path) -> None:
    def hall(shop: object) -> Address:
        world = shop.discord.world  # type: ignore[attr-defined]
        made = world.channel(shop.guild, "triage")  # type: ignore[attr-defined]
        return Address("discord", f"channel/{made['id']}")

    async with mirror(tmp_path, triage=hall) as m:
        thread = await handed_over(m)
        discord, ben, ana = m.shop.discord, m.shop.ben, m.shop.ana
        triage = next(c for c in discord.world.channels.values() if c.get("name") == "triage")
        (card,) = await discord.answers(triage)
        inside = await m.until(lambda: discord.world.channels.get(int(card["id"])))

        forged = await discord.press(triage, ana, card, "Claim")
        refused = await discord.acknowledged(forged)
        assert "firstline agent identity" in refused["data"]["content"]
        assert refused["data"]["flags"] == 64
        await discord.press(triage, ben, card, "Claim")
        await m.until(lambda: "Mia" in str(discord.posted(triage)[0]["components"]))
        await discord.say(inside, ben, "secret *thought*")
        pressed = await discord.press(triage, ben, discord.posted(triage)[0], "Reply")
        form = await discord.acknowledged(pressed)
        await discord.fill(triage, ben, form["data"]["custom_id"], words="Hello from us")
        await m.until(lambda: m.told(thread)[-1] == "**Mia:**\n\nHello from us")
        await discord.say(inside, ben, "!reply And more")
        await m.until(lambda: m.told(thread)[-1] == "**Mia:**\n\nAnd more")
        await m.until(lambda: "✅" in str([e.get("reactions") for e in discord.posted(inside)]))
        await discord.say(thread, ana, "**Thanks** @everyone")
        shown = await m.until(lambda: [e for e in m.told(inside) if "Thanks" in e])
        assert "@everyone" not in shown[0]
        assert "\\*\\*Thanks" in shown[0]
        assert [note.text for note in m.console.ticket(m.lea, 1).notes] == ["secret *thought*"]
        assert "secret" not in str(m.told(thread))
