"""One account for each role, to try the console with: in the demo's desk and in no other."""

from __future__ import annotations

from pathlib import Path

from bot.accounts import Accounts
from bot.desk import open_beside
from bot.passwords import Passwords
from bot.people import Role
from config.new_desk import is_demo
from config.wiring import database_url, open_place

PASSWORD = "firstline-demo"  # noqa: S105 - printed at every start, for a desk that holds nothing
PEOPLE = (
    ("agent1", "Alex, tier 1", Role.AGENT, (1,)),
    ("agent2", "Toni, tier 2", Role.AGENT, (2,)),
    ("lead", "Lena, lead", Role.LEAD, (1, 2)),
    ("writer", "Will, writer", Role.WRITER, ()),
    ("admin", "Ada, admin", Role.ADMIN, (1, 2)),
    ("requester", "Rita, requester", Role.REQUESTER, ()),
)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def add_demo_accounts(folder: Path) -> bool:
    """Make those that are missing; False, and nothing made, when others could use them.

    That is a desk that `firstline demo` did not make, and one that listens to other machines.
    """
    place = open_place(folder)
    web = place.settings.web
    if not is_demo(folder) or web.host not in LOOPBACK or web.public_url:
        return False
    database = open_beside(database_url(place))
    try:
        accounts = Accounts(database, Passwords())
        for login, name, role, tiers in PEOPLE:
            if accounts.account(login) is None:
                accounts.create(
                    login, by="demo", name=name, role=role, tiers=tiers, password=PASSWORD
                )
    finally:
        database.close()
    return True
