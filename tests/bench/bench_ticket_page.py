"""The page of a ticket over HTTP, with fifty thousand tickets: `python -m tests.bench.bench_ticket_page [tickets]`.

Everything counts: the session's check, all that the page shows, and its HTML. On a machine that
is busy with other things the processor's time (server and browser together) tells more.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bot.desk import open_database
from bot.people import Role
from tests.bench.bench_tickets import ROUNDS, fill, measure
from tests.console_support import account, signed_in
from tests.web_support import running_site


def main(count: int) -> None:
    """Fill a desk, serve it, and open pages of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = open_database(f"sqlite:///{folder / 'desk.db'}")
        database.write(lambda s: fill(s, count))
        database.close()
        options = {"rate_per_session": 10**6, "rate_per_client": 10**6}
        with running_site(folder, **options) as site:
            for n in range(40):
                account(site, Role.AGENT, f"agent{n}")
            with signed_in(site, Role.AGENT, "agent7") as client:
                print(f"{count} tickets")
                page = f"/console/tickets/{count // 2}"
                assert client.get(page).status_code == 200
                began = time.process_time()
                measure("ticket page over HTTP", lambda: client.get(page))
                used = (time.process_time() - began) * 1000 / ROUNDS
                print(f"{'processor time a page':<34} {used:11.1f} ms")
                doors = site.doors.ticket_page
                assert doors
                measure("what live pages look at", lambda: doors.console.sign(count // 2))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
