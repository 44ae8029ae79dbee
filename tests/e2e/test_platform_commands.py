"""The commands that set Slack and Discord up, as an administrator types them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.discord.doctor import invite_url
from adapters.slack.manifest import manifest
from tests.program_support import Program
from tests.servers.discord.discord_server import TOKEN, DiscordServer
from tests.servers.slack.server import SlackServer, slack_server
from tests.servers.slack.workspace import APP_TOKEN, BOT_TOKEN
from tests.slack_support import prepare


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server("socket") as server:
        prepare(server)
        yield server


def desk(folder: Path, settings: str = "", **secrets: str) -> Program:
    (folder / "firstline.toml").write_text(settings, "utf-8")
    return Program(folder, {f"FIRSTLINE_{name}": value for name, value in secrets.items()})


async def test_the_manifest_is_that_of_the_settings(tmp_path: Path) -> None:
    program = desk(tmp_path, '[desk]\nname = "Ada"\n')
    shown = await program.command("slack", "manifest")
    assert json.loads(shown.stdout) == manifest(name="Ada")
    program = desk(tmp_path, '[slack]\nconnection = "http"\n')
    refused = await program.command("slack", "manifest")
    assert refused.returncode == 2
    assert "--request-url https://YOUR-ADDRESS/slack/events" in refused.stderr
    program = desk(
        tmp_path, '[slack]\nconnection = "http"\n[web]\npublic_url = "https://h.example.com/"\n'
    )
    shown = await program.command("slack", "manifest")
    assert json.loads(shown.stdout) == manifest(
        mode="http", request_url="https://h.example.com/slack/events"
    )


async def test_the_doctor_of_slack_finds_what_is_wrong(slack: SlackServer, tmp_path: Path) -> None:
    settings = f'[web]\npublic_url = "https://h.example.com"\n[slack]\napi_url = "{slack.api_url}"'
    tokens = {"SLACK__BOT_TOKEN": BOT_TOKEN, "SLACK__APP_TOKEN": APP_TOKEN}
    well = await desk(tmp_path, settings, **tokens).command("doctor", "slack")
    assert (well.returncode, "FAIL" in well.stdout) == (0, False), well.stdout
    assert "The bot listens in 2 channels: #help, #talk." in well.stdout
    off = desk(tmp_path, settings + "\nenabled = false\n", **tokens)
    told = json.loads((await off.command("doctor", "slack", "--json")).stdout)
    assert told[0]["level"] == "error"
    assert told[0]["what"] == "The channel is switched off."
    slack.workspace.scopes = slack.workspace.scopes.replace("users:read", "admin")
    ill = await desk(tmp_path, settings, **tokens).command("doctor", "slack")
    assert ill.returncode == 1
    assert "The scope users:read is missing" in ill.stdout
    bare = await desk(tmp_path).command("doctor", "slack")
    assert (bare.returncode, bare.stderr) == (1, "")
    assert "FIRSTLINE_SLACK__BOT_TOKEN" in bare.stdout
    assert "web.public_url" in bare.stdout


async def test_the_invitation_and_the_doctor_of_discord(tmp_path: Path) -> None:
    async with DiscordServer() as discord:
        discord.world.channel(discord.world.guild("Shop"), "help")
        settings = (
            f'[discord]\napi_url = "{discord.api_url}"\ngateway_url = "{discord.gateway.url}"\n'
        )
        program = desk(tmp_path, settings, DISCORD__TOKEN=TOKEN)
        shown = await program.command("discord", "invite")
        assert shown.stdout == invite_url(discord.world.bot_id) + "\n"
        found = await program.command("doctor", "discord")
        assert "Shop, #help: all permissions are there." in found.stdout
        assert found.returncode == 0
        wrong = desk(tmp_path, settings, DISCORD__TOKEN="stolen")
        refused = await wrong.command("discord", "invite")
        assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
        assert "--application ID" in refused.stderr
        assert (await wrong.command("doctor", "discord")).returncode == 1
    without = desk(tmp_path)
    refused = await without.command("discord", "invite")
    assert "FIRSTLINE_DISCORD__TOKEN" in refused.stderr
    shown = await without.command("discord", "invite", "--application", "42")
    assert shown.stdout == invite_url(42) + "\n"


async def test_a_channel_that_cannot_work_is_refused_before_anything_is_served(
    tmp_path: Path,
) -> None:
    program = desk(tmp_path, SLACK__BOT_TOKEN="wrong")
    refused = await program.command("serve", "--port", "0")
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)
    assert "FIRSTLINE_SLACK__BOT_TOKEN" in refused.stderr
    assert "slack.enabled = false" in refused.stderr
