"""The door to accounts: who they are, and everything an admin does with them.

Every change is one transaction with its audit line; one that changes what somebody may do, or
their password, also ends their sessions. `by` says who does it, as the audit log tells it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from bot.account_model import Account
from bot.passwords import PasswordRefused, Passwords, require_good
from bot.people import Person, Role
from bot.store import accounts, audit
from bot.store.database import Database
from bot.tokens import hashed_token

__all__ = [
    "CHANNELS",
    "AccountLine",
    "AccountRefused",
    "Accounts",
    "PasswordRefused",
]

T = TypeVar("T")

LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
_EMAIL = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
CHANNELS = ("slack", "discord")
MOST_LISTED = 500


class AccountRefused(ValueError):
    """An account, or a change of one, that is not accepted; says what to do."""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as it is told. `identities` are pairs of a channel and what it calls them."""

    id: str
    login: str
    name: str
    email: str
    role: Role
    tiers: frozenset[int]
    disabled: bool
    by_password: bool
    created_at: datetime
    identities: tuple[tuple[str, str], ...] = ()

    @property
    def person(self) -> Person:
        """Who acts, for every door that asks `may`."""
        return Person(self.id, self.name, self.role, self.tiers)


class Accounts:
    """Reads and changes accounts. Safe to be called from many threads.

    All changes raise AccountRefused or PasswordRefused for what is not accepted.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock

    def listed(self, words: str = "") -> tuple[AccountLine, ...]:
        """Those with the words in their login, name or e-mail, by login; at most MOST_LISTED."""

        def work(session: Session) -> tuple[AccountLine, ...]:
            found = accounts.found(session, words, MOST_LISTED)
            known = accounts.identities(session, [each.id for each in found])
            return tuple(told(each, known.get(each.id, [])) for each in found)

        return self._database.browse(work)

    def account(self, login: str) -> AccountLine | None:
        """One account; None when there is none with that login."""

        def work(session: Session) -> AccountLine | None:
            found = accounts.by_login(session, login)
            if found is None:
                return None
            return told(found, accounts.identities(session, [found.id]).get(found.id, []))

        return self._database.read(work)

    def person(self, id: str) -> Person | None:
        """Who has that id (`Person.id`); None when no account that may act has it."""
        return self._database.read(lambda s: _able(accounts.by_id(s, id)))

    def person_of(self, channel: str, identity: str) -> Person | None:
        """Who pressed or wrote there; None when no account that may act is known by that."""
        return self._database.read(lambda s: _able(accounts.by_identity(s, channel, identity)))

    def create(
        self,
        login: str,
        *,
        by: str,
        name: str = "",
        email: str = "",
        role: Role = Role.AGENT,
        tiers: Collection[int] = (),
        password: str | None = None,
    ) -> AccountLine:
        """A new account; without a password it signs in by the OpenID provider only."""
        login, name, email = login.strip().lower(), _line(name), email.strip()
        _require_login(login)
        _require_email(email)
        hash = "" if password is None else self._hash(password, login)
        now = self._clock()
        tiers = _tiers(tiers)

        def work(session: Session) -> AccountLine:
            if accounts.by_login(session, login) is not None:
                raise AccountRefused(f"There is an account {login!r} already. Take another login.")
            made = Account(
                login=login,
                name=name or login,
                email=email,
                role=role.value,
                tiers=tiers,
                password=hash,
                created_at=now,
                changed_at=now,
            )
            session.add(made)
            session.flush()
            audit.add(session, now, by, "account created", login, authority(made))
            return told(made)

        return self._database.write(work)

    def change(
        self,
        login: str,
        *,
        by: str,
        name: str | None = None,
        email: str | None = None,
        role: Role | None = None,
        tiers: Collection[int] | None = None,
    ) -> AccountLine:
        """Change what is given. Another role or other tiers end the sessions of the account."""
        if email is not None:
            _require_email(email.strip())
        new_tiers = None if tiers is None else _tiers(tiers)

        def work(session: Session, found: Account) -> AccountLine:
            found.name = _line(name or "") or found.name
            found.email = found.email if email is None else email.strip()
            before = authority(found)
            if role is not None:
                keep_an_admin(session, found, able=role is Role.ADMIN)
                found.role = role.value
            found.tiers = found.tiers if new_tiers is None else new_tiers
            if authority(found) != before:
                accounts.end_sessions(session, found)
            self._done(session, found, by, "account changed", f"{before} → {authority(found)}")
            return told(found)

        return self._changed(login, work)

    def set_password(self, login: str, password: str, *, by: str, keep: str = "") -> None:
        """Another password. It ends all sessions of the account but that of the token `keep`."""
        kept = hashed_token(keep)
        hash = self._hash(password, login.strip().lower())

        def work(session: Session, found: Account) -> None:
            found.password = hash
            accounts.end_sessions(session, found, kept)
            self._done(session, found, by, "password changed")

        self._changed(login, work)

    def disable(self, login: str, *, by: str, disabled: bool = True) -> None:
        """Whoever is disabled cannot sign in or act anywhere; what they did stays. False: undo."""

        def work(session: Session, found: Account) -> None:
            keep_an_admin(session, found, able=not disabled)
            found.disabled = disabled
            accounts.end_sessions(session, found)
            what = "account disabled" if disabled else "account enabled"
            self._done(session, found, by, what)

        self._changed(login, work)

    def identify(self, login: str, channel: str, identity: str, *, by: str) -> None:
        """What a channel calls the person, so that their press there is known as theirs.

        An empty identity takes it away.
        """
        if channel not in CHANNELS:
            raise AccountRefused(f"{channel!r} is no channel of people: {', '.join(CHANNELS)}.")
        identity = identity.strip()

        def work(session: Session, found: Account) -> None:
            other = accounts.by_identity(session, channel, identity) if identity else None
            if other is not None and other.id != found.id:
                raise AccountRefused(
                    f"On {channel}, {identity} is {other.login!r} already. Take it away there first."
                )
            accounts.name_identity(session, found, channel, identity)
            self._done(session, found, by, "identity changed", f"{channel} {identity or '(none)'}")

        self._changed(login, work)

    def _changed(self, login: str, work: Callable[[Session, Account], T]) -> T:
        def on_account(session: Session) -> T:
            found = accounts.by_login(session, login)
            if found is None:
                raise AccountRefused(
                    f"There is no account {login!r}. 'firstline agent list' shows all."
                )
            return work(session, found)

        return self._database.write(on_account)

    def _done(self, session: Session, of: Account, by: str, what: str, detail: str = "") -> None:
        of.changed_at = self._clock()
        audit.add(session, of.changed_at, by, what, of.login, detail)

    def _hash(self, password: str, login: str) -> str:
        require_good(password, login)
        return self._passwords.hash(password)


def _able(found: Account | None) -> Person | None:
    return None if found is None or found.disabled else told(found).person


def told(account: Account, identities: Collection[tuple[str, str]] = ()) -> AccountLine:
    """An account's row as it is told outside."""
    return AccountLine(
        id=str(account.id),
        login=account.login,
        name=account.name,
        email=account.email,
        role=Role(account.role),
        tiers=frozenset(account.tiers),
        disabled=account.disabled,
        by_password=bool(account.password),
        created_at=account.created_at,
        identities=tuple(identities),
    )


