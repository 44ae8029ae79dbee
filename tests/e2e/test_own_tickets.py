"""A requester's own list of tickets, on their platform."""

from __future__ import annotations

from datetime import UTC, datetime

from adapters.slack.options import Home, HomeTicket
from bot.views import TicketLine
from tests.discord_support import Ears, Shop, adapter_for, running
from tests.servers.discord.discord_server import DiscordServer
from tests.servers.slack.server import slack_server
from tests.slack_support import slack_bot

NOW = datetime(2026, 11, 24, tzinfo=UTC)


async def test_in_slack_for_their_requester_alone() -> None:
    async def home(user: str) -> Home:
        return Home((HomeTicket(17, "<b> & printer", "open"),) if user == "U1" else ())

    async with slack_server("socket") as slack, slack_bot(slack, show_home=home) as bot:
        slack.people.command("U1", "C1", "/ticket", "List")
        slack.people.command("U2", "C1", "/ticket", "list")
        await bot.until(lambda: len(slack.workspace.responses) == 2)
    told = sorted(each["text"] for each in slack.workspace.responses)
    assert told == [
        "*Your open tickets*\n*#17* &lt;b&gt; &amp; printer · open",
        "You have no open tickets.",
    ]
    assert {each["response_type"] for each in slack.workspace.responses} == {"ephemeral"}
    assert slack.workspace.views == []


async def test_on_discord_for_their_requester_alone() -> None:
    async with DiscordServer() as discord:
        shop = Shop(discord, Ears(discord))

        async def own(person: str) -> list[TicketLine]:
            mine = TicketLine(17, 1, "open", "the *printer*", person, "asked", "discord", NOW)
            return [mine] if person == shop.ana["id"] else []

        async with running(adapter_for(discord, shop.marks, own_tickets=own), shop.ears):
            asked = await discord.command(shop.help, shop.ana, "ticket", show="list")
            told = (await discord.acknowledged(asked))["data"]
            other = await discord.command(shop.help, shop.ben, "ticket", show="list")
            none = (await discord.acknowledged(other))["data"]
    assert told["flags"] == 64
    assert told["content"] == "**Your open tickets**\n**#17** the \\*printer\\* · open"
    assert (none["content"], none["flags"]) == ("You have no open tickets.", 64)
