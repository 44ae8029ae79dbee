"""Sessions of accounts, and the tries to sign in that failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.account_model import Account, AccountSession, SignInAttempt

FORGOTTEN = timedelta(days=1)


def failures(session: Session, key: str) -> Sequence[datetime]:
    """When the tries under that key failed."""
    return session.scalars(select(SignInAttempt.at).where(SignInAttempt.key == key)).all()


def count_try(session: Session, keys: Sequence[str], now: datetime) -> list[int]:
    """Count a try before it is made, under each key; the ids of what was counted."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - FORGOTTEN))
    tries = [SignInAttempt(key=key, at=now) for key in keys]
    session.add_all(tries)
    session.flush()
    return [each.id for each in tries]


def forget_tries(session: Session, ids: Sequence[int], login_key: str) -> None:
    """A try succeeded: it was no failure, and the ones at that login before it do not count."""
    gone = SignInAttempt.id.in_(ids) | (SignInAttempt.key == login_key)
    session.execute(delete(SignInAttempt).where(gone))


def begin(session: Session, begun: AccountSession, now: datetime) -> None:
    """A browser is signed in; sessions that ended by time are swept out."""
    session.execute(delete(AccountSession).where(AccountSession.expires_at <= now))
    session.add(begun)


def current(session: Session, token: str) -> tuple[AccountSession, Account] | None:
    """The session of a (hashed) token with its account."""
    wanted = select(AccountSession, Account).join(Account, Account.id == AccountSession.account_id)
    row = session.execute(wanted.where(AccountSession.token == token)).first()
    return None if row is None else (row[0], row[1])


def seen(session: Session, token: str, now: datetime) -> None:
    """The session of a (hashed) token was used."""
    theirs = AccountSession.token == token
    session.execute(update(AccountSession).where(theirs).values(seen_at=now))


def of_account(session: Session, account: int) -> Sequence[AccountSession]:
    """The sessions of an account, the one seen last first."""
    theirs = select(AccountSession).where(AccountSession.account_id == account)
    return session.scalars(theirs.order_by(AccountSession.seen_at.desc())).all()


def end(session: Session, token: str) -> None:
    """End the session of a (hashed) token."""
    session.execute(delete(AccountSession).where(AccountSession.token == token))


def end_of(session: Session, account: int, number: int) -> None:
    """End one session of an account; another account's number has no effect."""
    theirs = (AccountSession.account_id == account, AccountSession.id == number)
    session.execute(delete(AccountSession).where(*theirs))
