"""The doors behind the console, for tests."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from adapters.console.app import Doors
from adapters.console.inbox_doors import InboxDoors
from adapters.console.openid import OpenId
from adapters.console.openid_provider import Provider, ProviderOptions
from adapters.console.ticket_doors import TicketDoors
from bot.accounts import Accounts
from bot.audit import Audit
from bot.console import Console, ConsoleWording
from bot.desk import Database, Desk
from bot.drafts import Drafts
from bot.figure_pages import FigurePages
from bot.flow_pages import FlowPages
from bot.help_centre import HelpCentre
from bot.macros import Macros
from bot.meaning import Meaning
from bot.open_id import OpenIdAccounts, Rules
from bot.passwords import Passwords
from bot.presence import Presence
from bot.sign_in import SignIn
from bot.worklist import Worklist
from indexer.sources.flows import as_article
from knowledge.alike import Alike
from knowledge.base import KnowledgeBase
from knowledge.embedder import Vectors
from tests.answers_support import SmallKnowledge
from tests.flow_support import flow
from tests.servers.openid.openid_server import CLIENT, SECRET

FAST = Passwords(memory=8, rounds=1)
"""Hashes that no test has to wait for."""


PRINTER = """
    title: The printer does not print
    triggers: [my printer does not print, nothing comes out of the printer]
    steps:
      system: {ask: Which system do you use?, choices: {Windows: restart, macOS: person}}
      restart: {instruct: Turn the printer off and on again., "yes": done, "no": person}
      done: {solved: Good!}
      person: {hand_off: Somebody will look at it.}
    """


def console_doors(
    database: Database,
    issuer: str = "",
    rules: Rules = Rules(),  # noqa: B008
    knowledge: KnowledgeBase | None = None,
) -> Doors:
    """As the program wires them, with fast hashes; `issuer` is an OpenID provider's address."""
    openid = None
    if issuer:
        provider = Provider(ProviderOptions(issuer, CLIENT, SECRET, "Acme"), time.monotonic)
        openid = OpenId(provider, OpenIdAccounts(database, rules))
    known = knowledge or SmallKnowledge([as_article(flow(PRINTER, "printer"))])
    accounts = Accounts(database, FAST)
    return Doors(
        accounts,
        SignIn(database, FAST),
        Audit(database),
        FlowPages(known, database),
        FigurePages(database),
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


def with_ticket_page(doors: Doors, desk: Desk, database: Database, centre: HelpCentre) -> Doors:
    """The same doors, and what the page of a ticket goes through."""
    console = Console(
        database,
        wording=ConsoleWording(merged=lambda old, new: f"Ticket #{old} goes on in #{new}."),
        firsts=desk.firsts,
    )
    page = TicketDoors(
        console, doors.accounts, Drafts(database), Macros(database), centre, Presence(database).seen
    )
    if doors.inbox and doors.inbox.meaning:
        page = replace(page, see=doors.inbox.lists.see, similar=doors.inbox.meaning.similar)
    return replace(doors, ticket_page=page)
