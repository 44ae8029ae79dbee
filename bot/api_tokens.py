"""The door to programs' keys to the API: each may do what its scopes say, and no more."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.account_model import Account, ApiToken
from bot.people import Person, Role
from bot.store import accounts, api_tokens, audit
from bot.store.database import Database
from bot.tokens import hashed_token

BEGINS = "fl_"
"""So that a token is recognised where it should not be: in a log, in a repository."""
SHOWN = 8
USED_EVERY = timedelta(minutes=5)


class Scope(StrEnum):
    """What a program may do."""

    ASK = "ask"
    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    ADMIN = "admin"
    """Everything that the others may, and accounts, tokens and the audit log."""
    METRICS = "metrics"
    """See the figures for Prometheus and the health page."""


class TokenRefused(ValueError):
    """A token, or a change of one, that is not accepted; says what to do."""


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as it is told; `begins` are its first characters, the rest is known to nobody here.

    `acts_for` is the login of the account as which it acts; empty: it acts as itself.
    """

    id: int
    name: str
    begins: str
    scopes: frozenset[Scope]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None
    acts_for: str = ""

    def may(self, scope: Scope) -> bool:
        """Whether its scopes allow that: `admin` all, `tickets:write` also `tickets:read`."""
        writes = scope is Scope.TICKETS_READ and Scope.TICKETS_WRITE in self.scopes
        return scope in self.scopes or Scope.ADMIN in self.scopes or writes


class ApiTokens:
    """Makes, lists, revokes and checks tokens. Safe to be called from many threads."""

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_token: Callable[[], str] = lambda: BEGINS + secrets.token_urlsafe(32),
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_token = new_token

    def add(
        self,
        name: str,
        scopes: Collection[Scope],
        *,
        by: str,
        good_for: timedelta | None = None,
        acts_for: str = "",
    ) -> tuple[TokenLine, str]:
        """A new token and its secret, which cannot be had again. Raises TokenRefused.

        It does with tickets what the account `acts_for` may, or (empty) what a lead may; an
        `admin` one what an admin may. The scopes narrow that.
        """
        name = " ".join(name.split())
        if not name or len(name) > 100:
            raise TokenRefused("Give the token a name of up to 100 letters: who uses it for what.")
        if not scopes:
            raise TokenRefused(f"Say what the token may do: {', '.join(Scope)}.")
        if good_for is not None and good_for <= timedelta():
            raise TokenRefused("A token is good for at least a day, or for ever when none is said.")
        secret, now = self._new_token(), self._clock()

        def work(session: Session) -> TokenLine:
            account = _account(session, acts_for) if acts_for else None
            made = ApiToken(
                name=name,
                token=hashed_token(secret),
                begins=secret[:SHOWN],
                scopes=sorted(set(scopes)),
                created_at=now,
                created_by=by,
                expires_at=None if good_for is None else now + good_for,
                acts_for=account.login if account else "",
            )
            session.add(made)
            session.flush()
            audit.add(session, now, by, "token added", _named(made), ", ".join(made.scopes))
            return _told(made)

        return self._database.write(work), secret

    def listed(self) -> tuple[TokenLine, ...]:
        """All tokens, revoked ones too, the newest first."""
        return tuple(map(_told, self._database.browse(api_tokens.listed)))

    def revoke(self, number: int, *, by: str) -> TokenLine:
        """It opens nothing from now on. Raises TokenRefused when there is no such token."""
        now = self._clock()

        def work(session: Session) -> TokenLine:
            found = api_tokens.by_number(session, number)
            if found is None:
                raise TokenRefused(f"There is no token {number}. 'firstline token list' shows all.")
            if found.revoked_at is None:
                found.revoked_at = now
                audit.add(session, now, by, "token revoked", _named(found))
            return _told(found)

        return self._database.write(work)

    def check(self, secret: str, scope: Scope) -> TokenLine | None:
        """The token if it is good and may do that; None else."""
        found = self.opened(secret)
        return found if found and found.may(scope) else None

    def opened(self, secret: str) -> TokenLine | None:
        """The token if it is good; None else."""
        if not secret.startswith(BEGINS):
            return None
        now, hashed = self._clock(), hashed_token(secret)
        found = self._database.read(lambda s: api_tokens.by_hash(s, hashed))
        if found is None or found.revoked_at or (found.expires_at and found.expires_at <= now):
            return None
        if found.used_at is None or now - found.used_at >= USED_EVERY:
            self._database.write(lambda s: api_tokens.used(s, found.id, now))
        return _told(found)

    def person(self, token: TokenLine) -> Person | None:
        """As whom a good token acts, with what they may do now. None when the account it acts
        for is gone or disabled."""
        if not token.acts_for:
            role = Role.ADMIN if Scope.ADMIN in token.scopes else Role.LEAD
            return Person(f"token:{token.id}", token.name, role)

        def work(session: Session) -> Person | None:
            found = accounts.by_login(session, token.acts_for)
            if found is None or found.disabled:
                return None
            return Person(str(found.id), found.name, Role(found.role), frozenset(found.tiers))

        return self._database.read(work)


def _account(session: Session, login: str) -> Account:
    found = accounts.by_login(session, login)
    if found is None:
        raise TokenRefused(f"There is no account {login!r}. 'firstline agent list' shows all.")
    return found


def _named(token: ApiToken) -> str:
    return f"{token.name} ({token.begins}…)"


def _told(token: ApiToken) -> TokenLine:
    return TokenLine(
        id=token.id,
        name=token.name,
        begins=token.begins,
        scopes=frozenset(map(Scope, token.scopes)),
        created_at=token.created_at,
        created_by=token.created_by,
        expires_at=token.expires_at,
        used_at=token.used_at,
        revoked_at=token.revoked_at,
        acts_for=token.acts_for,
    )
