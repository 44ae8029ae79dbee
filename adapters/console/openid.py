"""Signing in by an OpenID provider: there, and back with what it says."""

from __future__ import annotations

import dataclasses
import hmac
import logging

from fastapi import APIRouter, Depends
from itsdangerous import BadData, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.console.access import PATH, Gate, came_from, open_to_all, own_path
from adapters.console.openid_provider import Begun, Provider, ProviderFailed
from adapters.console.pages import Pages
from adapters.http.options import HttpOptions
from bot.accounts import AccountRefused
from bot.open_id import OpenIdAccounts
from bot.sign_in import SignIn, SignInRefused

COOKIE = "firstline_console_openid"
HERE = f"{PATH}/openid"
MINUTES = 10

log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class OpenId:
    """The provider, and the accounts of those who come from it."""

    provider: Provider
    accounts: OpenIdAccounts


def openid_routes(
    gate: Gate, pages: Pages, sessions: SignIn, openid: OpenId, options: HttpOptions
) -> APIRouter:
    """The routes `/openid` and `/openid/back`, which is the redirect URI."""
    router = APIRouter(dependencies=[Depends(open_to_all)])
    signer = URLSafeTimedSerializer(options.secret, salt="firstline.console.openid")
    provider = openid.provider

    def redirect_uri(request: Request) -> str:
        public = options.public_url.rstrip("/")
        return f"{public or f'{request.url.scheme}://{request.url.netloc}'}{HERE}/back"

    def refused(request: Request, said: str, status: int = 401) -> Response:
        given = {"next": f"{PATH}/", "login_typed": "", "error": said}
        page = pages.page(request, "sign-in.html", status, **given)
        page.delete_cookie(COOKIE, path=HERE)
        return gate.remember_visitor(request, page)

    def begun_here(request: Request) -> Begun | None:
        try:
            kept = signer.loads(request.cookies.get(COOKIE, ""), max_age=MINUTES * 60)
            return Begun(**kept)
        except (BadData, TypeError):
            return None

    @router.get("/openid")
    def begin(request: Request, next: str = "") -> Response:
        try:
            url, begun = provider.begin(redirect_uri(request), own_path(next))
        except ProviderFailed as failed:
            log.warning("the OpenID provider: %s", failed)
            return refused(request, str(failed))
        response = RedirectResponse(url, 303)
        response.set_cookie(
            COOKIE,
            signer.dumps(dataclasses.asdict(begun)),
            max_age=MINUTES * 60,
            path=HERE,
            httponly=True,
            samesite="lax",
            secure=gate.is_https(request),
        )
        return response

    @router.get("/openid/back")
    def back(request: Request, code: str = "", state: str = "", iss: str = "") -> Response:
        begun = begun_here(request)
        if begun is None or not hmac.compare_digest(state.encode(), begun.state.encode()):
            return refused(request, "This sign-in was not begun here, or too long ago. Try again.")
        if not code or (iss and iss != provider.options.issuer):
            return refused(request, "The sign-in provider did not let you in. Try again.")
        try:
            who = provider.finish(redirect_uri(request), code, begun)
            token = sessions.admit(openid.accounts.account_of(who), came_from(request))
        except ProviderFailed as failed:
            log.warning("the OpenID provider: %s (%r)", failed, failed.__cause__)
            return refused(request, str(failed))
        except (SignInRefused, AccountRefused) as no:
            return refused(request, str(no))
        response = RedirectResponse(own_path(begun.back_to), 303)
        response.delete_cookie(COOKIE, path=HERE)
        return gate.begin(request, response, token)

    return router
