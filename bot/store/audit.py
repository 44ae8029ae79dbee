"""The audit log: lines are added, in the transaction of what they tell of, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.account_model import AuditLine


def add(
    session: Session, at: datetime, who: str, what: str, on_whom: str = "", detail: str = ""
) -> None:
    """Keep that `who` did `what`. Never put a secret into it."""
    session.add(AuditLine(at=at, who=who, what=what, on_whom=on_whom, detail=detail))


def listed(session: Session, before: int | None, limit: int) -> Sequence[AuditLine]:
    """The newest lines (before the line with that number), the newest first."""
    wanted = select(AuditLine).order_by(AuditLine.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(AuditLine.id < before)
    return session.scalars(wanted).all()
