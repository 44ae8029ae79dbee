"""Programs' keys to the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.account_model import ApiToken


def listed(session: Session) -> Sequence[ApiToken]:
    """All tokens, revoked ones too, the newest first."""
    return session.scalars(select(ApiToken).order_by(ApiToken.id.desc())).all()


def by_number(session: Session, number: int) -> ApiToken | None:
    """The token of that number."""
    return session.get(ApiToken, number)


def by_hash(session: Session, hashed: str) -> ApiToken | None:
    """The token that was hashed to this."""
    return session.scalar(select(ApiToken).where(ApiToken.token == hashed))


def used(session: Session, number: int, now: datetime) -> None:
    """The token was used."""
    session.execute(update(ApiToken).where(ApiToken.id == number).values(used_at=now))
