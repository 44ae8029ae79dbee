"""Who works on what, where several processes share a database. Unused on SQLite, which one owns."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from bot.model import Record


class Member(Record, kw_only=True):
    """A process at work. Past `until` it counts as dead, and what it held goes with its row."""

    __tablename__ = "member"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    started_at: Mapped[datetime]
    until: Mapped[datetime]


class Claim(Record, kw_only=True):
    """What one process is doing now: the `turn` or the `delivery` of a conversation, or a `job`.

    `token` is new with each claim: whoever lost his finds that his token is not there any
    more, and writes nothing.
    """

    __tablename__ = "claim"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    item: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    member: Mapped[str] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    token: Mapped[int] = mapped_column(BigInteger)


class Lease(Record, kw_only=True):
    """What one process does for all for as long as it lives, such as the connection to a platform."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(128), primary_key=True)
    member: Mapped[str] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    taken_at: Mapped[datetime]
