"""Builds the doors behind the console: accounts, sign-in, audit log."""

from __future__ import annotations

import time
from datetime import timedelta

from adapters.console.app import Doors
from adapters.console.openid import OpenId
from adapters.console.openid_provider import Provider, ProviderOptions
from bot.accounts import Accounts
from bot.audit import Audit
from bot.desk import Database
from bot.figure_pages import FigurePages
from bot.flow_pages import FlowPages
from bot.open_id import OpenIdAccounts, Rules
from bot.passwords import Passwords
from bot.sign_in import SignIn
from config.hours import desk_zone
from config.problems import SettingsRefused
from config.wiring import Place
from knowledge.base import KnowledgeBase


def console_doors(place: Place, database: Database, knowledge: KnowledgeBase) -> Doors:
    """What the console's pages go through; sessions last as long as the settings have it.

    `knowledge` is all of it, for every audience: who may look is decided by the pages.
    """
    passwords = Passwords()
    console = place.settings.console
    sessions = SignIn(
        database,
        passwords,
        idle=timedelta(hours=console.idle_hours),
        longest=timedelta(days=console.session_days),
    )
    accounts = Accounts(database, passwords)
    flows = FlowPages(knowledge, database)
    figures = FigurePages(database, desk_zone(place.settings.desk))
    single = openid(place, database)
    return Doors(accounts, sessions, Audit(database), flows, figures, single)


def openid(place: Place, database: Database) -> OpenId | None:
    """The OpenID provider of the settings, None when there is none. Raises SettingsRefused."""
    named = place.settings.openid
    if not named.issuer:
        return None
    secret = named.client_secret.get_secret_value()
    if not (named.client_id and secret):
        raise SettingsRefused(
            "openid.issuer is set, so openid.client_id and FIRSTLINE_OPENID__CLIENT_SECRET must "
            "be too: the provider gives you both when you register the desk there."
        )
    options = ProviderOptions(named.issuer, named.client_id, secret, named.label, named.claim)
    rules = Rules(named.domain, named.roles, named.tiers)
    return OpenId(Provider(options, time.monotonic), OpenIdAccounts(database, rules))
