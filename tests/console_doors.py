"""The doors behind the console, for tests."""

from __future__ import annotations

import time
from dataclasses import replace

from adapters.console.app import Doors
from adapters.console.openid import OpenId
from adapters.console.openid_provider import Provider, ProviderOptions
from adapters.console.ticket_doors import TicketDoors
from bot.accounts import Accounts
from bot.audit import Audit
from bot.console import Console, ConsoleWording
from bot.desk import Database, Desk
from bot.drafts import Drafts
from bot.help_centre import HelpCentre
from bot.macros import Macros
from bot.open_id import OpenIdAccounts, Rules
from bot.passwords import Passwords
from bot.sign_in import SignIn
from tests.servers.openid.openid_server import CLIENT, SECRET

FAST = Passwords(memory=8, rounds=1)
"""Hashes that no test has to wait for."""


def console_doors(database: Database, issuer: str = "", rules: Rules = Rules()) -> Doors:  # noqa: B008
    """As the program wires them, with fast hashes; `issuer` is an OpenID provider's address."""
    openid = None
    if issuer:
        provider = Provider(ProviderOptions(issuer, CLIENT, SECRET, "Acme"), time.monotonic)
        openid = OpenId(provider, OpenIdAccounts(database, rules))
    return Doors(Accounts(database, FAST), SignIn(database, FAST), Audit(database), openid)


def with_ticket_page(doors: Doors, desk: Desk, database: Database, centre: HelpCentre) -> Doors:
    """The same doors, and what the page of a ticket goes through."""
    console = Console(
        database,
        wording=ConsoleWording(merged=lambda old, new: f"Ticket #{old} goes on in #{new}."),
        firsts=desk.firsts,
    )
    page = TicketDoors(console, doors.accounts, Drafts(database), Macros(database), centre)
    return replace(doors, ticket_page=page)
