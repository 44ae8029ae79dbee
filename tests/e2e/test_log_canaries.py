"""Nothing that people wrote and no secret is in the log of the whole program, whatever fails (S19)."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest

from tests.discord_support import Ears, Shop
from tests.program_support import Program, program, until
from tests.servers.discord.discord_server import TOKEN, DiscordServer
from tests.servers.slack.faults import Fault
from tests.servers.slack.server import slack_server
from tests.servers.slack.workspace import APP_TOKEN, BOT_TOKEN
from tests.slack_support import prepare

CANARY = "canary4711"
QUESTION = f"How do I back up the database of {CANARY}?"
JSON = '[log]\nformat = "json"\n[limits]\nquestions_per_minute = 3\n'
OPERATOR = "operator-token-0815"


def refuse_leaks(desk: Program, *secrets: str) -> list[str]:
    """The log's events; fails when anything that must not be there is in it."""
    text = (desk.folder / "log.txt").read_text("utf-8")
    for secret in (CANARY, "0" * 32, OPERATOR, *secrets):
        assert secret not in text, [line for line in text.splitlines() if secret in line]
    events = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [str(event["event"]) for event in events]


@asynccontextmanager
async def locked(desk: Program) -> AsyncIterator[None]:
    """Another program holds the database, so that nothing can be kept for a while."""
    with closing(sqlite3.connect(desk.folder / "var" / "firstline.db", timeout=20)) as other:
        other.execute("begin immediate")
        try:
            yield
        finally:
            other.rollback()


async def test_web_and_api(tmp_path: Path) -> None:
    desk = program(tmp_path, JSON, OPERATOR_TOKEN=OPERATOR)
    async with desk.serving():
        log = (desk.folder / "log.txt").read_text("utf-8")
        port = re.findall(r"so this is on (\d+)", log)[-1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            opened = (await client.post("/api/v1/conversations")).json()
            path = f"/api/v1/conversations/{opened['id']}"
            client.headers["Authorization"] = f"Bearer {opened['token']}"
            for text in (QUESTION, f"human {CANARY}", f"more {CANARY}"):
                kept = await client.post(f"{path}/messages", json={"text": text})
                assert kept.status_code in (202, 429)
            await until(lambda: desk.rows("select 1 from outbox where state = 'sent'"))
            assert (
                await client.post("/api/v1/ask", json={"question": QUESTION})
            ).status_code == 200
            assert (await client.post("/api/v1/ask", json={CANARY: CANARY})).status_code == 422
            assert (await client.get(f"/help?q={CANARY}")).status_code in (200, 404)
            async with locked(desk):
                lost = await client.post(f"{path}/messages", json={"text": f"lost {CANARY}"})
            assert lost.status_code in (429, 503)
            bearer = {"Authorization": f"Bearer {OPERATOR}"}
            assert (await client.get("/metrics", headers=bearer)).status_code == 200
    events = refuse_leaks(desk, opened["token"])
    assert "message handled" in events


async def test_slack(tmp_path: Path) -> None:
    async with slack_server("socket") as slack:
        prepare(slack)
        settings = f'{JSON}[slack]\napi_url = "{slack.api_url}"\n'
        desk = program(tmp_path, settings, SLACK__BOT_TOKEN=BOT_TOKEN, SLACK__APP_TOKEN=APP_TOKEN)
        async with desk.serving():
            await until(slack.socket.connected.is_set)
            slack.faults.next("chat.postMessage", Fault("broken"))
            slack.faults.next("chat.postMessage", Fault("error", code="channel_not_found"))
            for number in range(5):
                slack.people.say("U1", "C1", f"<@U0BOT> {number} {QUESTION}")
            await until(lambda: len(desk.rows("select 1 from message where author='user'")) == 5)
            await until(lambda: desk.rows("select 1 from outbox where state = 'dead'"))
            await until(lambda: desk.rows("select 1 from outbox where state = 'sent'"))
            async with locked(desk):
                before = (desk.folder / "log.txt").stat().st_size
                slack.people.say("U2", "C1", f"<@U0BOT> lost {QUESTION}")
                await until(lambda: (desk.folder / "log.txt").stat().st_size > before)
    events = refuse_leaks(desk, BOT_TOKEN, APP_TOKEN)
    assert "message handled" in events
    assert any("delivery" in event for event in events)


async def test_discord(tmp_path: Path) -> None:
    async with DiscordServer() as discord:
        shop = Shop(discord, Ears(discord))
        api, gateway = discord.api_url, discord.gateway.url
        settings = f'{JSON}[discord]\napi_url = "{api}"\ngateway_url = "{gateway}"\n'
        desk = program(tmp_path, settings, DISCORD__TOKEN=TOKEN)
        async with desk.serving():
            await until(lambda: discord.gateway.live())
            for number in range(5):
                await discord.mention(shop.help, shop.ana, f"{number} {QUESTION}")
            await until(lambda: len(desk.rows("select 1 from message where author='user'")) == 5)
            await until(lambda: desk.rows("select 1 from outbox where state = 'sent'"))
    events = refuse_leaks(desk, TOKEN)
    assert "message handled" in events


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_an_exception_says_is_not_logged_but_where_it_was(
    form: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """An error's own words often quote what it could not handle: a parser, a database."""
    import logging

    from config.log import set_up_logging

    root = logging.getLogger()
    before = root.handlers[:], root.level
    set_up_logging("info", form)
    try:
        try:
            try:
                raise ValueError(f"cannot parse {CANARY}")
            except ValueError as error:
                raise RuntimeError(f"gave up on {CANARY}") from error
        except RuntimeError:
            logging.getLogger("test").exception("turn failed")
    finally:
        root.handlers[:], _ = before
        root.setLevel(before[1])
    said = capfd.readouterr().err
    assert CANARY not in said
    assert "RuntimeError" in said
    assert "ValueError" in said
    assert "test_log_canaries.py" in said
