"""Whose request it is: the session of a page (cookie) or of the widget's frame (header).

A browser sends a cookie along with a form of any site, so such a request must also
carry the session's form token and must not come from another origin. The widget's
frame keeps its token itself and sends it as a header, which no other site can make a
browser do. Its own cookie (partitioned: another one inside every site) only brings
that token back after a reload, where the frame may not store it.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from adapters.http.origin import is_same_origin
from adapters.web.session import Session, Sessions

COOKIE = "firstline_session"
HEADER = "x-firstline-session"
WIDGET_COOKIE = "firstline_widget"

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

    def __init__(self, sessions: Sessions, public_url: str, largest_form: int) -> None:
        self._sessions = sessions
        self._public_url = public_url
        self._largest_form = largest_form

    async def form(self, request: Request) -> FormData:
        """What was sent. How large it may be as a whole is held by `BodyLimit`."""
        return await request.form(max_files=0, max_part_size=self._largest_form)

    def visitor(self, request: Request) -> Visitor:
        """Who it is; somebody new gets a new session."""
        by_header = HEADER in request.headers
        token = request.headers[HEADER] if by_header else request.cookies.get(COOKIE, "")
        session = self._sessions.read(token)
        return Visitor(session or self._sessions.new(), session is not None, by_header)

    def require_own(self, request: Request, visitor: Visitor, form: FormData) -> None:
        """Raises HTTPException 403 unless the visitor's own page sent the form."""
        if not is_same_origin(request, self._public_url):
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
            secure=self._public_url.lower().startswith("https:"),
        )
        return response

    def widget_session(self, request: Request) -> Session:
        """The session that a widget's frame had before, or a new one."""
        tokens = (request.headers.get(HEADER, ""), request.cookies.get(WIDGET_COOKIE, ""))
        known = (self._sessions.read(token) for token in tokens)
        return next((session for session in known if session), self._sessions.new())

    def remember_widget(self, response: Response, session: Session) -> Response:
        """Let the browser keep it for this site around the frame alone. Plain http: it does not."""
        token, age = self._sessions.token(session), self._sessions.seconds
        response.headers.append(  # by hand: Python's cookies learn `Partitioned` in 3.14
            "set-cookie",
            f"{WIDGET_COOKIE}={token}; Path=/widget; Max-Age={age}; HttpOnly; Secure; "
            "SameSite=None; Partitioned",
        )
        return response
