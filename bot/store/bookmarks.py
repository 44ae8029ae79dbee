"""How far channels have heard, one mark for each of their places; the last one counts."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.model import Bookmark


def of(session: Session, channel: str) -> dict[str, str]:
    """The mark of every place of the channel."""
    rows = session.execute(select(Bookmark.place, Bookmark.mark).where(Bookmark.channel == channel))
    return {row.place: row.mark for row in rows}


def keep(session: Session, channel: str, place: str, mark: str) -> None:
    """Keep a mark in place of the earlier one."""
    kept = session.scalar(
        select(Bookmark).where(Bookmark.channel == channel, Bookmark.place == place)
    )
    if kept is None:
        session.add(Bookmark(channel=channel, place=place, mark=mark))
    else:
        kept.mark = mark
