"""The unpatched program, set up for a local Slack by the way that the server delivers."""

from __future__ import annotations

from pathlib import Path

from tests.program_support import Program, program, until
from tests.servers.slack.server import SlackServer
from tests.servers.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET
from tests.slack_support import free_port, port_open


def desk_on(slack: SlackServer, folder: Path) -> Program:
    """A desk whose settings name this Slack; over HTTP, Slack is told where the desk listens."""
    settings = f'[slack]\napi_url = "{slack.api_url}"\n'
    if slack.mode == "http":
        port = free_port()
        settings += f'connection = "http"\nport = {port}\n'
        slack.http.url = f"http://127.0.0.1:{port}/slack/events"
    return program(
        folder,
        settings,
        SLACK__BOT_TOKEN=BOT_TOKEN,
        SLACK__APP_TOKEN=APP_TOKEN,
        SLACK__SIGNING_SECRET=SIGNING_SECRET,
    )


async def listens(slack: SlackServer) -> None:
    """Once Slack can reach the program."""
    http = slack.mode == "http"
    await until(lambda: port_open(slack) if http else slack.socket.connected.is_set())
