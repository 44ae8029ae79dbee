"""Who may see the operator's pages, as long as there are no accounts."""

from __future__ import annotations

import base64
import binascii
import hmac
from ipaddress import ip_address

from starlette.exceptions import HTTPException
from starlette.requests import Request

from adapters.http.options import HttpOptions

_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "forwarded", "x-real-ip", "via")
_ASK = {"WWW-Authenticate": 'Basic realm="operator", charset="UTF-8"'}


def require_operator(request: Request, options: HttpOptions) -> None:
    """Raises HTTPException unless the operator asks.

    That is whoever knows the token (as bearer, or as the password a browser asks for),
    or somebody on this very machine, unless a proxy in front makes everybody look so.
    """
    if options.operator_token and _knows(request, options.operator_token):
        return
    if _is_on_this_machine(request) and not options.public_url:
        return
    if options.operator_token:
        raise HTTPException(401, "Send the operator's token.", _ASK)
    raise HTTPException(403, "Only from this machine, unless FIRSTLINE_OPERATOR_TOKEN is set.")


def _knows(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    return hmac.compare_digest(given.encode(), token.encode())


def _is_on_this_machine(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
