"""The doors behind the console, for tests."""

from __future__ import annotations

import time

from adapters.console.app import Doors
from adapters.console.openid import OpenId
from adapters.console.openid_provider import Provider, ProviderOptions
from bot.accounts import Accounts
from bot.audit import Audit
from bot.desk import Database
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
