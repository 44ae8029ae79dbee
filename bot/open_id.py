"""The door for people whom an OpenID provider vouches for: which account they are, as what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from bot.account_model import Account
from bot.accounts import LOGIN, authority, keep_an_admin
from bot.people import Role
from bot.sign_in import SignInRefused
from bot.store import accounts, audit
from bot.store.database import Database
from bot.tokens import hashed_token

CHANNEL = "openid"
RANK = (Role.ADMIN, Role.LEAD, Role.WRITER, Role.AGENT, Role.REQUESTER)
BY = "OpenID provider"


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a provider says of somebody, checked. `values` are those of the claim that decides."""

    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    email_verified: bool = False
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is let in, as what. With no `roles`, only people who have an account already.

    `domain` is that of the e-mail addresses that are let in (empty: all); `roles` and `tiers`
    say what a value of the claim gives.
    """

    domain: str = ""
    roles: Mapping[str, Role] = field(default_factory=dict)
    tiers: Mapping[str, Collection[int]] = field(default_factory=dict)


def granted(who: Vouched, rules: Rules) -> tuple[Role, list[int]] | None:
    """The highest role that their values give, and all tiers; None when they give no role."""
    roles = {rules.roles[value] for value in who.values if value in rules.roles}
    role = next((role for role in RANK if role in roles), None)
    if role is None:
        return None
    return role, sorted({t for value in who.values for t in rules.tiers.get(value, ())})


def require_domain(who: Vouched, rules: Rules) -> None:
    """Raises SignInRefused for an e-mail address that is not let in."""
    inside = who.email_verified and who.email.lower().endswith("@" + rules.domain.lower())
    if rules.domain and not inside:
        raise SignInRefused(
            f"Only people with a verified e-mail address of {rules.domain} can sign in here. "
            "Sign in at your provider with that one."
        )


class OpenIdAccounts:
    """Finds, links and makes the accounts of people who come from a provider."""

    def __init__(
        self,
        database: Database,
        rules: Rules,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock

    def account_of(self, who: Vouched) -> str:
        """The id of their account, with the role and tiers that they have now.

        An account with their verified e-mail address becomes theirs at the first time. Raises
        SignInRefused, and AccountRefused when the desk would lose its last admin.
        """
        require_domain(who, self._rules)
        given = granted(who, self._rules)
        if self._rules.roles and given is None:
            raise SignInRefused("Your provider gives you no role here. Please ask an admin.")

        def work(session: Session) -> str:
            found = self._known(session, who) or self._linked(session, who)
            if found is None:
                found = self._made(session, who, given)
            elif given is not None:
                self._grant(session, found, *given)
            return str(found.id)

        return self._database.write(work)

    def _known(self, session: Session, who: Vouched) -> Account | None:
        return accounts.by_identity(session, CHANNEL, _identity(who))

    def _linked(self, session: Session, who: Vouched) -> Account | None:
        if not (who.email and who.email_verified):
            return None
        found = accounts.by_email(session, who.email)
        if len(found) > 1:
            raise SignInRefused(
                f"Several accounts have the address {who.email}. An admin must take it from "
                "all but one."
            )
        if found:
            self._name(session, found[0], who)
        return found[0] if found else None

    def _made(
        self, session: Session, who: Vouched, given: tuple[Role, list[int]] | None
    ) -> Account:
        if given is None:
            raise SignInRefused(
                f"There is no account with the verified address {who.email or '(none)'}. Ask an "
                "admin to add one, with this e-mail address."
            )
        login = who.email.lower() if who.email_verified else ""
        if not LOGIN.fullmatch(login) or accounts.by_login(session, login):
            login = f"openid-{hashed_token(_identity(who))[:16]}"
        now = self._clock()
        made = Account(
            login=login,
            name=who.name[:255] or login,
            email=who.email[:255] if who.email_verified else "",
            role=given[0].value,
            tiers=given[1],
            created_at=now,
            changed_at=now,
        )
        session.add(made)
        session.flush()
        audit.add(session, now, BY, "account created", login, authority(made))
        self._name(session, made, who)
        return made

    def _name(self, session: Session, account: Account, who: Vouched) -> None:
        accounts.name_identity(session, account, CHANNEL, _identity(who))
        audit.add(session, self._clock(), BY, "identity linked", account.login, who.issuer)

    def _grant(self, session: Session, account: Account, role: Role, tiers: list[int]) -> None:
        before = authority(account)
        if (account.role, account.tiers) == (role.value, tiers):
            return
        keep_an_admin(session, account, able=role is Role.ADMIN)
        account.role, account.tiers, account.changed_at = role.value, tiers, self._clock()
        accounts.end_sessions(session, account)
        change = f"{before} → {authority(account)}"
        audit.add(session, account.changed_at, BY, "account changed", account.login, change)


def _identity(who: Vouched) -> str:
    whole = f"{who.issuer} {who.subject}"
    return whole if len(whole) <= 255 else hashed_token(whole)
