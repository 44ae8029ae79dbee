"""The tables' version: brought forward at the start, and refused when it is newer than the code."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.store.errors import DatabaseRefused
from bot.store.postgres import one_migrates

SCHEMA = "0019"
"""The newest migration. Versions are four digits, so that text order is their order."""

MIGRATIONS = Path(__file__).parent / "migrations"


def bring_forward(connection: Connection) -> None:
    """Make the tables those of this code, inside the caller's transaction. Raises DatabaseRefused."""
    if check_not_newer(connection) == SCHEMA:
        return
    one_migrates(connection)
    if check_not_newer(connection) != SCHEMA:  # another process may have done it meanwhile
        _upgrade(connection)


def check_current(connection: Connection) -> None:
    """Refuse tables that are not exactly this code's: who only reads cannot bring them forward."""
    found = check_not_newer(connection)
    if found != SCHEMA:
        raise DatabaseRefused(
            f"the database has schema {found or 'none'}, this program needs {SCHEMA}. "
            "Start the desk once: it brings the database forward."
        )


def check_not_newer(connection: Connection) -> str | None:
    """The version found (None for an empty database). Raises DatabaseRefused for one we do not know."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" not in tables:
        if tables:
            raise DatabaseRefused(
                f"the database holds other tables ({', '.join(sorted(tables)[:3])}) and is not "
                "Firstline's. Give another file in the settings."
            )
        return None
    found = connection.execute(text("select version_num from alembic_version")).scalar()
    if found is not None and str(found) > SCHEMA:
        raise DatabaseRefused(
            f"the database has schema {found}, this program knows schemas up to {SCHEMA}. "
            "Run the newer program that wrote it, or restore the backup made before the upgrade."
        )
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    # Imported here: most starts have nothing to bring forward, and alembic takes its time.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
