"""Slack and Discord as channels of a desk: from the settings, each on when its token is set.

site(place, port)                 the address that links in answers begin with
slack_options, discord_…          the settings in an adapter's words
platforms(place, desk, …)         the adapters that are on

The platforms' libraries are imported only when they are on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from adapters.findings import Finding
from adapters.listening import AsksPeople, ListeningRules
from adapters.slack.options import (
    Home,
    HomeArticle,
    HomeTicket,
    Recall,
    ShowHome,
    SlackOptions,
)
from bot.agents_side import AgentsSide, CardPosting
from bot.bookmarks import KeptBookmarks
from bot.channel import Adapter, Address, Bookmarks, Outgoing
from bot.desk import Database, Desk
from bot.help_centre import HelpCentre
from bot.views import TicketLine
from config.channel_sections import ListeningSettings
from config.problems import SettingsRefused
from config.wiring import Place

if TYPE_CHECKING:
    from adapters.discord.client import Connection

HOME_ARTICLES = 5
SUGGESTED = 50
"""More than Discord shows: those that are too long for it are left out."""


class Connected(Adapter, Protocol):
    """A channel that can be in trouble."""

    @property
    def trouble(self) -> str:
        """Why nothing is heard at the moment; empty when all is well."""


class Platform(Connected, Protocol):
    """A channel that agents can work in as well."""

    async def post(self, posting: CardPosting) -> str:
        """Show something to agents. Raises SendError."""


def platforms(
    place: Place,
    desk: Desk,
    database: Database,
    centre: HelpCentre,
    site: str,
    agents: AgentsSide | None = None,
) -> tuple[Platform, ...]:
    """The adapters of all platforms that are on; with `agents` they show tickets' cards."""
    bookmarks = KeptBookmarks(database)
    found: list[Platform] = []
    if slack_is_on(place):
        options = slack_options(place, site)
        home = show_home(desk, centre, options)
        found.append(on_slack(options, bookmarks, home, recall(desk), asks_people(desk), agents))
    if discord_is_on(place):
        found.append(on_discord(place, desk, bookmarks, site, suggest(centre), agents))
    return tuple(found)


def on_slack(
    options: SlackOptions,
    bookmarks: Bookmarks,
    home: ShowHome,
    said: Recall,
    asks: AsksPeople,
    agents: AgentsSide | None = None,
) -> Platform:
    """The workspace as a channel."""
    from adapters.slack.adapter import SlackAdapter

    return SlackAdapter(
        options,
        bookmarks=bookmarks,
        show_home=home,
        recall=said,
        asks_people=asks,
        agents=agents,
    )


def on_discord(
    place: Place,
    desk: Desk,
    bookmarks: Bookmarks,
    site: str,
    suggested: Callable[[str], Awaitable[Sequence[str]]],
    agents: AgentsSide | None = None,
) -> Platform:
    """The bot's Discord as a channel."""
    from adapters.discord.adapter import DiscordAdapter

    agreed = place.settings.discord
    return DiscordAdapter(
        agreed.token.get_secret_value(),
        listening(agreed),
        bookmarks,
        site=site,
        quiet=timedelta(hours=agreed.quiet_hours),
        text_limit=agreed.text_file_bytes,
        image_limit=agreed.image_bytes,
        asks_people=asks_people(desk),
        own_tickets=own_tickets(desk),
        agents=agents,
        suggest=suggested,
        connection=discord_connection(place),
    )


def slack_is_on(place: Place) -> bool:
    """Whether the desk is served on Slack."""
    agreed = place.settings.slack
    return agreed.enabled and bool(agreed.bot_token.get_secret_value())


def discord_is_on(place: Place) -> bool:
    """Whether the desk is served on Discord."""
    agreed = place.settings.discord
    return agreed.enabled and bool(agreed.token.get_secret_value())


def slack_options(place: Place, site: str) -> SlackOptions:
    """The table `slack` in the adapter's words."""
    agreed = place.settings.slack
    return SlackOptions(
        bot_token=agreed.bot_token.get_secret_value(),
        app_token=agreed.app_token.get_secret_value(),
        signing_secret=agreed.signing_secret.get_secret_value(),
        mode=agreed.connection,
        api_url=agreed.api_url.rstrip("/") + "/",
        host=agreed.host,
        port=agreed.port,
        path=agreed.path,
        site=site,
        listening=listening(agreed),
        quiet=timedelta(hours=agreed.quiet_hours),
        text_file_limit=agreed.text_file_bytes,
        reactions=agreed.reactions,
        solved_reaction=agreed.solved_reaction,
        prompts=tuple((prompt, prompt) for prompt in agreed.prompts),
        assistant=agreed.assistant,
        streaming=agreed.streaming,
        native_feedback=agreed.native_feedback,
        catch_up=timedelta(days=agreed.catch_up_days),
    )


