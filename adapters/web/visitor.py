"""Whose request it is: the session of a page (cookie) or of the widget's frame (header).

A browser sends a cookie along with a form of any site, so such a request must also
carry the session's form token and must not come from another origin. The widget's
frame keeps its token itself and sends it as a header, which no other site can make
a browser do; it needs no cookie, which a browser would not send inside another site.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from adapters.web.session import Session, Sessions

COOKIE = "firstline_session"
HEADER = "x-firstline-session"

_FOREIGN = "This form was sent from another site. Please open the page itself and try again."
_EXPIRED = "This page is too old to send anything. Please load it again."


@dataclass(frozen=True, slots=True)
class Visitor:
    """The session of a request. `known` is False when it was made for this very request."""

    session: Session
    known: bool
    by_header: bool = False


class Reception:
    """Recognises visitors and lets in only what they sent themselves."""

    def __init__(self, sessions: Sessions, public_url: str) -> None:
        self._sessions = sessions
        self._public = urlsplit(public_url)

    def visitor(self, request: Request) -> Visitor:
        """Who it is; somebody new gets a new session."""
        by_header = HEADER in request.headers
        token = request.headers[HEADER] if by_header else request.cookies.get(COOKIE, "")
        session = self._sessions.read(token)
        return Visitor(session or self._sessions.new(), session is not None, by_header)

    def require_own(self, request: Request, visitor: Visitor, form: FormData) -> None:
        """Raises HTTPException 403 unless the visitor's own page sent the form."""
        if not self._is_ours(request):
            raise HTTPException(403, _FOREIGN)
        token = str(form.get("form_token", ""))
        proven = visitor.by_header or self._sessions.is_form_token(visitor.session, token)
        if not (visitor.known and proven):
            raise HTTPException(403, _EXPIRED)

    def remember(self, response: Response, session: Session) -> Response:
        """Let the browser keep the session."""
        response.set_cookie(
            COOKIE,
            self._sessions.token(session),
            max_age=self._sessions.seconds,
            httponly=True,
            samesite="lax",
            secure=self._public.scheme == "https",
        )
        return response

    def _is_ours(self, request: Request) -> bool:
        origin = request.headers.get("origin")
        if origin is None:
            return request.headers.get("sec-fetch-site") != "cross-site"
        return urlsplit(origin).netloc in {request.headers.get("host"), self._public.netloc or None}


def theme_of(request: Request) -> str:
    """What the reader chose with the toggle (`light`, `dark`), or `""`: as the system has it."""
    chosen = request.cookies.get("firstline_theme", "")
    return chosen if chosen in ("light", "dark") else ""