def authority(account: Account) -> str:
    """The role and the tiers, in words."""
    numbers = ", ".join(map(str, account.tiers))
    return f"{account.role}, tier {numbers}" if numbers else account.role


def keep_an_admin(session: Session, account: Account, *, able: bool) -> None:
    """The desk must not lose its last admin; `able`: whether the account still is one after this."""
    is_one = account.role == Role.ADMIN.value and not account.disabled
    if is_one and not able and accounts.other_admins(session, account) == 0:
        raise AccountRefused(
            f"{account.login!r} is the last admin. Make somebody else an admin first."
        )


def _require_login(login: str) -> None:
    if not LOGIN.fullmatch(login):
        raise AccountRefused(
            f"{login!r} cannot be a login: use up to 64 letters a-z, digits and . _ - + @, "
            "beginning with a letter or a digit."
        )


def _require_email(email: str) -> None:
    if email and (len(email) > 255 or not _EMAIL.fullmatch(email)):
        raise AccountRefused(f"{email!r} is no e-mail address: write it as ann@example.com.")


def _tiers(tiers: Collection[int]) -> list[int]:
    if any(not 1 <= tier <= 99 for tier in tiers):
        raise AccountRefused("Tiers are numbers from 1 to 99.")
    return sorted(set(tiers))


def _line(name: str) -> str:
    """A name on one line, without what cannot be printed."""
    return "".join(letter for letter in " ".join(name.split()) if letter.isprintable())[:255]
