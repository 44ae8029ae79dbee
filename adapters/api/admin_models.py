"""Accounts, tokens and webhooks as they go over the API."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from bot.api_tokens import Scope
from bot.people import Role

Name = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


class _Told(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Account(_Told):
    """Somebody who works here; `id` is what tickets name as `assignee`."""

    id: str
    login: str
    name: str
    email: str
    role: Role
    tiers: list[int]
    disabled: bool


class Accounts(BaseModel):
    """Accounts by login."""

    accounts: list[Account]


class Token(_Told):
    """A program's key; `begins` are its first characters. `acts_for`: the account as which it acts."""

    id: int
    name: str
    begins: str
    scopes: list[Scope]
    acts_for: str
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None


class Tokens(BaseModel):
    """Tokens, the newest first."""

    tokens: list[Token]


class NewToken(BaseModel):
    """A token that is wished for: who uses it for what, what it may do, and as whom."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=10)]
    days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    acts_for: Annotated[str, StringConstraints(max_length=64, pattern=r"^[^\x00]*$")] = ""


class MadeToken(BaseModel):
    """A new token; the `secret` cannot be had again."""

    token: Token
    secret: str


class Webhook(_Told):
    """A program elsewhere that is told; `events` it wants (empty: all), `failures` in a row."""

    id: int
    url: str
    events: list[str]
    enabled: bool
    failures: int
    created_at: datetime
    created_by: str


class Webhooks(BaseModel):
    """Webhooks, the oldest first."""

    webhooks: list[Webhook]


class NewWebhook(BaseModel):
    """Where to tell, and of what: no `events` means all."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, StringConstraints(min_length=8, max_length=2000)]
    events: Annotated[list[str], Field(max_length=50)] = []


class MadeWebhook(BaseModel):
    """A new webhook; the `secret` cannot be had again."""

    webhook: Webhook
    secret: str


class Delivery(_Told):
    """One event on its way: `state` is `due`, `sent`, `dead` or `dropped`."""

    id: int
    webhook: int
    event: int
    ticket: int
    state: str
    attempts: int
    status: int | None
    error: str
    created_at: datetime
    next_at: datetime
    done_at: datetime | None


class Deliveries(BaseModel):
    """Deliveries, the newest first."""

    deliveries: list[Delivery]
