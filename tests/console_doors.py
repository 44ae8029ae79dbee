"""The doors behind the console, for tests."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence

import numpy as np

from adapters.console.app import Doors
from adapters.console.inbox_doors import InboxDoors
from adapters.console.openid import OpenId
from adapters.console.openid_provider import Provider, ProviderOptions
from bot.accounts import Accounts
from bot.audit import Audit
from bot.console import Console, ConsoleWording
from bot.desk import Database
from bot.meaning import Meaning
from bot.open_id import OpenIdAccounts, Rules
from bot.passwords import Passwords
from bot.presence import Presence
from bot.sign_in import SignIn
from bot.worklist import Worklist
from knowledge.alike import Alike
from knowledge.embedder import Vectors
from tests.servers.openid.openid_server import CLIENT, SECRET

FAST = Passwords(memory=8, rounds=1)
"""Hashes that no test has to wait for."""


def console_doors(database: Database, issuer: str = "", rules: Rules = Rules()) -> Doors:  # noqa: B008
    """As the program wires them, with fast hashes; `issuer` is an OpenID provider's address."""
    openid = None
    if issuer:
        provider = Provider(ProviderOptions(issuer, CLIENT, SECRET, "Acme"), time.monotonic)
        openid = OpenId(provider, OpenIdAccounts(database, rules))
    accounts = Accounts(database, FAST)
    return Doors(
        accounts,
        SignIn(database, FAST),
        Audit(database),
        openid,
        inbox=inbox_doors(database, accounts),
    )


def inbox_doors(database: Database, accounts: Accounts) -> InboxDoors:
    """What the inbox goes through; texts mean the same when they begin with the same word."""
    console = Console(database, wording=ConsoleWording(merged=lambda _old, _new: ""))
    meaning = Meaning(database, Alike(ByFirstWord()))
    return InboxDoors(console, Worklist(database, console), accounts, Presence(database), meaning)


class ByFirstWord:
    """An embedder for which a text means its first word."""

    name = "by first word"
    dimension = 64

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[zlib.crc32(text.lower().split(maxsplit=1)[0].encode()) % self.dimension] = 1
        return rows
