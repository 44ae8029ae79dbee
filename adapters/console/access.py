"""Who may open which page: each route declares it by one dependency, and nothing else lets in.

    @router.get("/figures", dependencies=[Depends(requires(Act.SEE_FIGURES))])
    person: Annotated[Person, Depends(requires(Act.WORK))]      the same, when the route needs who
    dependencies=[Depends(open_to_all)]                         the sign-in pages

A browser sends a cookie along with a form of any site. So whatever changes something must also
carry the form token of the very session, in the field `form_token` or the header `x-form-token`.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from adapters.http.options import HttpOptions
from adapters.http.origin import is_same_origin
from bot.people import Act, Person, may_somewhere
from bot.sign_in import From, SignedIn, SignIn

PATH = "/console"
COOKIE = "firstline_console"
VISITOR_COOKIE = "firstline_console_visitor"
"""Of a browser that is not signed in: what the sign-in form's token is bound to."""
FORM_HEADER = "x-form-token"
SAFE = frozenset({"GET", "HEAD"})

_FOREIGN = "This form was sent from another site. Please open the page itself and try again."
_EXPIRED = "This page is too old to send anything. Please load it again."
_NOT_YOURS = "Your account may not do this. An admin can change what it may."


class NotSignedIn(Exception):
    """Nobody is signed in (any more); the browser is sent to the sign-in page."""


class Gate:
    """Knows who is signed in, and gives and takes their cookies."""

    def __init__(self, sessions: SignIn, options: HttpOptions) -> None:
        self._sessions = sessions
        self._options = options

    async def let_in(self, request: Request, act: Act) -> Person:
        """The person of the request. Raises NotSignedIn, or HTTPException 403."""
        token = request.cookies.get(COOKIE, "")
        found = await run_in_threadpool(self._sessions.signed_in, token) if token else None
        if found is None:
            raise NotSignedIn
        request.state.signed_in = found
        request.state.form_token = self._form_token(token)
        await self._require_own(request)
        if not may_somewhere(found.person, act):
            raise HTTPException(403, _NOT_YOURS)
        return found.person

    async def let_visit(self, request: Request) -> None:
        """Anybody, signed in or not. Raises HTTPException 403 for a form that is not their own."""
        visitor = request.cookies.get(VISITOR_COOKIE, "")
        if request.method in SAFE:
            visitor = visitor or secrets.token_urlsafe(32)
        if not visitor:
            raise HTTPException(403, _EXPIRED)
        request.state.visitor = visitor
        request.state.form_token = self._form_token(visitor)
        await self._require_own(request)

    def begin(self, request: Request, response: Response, token: str) -> Response:
        """Let the browser keep the session."""
        response.delete_cookie(VISITOR_COOKIE, path=PATH)
        return self._keep(request, response, COOKIE, token, self._sessions.longest)

    def end(self, response: Response) -> Response:
        """Let the browser forget it."""
        response.delete_cookie(COOKIE, path=PATH)
        return response

    def remember_visitor(self, request: Request, response: Response) -> Response:
        """Let the browser keep what the form of this page is bound to."""
        visitor = request.state.visitor
        return self._keep(request, response, VISITOR_COOKIE, visitor, timedelta(hours=1))

    def is_https(self, request: Request) -> bool:
        """Whether the browser and we talk in secret; then cookies must not be sent otherwise."""
        public = self._options.public_url.lower().startswith("https:")
        return public or request.url.scheme == "https"

    def _keep(
        self, request: Request, response: Response, name: str, value: str, age: timedelta
    ) -> Response:
        response.set_cookie(
            name,
            value,
            max_age=int(age.total_seconds()),
            path=PATH,
            httponly=True,
            samesite="lax",
            secure=self.is_https(request),
        )
        return response

    def _form_token(self, bound_to: str) -> str:
        message = b"firstline.console.form\0" + bound_to.encode("utf-8", "replace")
        return hmac.new(self._options.secret.encode(), message, hashlib.sha256).hexdigest()[:40]

    async def _require_own(self, request: Request) -> None:
        if request.method in SAFE:
            return
        if not is_same_origin(request, self._options.public_url):
            raise HTTPException(403, _FOREIGN)
        given = request.headers.get(FORM_HEADER) or str((await request.form()).get("form_token"))
        if not hmac.compare_digest(given.encode(), request.state.form_token.encode()):
            raise HTTPException(403, _EXPIRED)


@dataclass(frozen=True, slots=True)
class Requires:
    """A dependency that lets in who may do the act, and gives the Person. Made by `requires`.

    With a ticket's act it lets in who may do it with some ticket: the route asks `may` again
    with the ticket's tier, or calls a door that does.
    """

    act: Act

    async def __call__(self, request: Request) -> Person:
        gate: Gate = request.app.state.gate
        return await gate.let_in(request, self.act)


def requires(act: Act) -> Requires:
    """What a route declares: whoever opens it is signed in and may do that."""
    return Requires(act)


async def open_to_all(request: Request) -> None:
    """What a route declares that needs nobody to be signed in."""
    gate: Gate = request.app.state.gate
    await gate.let_visit(request)


def session_token(request: Request) -> str:
    """The token of the session that the request came with; empty when it came with none."""
    return request.cookies.get(COOKIE, "")


def signed_in(request: Request) -> SignedIn:
    """Who was let in. Only for routes that declare `requires`."""
    found: SignedIn = request.state.signed_in
    return found


def came_from(request: Request) -> From:
    """The network address and the browser's name for itself."""
    address = request.client.host if request.client else ""
    return From(address, request.headers.get("user-agent", ""))


def own_path(path: str) -> str:
    """The path if it leads to a page of the console, else the console's first page: where a
    sign-in may lead to is nothing that a link from elsewhere decides.
    """
    inside = path == PATH or path.startswith((PATH + "/", PATH + "?"))
    plain = path.isprintable() and not any(sign in path for sign in "\\ ")
    return path if inside and plain and "//" not in path and "/." not in path else PATH + "/"
