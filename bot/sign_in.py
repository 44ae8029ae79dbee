"""The door through which people sign in: passwords are checked, sessions begin and end."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil

from sqlalchemy.orm import Session

from bot.account_model import Account, AccountSession
from bot.accounts import told
from bot.guessing import FREE_OF_ADDRESS, FREE_OF_LOGIN, wait
from bot.passwords import Passwords
from bot.people import Person
from bot.store import accounts, sign_in
from bot.store.database import Database
from bot.tokens import hashed_token

SEEN_EVERY = timedelta(minutes=5)
"""A session's last use is written no more often: most requests write nothing."""


class SignInRefused(Exception):
    """Not signed in; says what to do. `wait` is in seconds, and 0 when one may try at once."""

    def __init__(self, message: str, wait: int = 0) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session belongs to."""

    person: Person
    login: str
    session: int


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One browser that is signed in."""

    id: int
    began_at: datetime
    seen_at: datetime
    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class From:
    """Where somebody signs in from: the network address, and what the browser calls itself."""

    address: str = ""
    browser: str = ""


NOWHERE = From()


class SignIn:
    """Sessions of accounts. One ends `idle` after its last use, `longest` after its beginning,
    and at once when the password, the role or the tiers of its account change.
    """

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        *,
        idle: timedelta = timedelta(hours=12),
        longest: timedelta = timedelta(days=14),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_token: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._idle = idle
        self._longest = longest
        self._clock = clock
        self._new_token = new_token

    @property
    def longest(self) -> timedelta:
        """How long a session lasts at most."""
        return self._longest

    def sign_in(self, login: str, password: str, where: From = NOWHERE) -> str:
        """Begin a session by password; its token. Raises SignInRefused.

        An unknown login and a wrong password get the same words, in the same time. Tries that
        fail make the next ones wait.
        """
        login, hash, tries = self._proven(login, password, where)
        renewed = self._passwords.hash(password) if self._passwords.is_outdated(hash) else hash

        def work(session: Session) -> str:
            account = accounts.by_login(session, login)
            if account is None or account.disabled or account.password != hash:
                raise SignInRefused("This account cannot sign in. Please ask an admin.")
            account.password = renewed
            sign_in.forget_tries(session, tries, _key(login))
            return self._begin(session, account, where)

        return self._database.write(work)

    def require_password(self, login: str, password: str, where: From = NOWHERE) -> None:
        """Raises SignInRefused unless it is theirs; guessing is slowed down here as well."""
        login, _, tries = self._proven(login, password, where)
        self._database.write(lambda s: sign_in.forget_tries(s, tries, _key(login)))

    def admit(self, account_id: str, where: From = NOWHERE) -> str:
        """Begin a session for somebody whom an OpenID provider vouches for; its token."""

        def work(session: Session) -> str:
            account = session.get(Account, int(account_id))
            if account is None or account.disabled:
                raise SignInRefused("This account cannot sign in. Please ask an admin.")
            return self._begin(session, account, where)

        return self._database.write(work)

    def signed_in(self, token: str) -> SignedIn | None:
        """Who is signed in by that token; None when nobody is (any more)."""
        now, hashed = self._clock(), hashed_token(token)
        found = self._database.read(lambda s: sign_in.current(s, hashed))
        if found is None:
            return None
        session, account = found
        if account.disabled or now >= min(session.expires_at, session.seen_at + self._idle):
            return None
        if now - session.seen_at >= SEEN_EVERY:
            self._database.write(lambda s: sign_in.seen(s, hashed, now))
        return SignedIn(told(account).person, account.login, session.id)

    def sessions(self, person: Person) -> tuple[SessionLine, ...]:
        """Where the person is signed in, the last used first."""
        now = self._clock()
        rows = self._database.read(lambda s: sign_in.of_account(s, int(person.id)))
        return tuple(
            SessionLine(row.id, row.began_at, row.seen_at, row.address, row.browser)
            for row in rows
            if now < min(row.expires_at, row.seen_at + self._idle)
        )

    def sign_out(self, token: str) -> None:
        """End the session of that token."""
        self._database.write(lambda s: sign_in.end(s, hashed_token(token)))

    def end_session(self, person: Person, session: int) -> None:
        """End one of the person's own sessions; a number that is not theirs has no effect."""
        self._database.write(lambda s: sign_in.end_of(s, int(person.id), session))

    def end_others(self, person: Person, token: str) -> None:
        """Sign the person out everywhere but where that token is."""

        def work(session: Session) -> None:
            account = session.get(Account, int(person.id))
            if account is not None:
                accounts.end_sessions(session, account, hashed_token(token))

        self._database.write(work)

    def _proven(self, login: str, password: str, where: From) -> tuple[str, str, list[int]]:
        """The login, the hash that the password matches, and the tries that were counted."""
        login = login.strip().lower()[:64]
        tries = self._count_try((_key(login), f"address:{where.address}"[:96]))
        found = self._database.read(lambda s: accounts.by_login(s, login))
        hash = "" if found is None else found.password
        if not self._passwords.matches(hash, password):
            raise SignInRefused(
                "Login or password is wrong. Check both, then try again. "
                "An admin can give you a new password."
            )
        return login, hash, tries

    def _count_try(self, keys: tuple[str, str]) -> list[int]:
        now = self._clock()
        free = (FREE_OF_LOGIN, FREE_OF_ADDRESS)

        def work(session: Session) -> list[int]:
            pauses = [
                wait(sign_in.failures(session, key), most, now)
                for key, most in zip(keys, free, strict=True)
            ]
            if seconds := ceil(max(pauses).total_seconds()):
                raise SignInRefused(
                    f"Too many tries that failed. Please wait {seconds} s, then try again.", seconds
                )
            return sign_in.count_try(session, keys, now)

        return self._database.write(work)

    def _begin(self, session: Session, account: Account, where: From) -> str:
        token, now = self._new_token(), self._clock()
        begun = AccountSession(
            account_id=account.id,
            token=hashed_token(token),
            began_at=now,
            seen_at=now,
            expires_at=now + self._longest,
            address=where.address[:64],
            browser=where.browser[:255],
        )
        sign_in.begin(session, begun, now)
        return token


def _key(login: str) -> str:
    """What tries at a login are counted under."""
    return f"login:{login}"
