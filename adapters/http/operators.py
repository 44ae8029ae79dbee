"""Who may see the operator's pages: programs and people without a browser session."""

from __future__ import annotations

import base64
import binascii
import hmac
from ipaddress import ip_address

from starlette.exceptions import HTTPException
from starlette.requests import Request

from adapters.http.options import HttpOptions
from bot.api_tokens import ApiTokens, Scope

_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "forwarded", "x-real-ip", "via")
_ASK = {"WWW-Authenticate": 'Basic realm="operator", charset="UTF-8"'}


def require_operator(
    request: Request, options: HttpOptions, tokens: ApiTokens | None = None
) -> None:
    """Raises HTTPException unless the operator asks. May wait for the database.

    That is whoever knows the operator's token or one of `tokens` with the scope `metrics` (as
    bearer, or as the password a browser asks for), or somebody on this very machine, unless a
    proxy in front makes everybody look so.
    """
    given = given_token(request)
    if options.operator_token and hmac.compare_digest(
        given.encode(), options.operator_token.encode()
    ):
        return
    if tokens and given and tokens.check(given, Scope.METRICS):
        return
    if _is_on_this_machine(request) and not options.public_url:
        return
    if options.operator_token:
        raise HTTPException(401, "Send the operator's token.", _ASK)
    raise HTTPException(403, "Only from this machine, unless FIRSTLINE_OPERATOR_TOKEN is set.")


def given_token(request: Request) -> str:
    """The token that came along, as bearer or as a password; empty when none did."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return given


def _is_on_this_machine(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
