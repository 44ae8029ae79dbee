"""Accounts and the names that channels know their people by."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from bot.account_model import Account, AccountIdentity, AccountSession
from bot.people import Role


def by_login(session: Session, login: str) -> Account | None:
    """The account of a login, in whatever case it was typed."""
    return session.scalar(select(Account).where(Account.login == login.strip().lower()))


def by_id(session: Session, id: str) -> Account | None:
    """The account that a person's id stands for; None for an id that no account has."""
    return session.get(Account, int(id)) if id.isascii() and id.isdigit() and len(id) < 10 else None


def by_email(session: Session, email: str) -> Sequence[Account]:
    """The accounts with that e-mail address."""
    return session.scalars(select(Account).where(func.lower(Account.email) == email.lower())).all()


def by_identity(session: Session, channel: str, identity: str) -> Account | None:
    """The account of a person as a channel knows them."""
    wanted = select(Account).join(AccountIdentity, AccountIdentity.account_id == Account.id)
    named = (AccountIdentity.channel == channel, AccountIdentity.identity == identity)
    return session.scalar(wanted.where(*named))


def found(session: Session, words: str, limit: int) -> Sequence[Account]:
    """Accounts with the words in their login, name or e-mail, by login; with none: all."""
    fields = (Account.login, Account.name, Account.email)
    has = or_(*(field.icontains(words, autoescape=True) for field in fields))
    return session.scalars(select(Account).where(has).order_by(Account.login).limit(limit)).all()


def identities(session: Session, accounts: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """The channel identities of each of the accounts."""
    rows = session.execute(
        select(AccountIdentity.account_id, AccountIdentity.channel, AccountIdentity.identity)
        .where(AccountIdentity.account_id.in_(accounts))
        .order_by(AccountIdentity.channel, AccountIdentity.identity)
    )
    of: dict[int, list[tuple[str, str]]] = {}
    for account, channel, identity in rows:
        of.setdefault(account, []).append((channel, identity))
    return of


def name_identity(session: Session, account: Account, channel: str, identity: str) -> None:
    """The channel knows the account's person by that, and by nothing else; empty: by nothing."""
    ours = (AccountIdentity.account_id == account.id, AccountIdentity.channel == channel)
    session.execute(delete(AccountIdentity).where(*ours))
    if identity:
        session.add(AccountIdentity(account_id=account.id, channel=channel, identity=identity))


def other_admins(session: Session, account: Account) -> int:
    """How many others can administer the desk."""
    able = (Account.role == Role.ADMIN.value, Account.disabled.is_(False))
    count = select(func.count()).select_from(Account)
    return session.scalar(count.where(Account.id != account.id, *able)) or 0


def end_sessions(session: Session, account: Account, except_for: str = "") -> None:
    """Sign the account out everywhere, but for the session with that (hashed) token."""
    theirs = (AccountSession.account_id == account.id, AccountSession.token != except_for)
    session.execute(delete(AccountSession).where(*theirs))
