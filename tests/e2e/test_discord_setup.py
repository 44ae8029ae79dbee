"""What an administrator is told: the invitation, and the doctor's findings."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from adapters.discord.client import Connection
from adapters.discord.doctor import WHY, diagnose, invite_url, permissions
from adapters.findings import Finding
from adapters.listening import ListeningRules
from tests.discord_support import Ears, Shop
from tests.servers.discord.discord_server import TOKEN, DiscordServer


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with DiscordServer() as server:
        yield Shop(server, Ears(server))


async def doctor(shop: Shop, token: str = TOKEN, **rules: object) -> list[Finding]:
    connection = Connection(api_url=shop.discord.api_url, gateway_url=shop.discord.gateway.url)
    return await diagnose(token, ListeningRules(**rules), connection)  # type: ignore[arg-type]


def test_the_invitation_asks_for_what_is_used_and_no_more() -> None:
    asked = parse_qs(urlsplit(invite_url(42)).query)
    assert asked["client_id"] == ["42"]
    assert set(asked["scope"][0].split()) == {"bot", "applications.commands"}
    given = discord.Permissions(int(asked["permissions"][0]))
    assert sum(value for _, value in given) == len(WHY)
    assert all(getattr(given, name) for name in WHY)
    assert not permissions().administrator


async def test_all_is_well(shop: Shop) -> None:
    findings = await doctor(shop)
    assert {finding.level for finding in findings} == {"ok"}
    assert [f.what for f in findings if "#" in f.what] == [
        "Shop, #help: all permissions are there.",
        "Shop, #questions: all permissions are there.",
    ]


async def test_a_token_that_is_missing_or_refused(shop: Shop) -> None:
    (missing,) = await doctor(shop, "")
    assert (missing.level, missing.remedy) == ("error", "Set FIRSTLINE_DISCORD__TOKEN.")
    (refused,) = await doctor(shop, "wrong")
    assert "Make a new one in the Developer Portal" in refused.remedy


async def test_the_texts_of_messages_are_not_given(shop: Shop) -> None:
    shop.discord.world.app_flags = 0
    (finding,) = [f for f in await doctor(shop) if f.level == "error"]
    assert "turn on 'Message Content Intent'" in finding.remedy


async def test_a_permission_is_missing_in_one_channel(shop: Shop) -> None:
    hidden = str(discord.Permissions(send_messages=True, create_private_threads=True).value)
    shop.help["permission_overwrites"] = [
        {"id": shop.guild["id"], "type": 0, "allow": "0", "deny": hidden}
    ]
    (finding,) = [f for f in await doctor(shop) if f.level != "ok"]
    assert (finding.level, finding.what) == ("error", "Shop, #help: permissions are missing.")
    assert "'Send Messages', to answer" in finding.remedy
    assert "'Create Private Threads'" in finding.remedy
    assert not [f for f in await doctor(shop, deny=frozenset({"#help"})) if f.level != "ok"]


async def test_no_server_and_no_channel(shop: Shop) -> None:
    (nowhere,) = [f for f in await doctor(shop, mode="off") if f.level == "warning"]
    assert nowhere.what == "Shop: the bot may speak nowhere."
    shop.discord.world.guilds.clear()
    (alone,) = [f for f in await doctor(shop) if f.level == "warning"]
    assert alone.remedy.startswith("Invite it: https://discord.com/oauth2/authorize?client_id=")
