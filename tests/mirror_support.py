"""A desk with a requester on Discord, agents in Slack and on the console, all over local servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.discord.adapter import DiscordAdapter
from adapters.slack.adapter import SlackAdapter
from bot import card_worker, worker
from bot.accounts import Accounts
from bot.agents_side import AgentsSide, Triage
from bot.channel import Address
from bot.console import Console
from bot.desk import Desk
from bot.passwords import Passwords
from bot.people import Person, Role
from tests.desk_support import new_desk, opened
from tests.discord_support import Ears, Shop, adapter_for
from tests.servers.discord.discord_server import DiscordServer, texts
from tests.servers.discord.payloads import Payload
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_support import Kept, options_for, prepare
from tests.ticket_support import WORDING

TRIAGE = "CTRIAGE"
SITE = "https://desk.example"


@dataclass
class Mirror:
    """Ana asks on Discord; Mia (tier 1) is U1 in Slack, Lea a lead; U2 is nobody's account."""

    shop: Shop
    slack: SlackServer
    desk: Desk
    console: Console
    accounts: Accounts
    agents: AgentsSide
    on_discord: DiscordAdapter
    on_slack: SlackAdapter

    @property
    def lea(self) -> Person:
        found = self.accounts.account("lea")
        assert found
        return found.person

    async def until(self, enough: Callable[[], Any], seconds: float = 15.0) -> Any:
        """What is looked at, once it is there."""
        async with asyncio.timeout(seconds):
            while not (found := enough()):  # noqa: ASYNC110 - what is looked at is the servers'
                await asyncio.sleep(0.003)
            return found

    def in_slack(self, thread: str = "") -> list[dict[str, Any]]:
        """Messages of the triage channel: cards, or a card's thread."""
        found = self.slack.workspace.channels[TRIAGE].messages
        if thread:
            return [each for each in found if each.get("thread_ts") == thread]
        return [each for each in found if not each.get("thread_ts")]

    def lines(self, thread: str) -> list[str]:
        """What the bot wrote in a card's thread."""
        return [each["text"] for each in self.in_slack(thread) if each.get("bot_id")]

    async def card(self, number: int = 0) -> dict[str, Any]:
        """A card in Slack, as a message that can be pressed."""
        found = await self.until(
            lambda: [
                each for each in self.in_slack() if each["text"].startswith(f"#{number or ''}")
            ]
        )
        return found[0] | {"channel": TRIAGE}

    def on_card(self) -> str:
        """All words of the first card."""
        card = self.in_slack()[0]
        return str(card["blocks"])

    def modal(self, number: int = -1) -> dict[str, Any]:
        """A form that was opened."""
        return self.slack.workspace.views[number]

    def told(self, thread: Payload | str) -> list[str]:
        """What the bot posted in a Discord thread."""
        return [texts(each) for each in self.shop.discord.posted(thread)]


@asynccontextmanager
async def mirror(
    place: Path, mode: str = "socket", triage: Callable[[Shop], Address] | None = None
) -> AsyncIterator[Mirror]:
    """Everything running."""
    async with DiscordServer() as discord, slack_server(mode) as slack:
        prepare(slack)
        slack.workspace.add_channel(TRIAGE, "triage", "channel", "U1", "U2")
        shop = Shop(discord, Ears(discord))
        with opened(place / "desk.db") as database:
            desk = new_desk(database)
            accounts = Accounts(database, Passwords())
            accounts.create("mia", by="test", name="Mia", tiers=(1,))
            accounts.create("lea", by="test", name="Lea", role=Role.LEAD)
            accounts.identify("mia", "slack", "U1", by="test")
            accounts.identify("mia", "discord", str(shop.ben["id"]), by="test")
            console = Console(database, wording=WORDING, firsts=desk.firsts)
            where = triage(shop) if triage else Address("slack", TRIAGE)
            agents = AgentsSide(
                database, console, accounts.person_of, (Triage("support", 1, where),), site=SITE
            )
            on_discord = adapter_for(discord, shop.marks, asks_people=asks(desk), agents=agents)
            on_slack = SlackAdapter(
                options_for(slack), bookmarks=Kept(), asks_people=asks(desk), agents=agents
            )
            both = (on_discord, on_slack)
            work = worker.run(desk, both, chores=(agents.rung,))
            serving = asyncio.create_task(card_worker.beside(work, card_worker.run(agents, both)))
            made = Mirror(shop, slack, desk, console, accounts, agents, on_discord, on_slack)
            await made.until(lambda: on_discord.caught_up and not on_slack.trouble)
            await made.until(lambda: not agents.follow())
            yield made
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


def asks(desk: Desk) -> Callable[[Address, str], Awaitable[bool]]:
    async def asks_people(address: Address, person: str) -> bool:
        return await asyncio.to_thread(desk.asks_people, address, person)

    return asks_people
