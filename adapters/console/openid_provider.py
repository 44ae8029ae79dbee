"""An OpenID Connect provider, as a client sees it: the authorization code flow with PKCE."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from httpx2 import HTTPError, InvalidURL, get
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bot.open_id import Vouched

SECONDS = 10.0
LEEWAY = 120
REMEMBERED = 3600.0
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures that only the provider can make; never `none`, never one by a shared secret."""


class ProviderFailed(Exception):
    """The provider could not be asked, or did not say what it should; says what to do."""


@dataclass(frozen=True, slots=True)
class ProviderOptions:
    """Which provider, and how we are known to it. `claim` decides what people may do."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str = "your organisation"
    claim: str = "groups"


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way, to be kept by the browser that began it, and by no other."""

    state: str
    nonce: str
    verifier: str
    back_to: str


class Provider:
    """Sends people to the provider, and hears what it says of them. Blocks while it asks it."""

    def __init__(self, options: ProviderOptions, clock: Callable[[], float]) -> None:
        self.options = options
        self._clock = clock
        self._metadata: tuple[float, dict[str, Any]] | None = None

    def begin(self, redirect_uri: str, back_to: str) -> tuple[str, Begun]:
        """Where the browser goes, and what it keeps meanwhile. Raises ProviderFailed."""
        state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
        begun = Begun(state, nonce, verifier, back_to)
        where = self._described()["authorization_endpoint"]
        with self._client(redirect_uri) as client:
            url, _ = client.create_authorization_url(
                where, state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
            )
        return str(url), begun

    def finish(self, redirect_uri: str, code: str, begun: Begun) -> Vouched:
        """What the provider says of who brought the code. Raises ProviderFailed."""
        described = self._described()
        try:
            with self._client(redirect_uri) as client:
                given = client.fetch_token(
                    described["token_endpoint"], code=code, code_verifier=begun.verifier
                )
            keys = KeySet.import_key_set({"keys": _fetched(described["jwks_uri"])["keys"]})
            token = jwt.decode(given["id_token"], keys, algorithms=SIGNED_BY)
            claims = CodeIDToken(
                token.claims, token.header, self._expected(), self._given(begun, given)
            )
            claims.validate(leeway=LEEWAY)
        except (AuthlibBaseError, JoseError, HTTPError, KeyError, ValueError) as error:
            raise _failed(error) from error
        return self._vouched(claims)

    def _client(self, redirect_uri: str) -> OAuth2Client:
        return OAuth2Client(
            self.options.client_id,
            self.options.client_secret,
            scope="openid email profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=SECONDS,
        )

    def _described(self) -> dict[str, Any]:
        """The provider's description of itself, at most an hour old."""
        if self._metadata and self._clock() - self._metadata[0] < REMEMBERED:
            return self._metadata[1]
        issuer = self.options.issuer
        try:
            described = _fetched(issuer.rstrip("/") + "/.well-known/openid-configuration")
        except (HTTPError, InvalidURL, ValueError) as error:
            raise _failed(error) from error
        if described.get("issuer") != issuer:
            raise ProviderFailed(
                f"The provider calls itself {described.get('issuer')!r}, and `openid.issuer` in "
                f"the settings says {issuer!r}. They must be the same, to the letter."
            )
        if missing := [key for key in NEEDED if not isinstance(described.get(key), str)]:
            raise ProviderFailed(f"The provider does not tell its {missing[0]}. Ask who runs it.")
        self._metadata = (self._clock(), described)
        return described

    def _expected(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True, "value": self.options.issuer},
            "aud": {"essential": True, "value": self.options.client_id},
        }

    def _given(self, begun: Begun, given: dict[str, Any]) -> dict[str, Any]:
        client, access = self.options.client_id, given.get("access_token")
        return {"nonce": begun.nonce, "client_id": client, "access_token": access}

    def _vouched(self, claims: CodeIDToken) -> Vouched:
        values = claims.get(self.options.claim, ())
        listed = [values] if isinstance(values, str) else values
        return Vouched(
            issuer=str(claims["iss"]),
            subject=str(claims["sub"]),
            name=str(claims.get("name", "")),
            email=str(claims.get("email", "")),
            email_verified=claims.get("email_verified") is True,
            values=frozenset(map(str, listed if isinstance(listed, list | tuple) else ())),
        )


def _fetched(url: str) -> dict[str, Any]:
    """The JSON object at an address of the provider. Raises HTTPError or ValueError."""
    answer = get(url, timeout=SECONDS)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def _failed(error: Exception) -> ProviderFailed:
    kind = type(error).__name__
    return ProviderFailed(
        f"The sign-in provider did not confirm who you are ({kind}). Please try again; if it "
        "fails again, an admin should look at the `openid` settings."
    )