def refuse_what_cannot_work(place: Place) -> None:
    """Before anything is opened: raises SettingsRefused for a platform that is on and cannot be,
    and for a process that would leave work undone."""
    missing = {"channels", "turns", "deliveries", "clock", "web"}.difference(
        place.settings.process.roles
    )
    if missing and place.settings.database.url.startswith("sqlite"):
        raise SettingsRefused(
            f"process.roles: {', '.join(sorted(missing))} is missing, and on SQLite there is no "
            "other process to do it. Name all roles, or use PostgreSQL."
        )
    if not slack_is_on(place):
        return
    from adapters.slack.adapter import check

    try:
        check(slack_options(place, ""))
    except ValueError as error:
        raise SettingsRefused(f"slack: {error} 'slack.enabled = false' switches it off.") from None


def discord_connection(place: Place) -> Connection:
    """Where Discord is."""
    from adapters.discord.client import Connection

    agreed = place.settings.discord
    return Connection(api_url=agreed.api_url, gateway_url=agreed.gateway_url)


def listening(agreed: ListeningSettings) -> ListeningRules:
    """Where the bot speaks."""
    return ListeningRules(
        mode=agreed.mode,
        modes=agreed.modes,
        allow=agreed.allow,
        deny=agreed.deny,
        direct=agreed.direct,
    )


def show_home(desk: Desk, centre: HelpCentre, options: SlackOptions) -> ShowHome:
    """What the App Home shows: the person's open tickets, and what was answered from most."""

    def home(person: str) -> Home:
        tickets = desk.open_tickets(options.name, person)
        articles = centre.popular(HOME_ARTICLES)
        return Home(
            tuple(HomeTicket(each.id, each.subject, each.status) for each in tickets),
            tuple(HomeArticle(each.title, options.site + each.path) for each in articles),
        )

    async def show(person: str) -> Home:
        return await asyncio.to_thread(home, person)

    return show


def own_tickets(desk: Desk) -> Callable[[str], Awaitable[Sequence[TicketLine]]]:
    """The open tickets of somebody on Discord."""

    async def found(person: str) -> Sequence[TicketLine]:
        return await asyncio.to_thread(desk.open_tickets, "discord", person)

    return found


def recall(desk: Desk) -> Recall:
    """An answer that was given in private, to be shown to all."""

    async def said(address: Address, key: str) -> Outgoing | None:
        return await asyncio.to_thread(desk.said, address, key)

    return said


def suggest(centre: HelpCentre) -> Callable[[str], Awaitable[Sequence[str]]]:
    """Questions of the help centre that go on as somebody has begun to type."""

    async def suggested(typed: str) -> Sequence[str]:
        return await asyncio.to_thread(centre.suggestions, typed, SUGGESTED)

    return suggested


def asks_people(desk: Desk) -> AsksPeople:
    """Whose replies in a thread are for the people who took it over."""

    async def asks(address: Address, person: str) -> bool:
        return await asyncio.to_thread(desk.asks_people, address, person)

    return asks


def settings_findings(place: Place, agreed: ListeningSettings) -> tuple[Finding, ...]:
    """What the settings alone say about a platform's set-up."""
    found = []
    if not agreed.enabled:
        remedy = "Take 'enabled = false' out of its table in firstline.toml."
        found.append(Finding("error", "The channel is switched off.", remedy))
    if not place.settings.web.public_url:
        what = "Links to our own help pages lead to this machine, where others cannot open them."
        remedy = "Set 'web.public_url' to the address that people use."
        found.append(Finding("warning", what, remedy))
    return tuple(found)


def troubles(adapters: Sequence[Connected]) -> Callable[[], Mapping[str, str]]:
    """For the health page: each platform, and why nothing is heard there (empty: all is well)."""
    return lambda: {adapter.name: adapter.trouble for adapter in adapters}
