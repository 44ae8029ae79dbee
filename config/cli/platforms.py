"""`firstline slack manifest`, `discord invite` and `doctor`: setting the platforms up."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from adapters.findings import Finding
    from config.wiring import Place

MARKS = {"ok": "ok", "warning": "look", "error": "FAIL"}
COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}


class Name(StrEnum):
    """A platform that a desk can be served on."""

    SLACK = "slack"
    DISCORD = "discord"


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    slack = typer.Typer(help="Set the desk up on Slack.", no_args_is_help=True)
    slack.command()(manifest)
    app.add_typer(slack, name="slack")
    discord = typer.Typer(help="Set the desk up on Discord.", no_args_is_help=True)
    discord.command()(invite)
    app.add_typer(discord, name="discord")
    app.command()(doctor)


def manifest(
    desk: Desk = HERE,
    request_url: Annotated[
        str, typer.Option(help="Where Slack reaches you, for 'slack.connection = \"http\"'.")
    ] = "",
) -> None:
    """Print the app manifest (JSON): exactly the scopes and events that are used."""
    from adapters.slack.manifest import manifest as made
    from config.wiring import open_place

    place = open_place(desk)
    agreed = place.settings.slack
    url = reached_at(place, request_url) if agreed.connection == "http" else request_url
    name = place.settings.desk.name
    told = made(name=name, mode=agreed.connection, request_url=url, assistant=agreed.assistant)
    typer.echo(json.dumps(told, indent=2, ensure_ascii=False))


def reached_at(place: Place, given: str) -> str:
    """Where Slack sends its requests. Raises SettingsRefused."""
    from config.problems import SettingsRefused

    url = given or place.settings.web.public_url.rstrip("/")
    if not url.startswith("https://"):
        raise SettingsRefused(
            "Slack must know where it reaches you, by https: "
            f"--request-url https://YOUR-ADDRESS{place.settings.slack.path}"
        )
    return given or url + place.settings.slack.path


def invite(
    desk: Desk = HERE,
    application: Annotated[
        int, typer.Option(help="The application's id; without it Discord is asked, by the token.")
    ] = 0,
) -> None:
    """Print the link that adds the bot to a server, with exactly the permissions it uses."""
    from adapters.discord.doctor import invite_url

    typer.echo(invite_url(application or own_application(desk)))


def own_application(desk: Desk) -> int:
    """The application that the desk's token belongs to. Raises SettingsRefused."""
    from adapters.discord.doctor import application_id
    from bot.channel import SendError
    from config.platforms import discord_connection
    from config.problems import SettingsRefused
    from config.wiring import open_place

    place = open_place(desk)
    token = place.settings.discord.token.get_secret_value()
    if not token:
        raise SettingsRefused(
            "Set FIRSTLINE_DISCORD__TOKEN in the environment or in "
            f"{place.folder / '.env'}, or give --application ID."
        )
    try:
        return asyncio.run(application_id(token, discord_connection(place)))
    except SendError as error:
        raise SettingsRefused(f"{error}. Or give --application ID.") from None


def doctor(
    platform: Annotated[Name, typer.Argument(help="What to look at.")],
    desk: Desk = HERE,
    as_json: Json = False,
) -> None:
    """Look at the set-up of a platform and say what to mend. Ends with 1 when something fails."""
    from config.platforms import settings_findings
    from config.wiring import open_place

    place = open_place(desk)
    agreed = place.settings.slack if platform is Name.SLACK else place.settings.discord
    found = [*settings_findings(place, agreed), *asyncio.run(looked_at(place, platform))]
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False))
    else:
        echo(found)
    raise typer.Exit(any(each.level == "error" for each in found))


async def looked_at(place: Place, platform: Name) -> list[Finding]:
    """What the platform itself says."""
    from config.platforms import discord_connection, listening, slack_options

    if platform is Name.SLACK:
        from adapters.slack.doctor import diagnose as diagnose_slack

        return await diagnose_slack(slack_options(place, ""))
    from adapters.discord.doctor import diagnose as diagnose_discord

    agreed = place.settings.discord
    token = agreed.token.get_secret_value()
    return await diagnose_discord(token, listening(agreed), discord_connection(place))


def echo(found: list[Finding]) -> None:
    """Findings for people."""
    for each in found:
        typer.secho(f"{MARKS[each.level]:<5}", fg=COLOURS[each.level], nl=False)
        typer.echo(each.what)
        if each.remedy:
            typer.echo(f"     {each.remedy}")
