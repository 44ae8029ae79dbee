"""What is wrong with a Slack set-up, and what to do about it: `firstline doctor slack`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.findings import Finding
from adapters.listening import Overheard, closed_place
from adapters.slack.adapter import check
from adapters.slack.api import Refusal, call, new_session, pages, web_client
from adapters.slack.catchup import KINDS
from adapters.slack.manifest import SCOPES
from adapters.slack.messages import word
from adapters.slack.options import SlackOptions


async def diagnose(options: SlackOptions) -> list[Finding]:
    """Look at tokens, scopes and channels. Changes nothing in Slack; never raises for what it finds."""
    try:
        check(options)
    except ValueError as error:
        return [Finding("error", "The settings cannot work.", str(error))]
    async with new_session(options) as session:
        client = web_client(options, session)
        return [finding async for finding in findings(client, options)]


async def findings(client: AsyncWebClient, options: SlackOptions) -> AsyncIterator[Finding]:
    """Each check in order; without a working token the rest cannot be looked at."""
    try:
        response = await client.auth_test()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the finding
        yield token_finding(error)
        return
    yield Finding("ok", f"The bot token works: {response['user']} in {response['team']}.")
    headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
    for finding in scope_findings(headers.get("x-oauth-scopes", "")):
        yield finding
    if options.mode == "socket":
        yield await app_token(client, options)
    else:
        yield Finding(
            "warning",
            "Whether events reach this machine cannot be seen from here.",
            f"Set the request URL of events, interactivity and commands to your public address "
            f"with the path {options.path}; Slack shows Verified when it reaches us.",
        )
    async for finding in channel_findings(client, options):
        yield finding


def token_finding(error: Exception) -> Finding:
    """Why the first call failed."""
    response = getattr(error, "response", None)
    code = word(getattr(response, "data", None) or {}, "error") if response is not None else ""
    if not code:
        return Finding(
            "error",
            f"Slack cannot be reached: {type(error).__name__}.",
            "Check the network and `slack.api_url`.",
        )
    return Finding(
        "error",
        f"Slack refuses the bot token: {code}.",
        "Install the app to the workspace again and copy the Bot User OAuth Token.",
    )


def scope_findings(given: str) -> Iterable[Finding]:
    """The scopes that are missing, and those that nobody needs. Pure."""
    have = {scope.strip() for scope in given.split(",") if scope.strip()}
    missing, spare = sorted(set(SCOPES) - have), sorted(have - set(SCOPES))
    for scope in missing:
        yield Finding(
            "error",
            f"The scope {scope} is missing: the bot cannot {SCOPES[scope]}.",
            "Update the app from `firstline slack manifest` and install it again.",
        )
    if not missing:
        yield Finding("ok", f"All {len(SCOPES)} scopes are there.")
    if spare:
        yield Finding(
            "warning",
            f"The app has scopes that nobody uses: {', '.join(spare)}.",
            "Take them out of the app, for least privilege.",
        )


async def app_token(client: AsyncWebClient, options: SlackOptions) -> Finding:
    """Whether Socket Mode can be opened."""
    try:
        await call(client.apps_connections_open, app_token=options.app_token)
    except Refusal as refused:
        return Finding(
            "error",
            f"Socket Mode cannot be opened: {refused.code or refused}.",
            "Switch Socket Mode on, and make an app-level token with connections:write.",
        )
    return Finding("ok", "Socket Mode can be opened.")


async def channel_findings(client: AsyncWebClient, options: SlackOptions) -> AsyncIterator[Finding]:
    """Which channels the bot is in, and which of the settings' channels it is not in."""
    found: dict[str, dict[str, Any]] = {}
    try:
        async for page in pages(
            client.users_conversations, "channels", types=KINDS, exclude_archived=True
        ):
            found |= {word(each, "id"): each for each in page}
    except Refusal as refused:
        yield Finding("error", f"The channels cannot be listed: {refused}.", str(refused))
        return
    rules = options.listening
    for channel in sorted({*rules.allow, *rules.modes} - rules.deny - set(found)):
        yield Finding(
            "error",
            f"The bot is not in {channel}, which the settings name.",
            "Write /invite with the bot's name in that channel, and check the channel's id.",
        )
    rooms = [each for each in found.values() if not each.get("is_im")]
    open_ones = [e for e in rooms if not closed_place(rules, Overheard(places=(word(e, "id"),)))]
    if open_ones:
        names = ", ".join(f"#{word(each, 'name')}" for each in open_ones[:20])
        yield Finding("ok", f"The bot listens in {len(open_ones)} channels: {names}.")
    else:
        yield Finding(
            "warning",
            "The bot listens in no channel.",
            "Write /invite with the bot's name in a channel, or check allow, deny and the modes.",
        )
