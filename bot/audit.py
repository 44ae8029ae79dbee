"""The audit log of admin acts, for reading. What is done is written where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.account_model import AuditLine
from bot.store import audit
from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Audited:
    """One act: who did what on whom, and when."""

    id: int
    at: datetime
    who: str
    what: str
    on_whom: str
    detail: str


class Audit:
    """Reads the audit log, also beside the process that owns the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def listed(self, limit: int = 100, before: int | None = None) -> tuple[Audited, ...]:
        """The newest acts first; `before` is the `id` of the last one that was seen."""
        lines = self._database.browse(lambda s: audit.listed(s, before, limit))
        return tuple(map(_told, lines))


def _told(line: AuditLine) -> Audited:
    return Audited(line.id, line.at, line.who, line.what, line.on_whom, line.detail)
