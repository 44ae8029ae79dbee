"""The doors behind the console, for tests."""

from __future__ import annotations

from adapters.console.app import Doors
from bot.accounts import Accounts
from bot.audit import Audit
from bot.desk import Database
from bot.passwords import Passwords
from bot.sign_in import SignIn

FAST = Passwords(memory=8, rounds=1)
"""Hashes that no test has to wait for."""


def console_doors(database: Database) -> Doors:
    """As the program wires them, with fast hashes."""
    return Doors(Accounts(database, FAST), SignIn(database, FAST), Audit(database))
