"""Builds the doors behind the console: accounts, sign-in, audit log."""

from __future__ import annotations

from datetime import timedelta

from adapters.console.app import Doors
from bot.accounts import Accounts
from bot.audit import Audit
from bot.desk import Database
from bot.passwords import Passwords
from bot.sign_in import SignIn
from config.wiring import Place


def console_doors(place: Place, database: Database) -> Doors:
    """What the console's pages go through; sessions last as long as the settings have it."""
    passwords = Passwords()
    console = place.settings.console
    sessions = SignIn(
        database,
        passwords,
        idle=timedelta(hours=console.idle_hours),
        longest=timedelta(days=console.session_days),
    )
    return Doors(Accounts(database, passwords), sessions, Audit(database))
