"""Signing in and out, and the console's first page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.console.access import (
    PATH,
    Gate,
    came_from,
    open_to_all,
    own_path,
    requires,
    session_token,
    signed_in,
)
from adapters.console.inbox_page import InboxPages
from adapters.console.inbox_query import Query
from adapters.console.pages import Pages
from bot.people import Act, may
from bot.sign_in import SignIn, SignInRefused


def sign_in_routes(
    gate: Gate, pages: Pages, sessions: SignIn, inbox: InboxPages | None = None
) -> APIRouter:
    """The routes `/` (for agents their inbox), `/sign-in` and `/sign-out`."""
    router = APIRouter()

    def first_page(next: str, token: str) -> str:
        """Where a sign-in leads: who may not use the console has an account there all the same."""
        found = sessions.signed_in(token)
        inside = found is not None and may(found.person, Act.USE_CONSOLE)
        return own_path(next) if inside else f"{PATH}/account"

    def form(request: Request, next: str, status: int = 200, **given: str) -> Response:
        filled = {"login_typed": "", "error": ""} | given
        page = pages.page(request, "sign-in.html", status, next=own_path(next), **filled)
        return gate.remember_visitor(request, page)

    @router.get("/", dependencies=[Depends(requires(Act.USE_CONSOLE))])
    def home(request: Request) -> Response:
        person = signed_in(request).person
        if inbox and may(person, Act.SEE_NOTES):
            return inbox.draw(request, person, Query())
        return pages.page(request, "home.html")

    @router.get("/sign-in", dependencies=[Depends(open_to_all)])
    def ask(request: Request, next: str = "") -> Response:
        return form(request, next)

    @router.post("/sign-in", dependencies=[Depends(open_to_all)])
    def sign_in(
        request: Request,
        login: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "",
    ) -> Response:
        if not login.strip() or not password:
            return form(request, next, 422, login_typed=login, error="Please fill in both fields.")
        try:
            token = sessions.sign_in(login, password, came_from(request))
        except SignInRefused as refused:
            status = 429 if refused.wait else 401
            page = form(request, next, status, login_typed=login, error=str(refused))
            if refused.wait:
                page.headers["retry-after"] = str(refused.wait)
            return page
        sessions.sign_out(session_token(request))
        return gate.begin(request, RedirectResponse(first_page(next, token), 303), token)

    @router.post("/sign-out", dependencies=[Depends(requires(Act.OWN_ACCOUNT))])
    def sign_out(request: Request) -> Response:
        sessions.sign_out(session_token(request))
        return gate.end(RedirectResponse(f"{PATH}/sign-in?said=signed-out", 303))

    return router
