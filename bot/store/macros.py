"""Macros as they are kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.model_tickets import KeptMacro
from bot.store.rows import add
from bot.ticket_values import ActRefused


def listed(session: Session) -> Sequence[KeptMacro]:
    """All of them, by name."""
    return session.scalars(select(KeptMacro).order_by(KeptMacro.name)).all()


def one(session: Session, id: int) -> KeptMacro | None:
    """The macro of that id."""
    return session.get(KeptMacro, id)


def keep(session: Session, new: KeptMacro, id: int | None) -> int:
    """Keep a new one, or the new values of the one of that id; gives its id.

    Raises ActRefused when its name is another's, or the one to be changed is gone.
    """
    other = session.scalar(select(KeptMacro).where(KeptMacro.name == new.name))
    if other is not None and other.id != id:
        raise ActRefused(f"There is a macro {new.name!r} already. Change it, or take another name.")
    if id is None:
        return add(session, new)
    found = session.get(KeptMacro, id)
    if found is None:
        raise ActRefused("This macro was removed meanwhile. Add it anew.")
    for name in ("name", "text", "then", "tags", "changed_by", "changed_at"):
        setattr(found, name, getattr(new, name))
    return id


def remove(session: Session, id: int) -> None:
    """Forget it."""
    session.execute(delete(KeptMacro).where(KeptMacro.id == id))
