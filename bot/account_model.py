"""What is kept of accounts: who they are, where they are signed in, tokens, and what admins did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.model import Record


class Account(Record, kw_only=True):
    """Somebody who signs in. `password` is an Argon2 hash; empty means: not by password.

    `login` is in lower case and never changes. `tiers` are those they work in.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(255), default="", index=True)
    role: Mapped[str] = mapped_column(String(16))
    tiers: Mapped[list[Any]] = mapped_column(default_factory=list)
    password: Mapped[str] = mapped_column(String(255), default="", repr=False)
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class AccountIdentity(Record, kw_only=True):
    """The account of a person as a channel knows them, or as an OpenID provider does (`oidc`)."""

    __tablename__ = "account_identity"
    __table_args__ = (UniqueConstraint("channel", "identity"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    channel: Mapped[str] = mapped_column(String(64))
    identity: Mapped[str] = mapped_column(String(255))


class AccountSession(Record, kw_only=True):
    """One browser that is signed in. Its token is known to the browser only, its SHA-256 is here."""

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True, repr=False)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(64), default="")
    browser: Mapped[str] = mapped_column(String(255), default="")


class SignInAttempt(Record, kw_only=True):
    """A try to sign in that did not succeed (yet); `key` is a login or a network address."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(String(96), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class ApiToken(Record, kw_only=True):
    """A program's key to the API. `token` is the SHA-256 of it, `begins` its first characters.

    `acts_for` is the login of the account as which it acts; empty: it acts as itself.
    """

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(100))
    token: Mapped[str] = mapped_column(String(64), unique=True, repr=False)
    begins: Mapped[str] = mapped_column(String(16))
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(255))
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    acts_for: Mapped[str] = mapped_column(String(64), default="")


class AuditLine(Record, kw_only=True):
    """One act of an admin: who, when, what, on whom. Never changed afterwards."""

    __tablename__ = "audit_line"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(255))
    what: Mapped[str] = mapped_column(String(100))
    on_whom: Mapped[str] = mapped_column(String(255), default="")
    detail: Mapped[str] = mapped_column(Text, default="")
