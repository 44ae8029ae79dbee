"""One's own account: the password, and where one is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.console.access import PATH, came_from, requires, session_token, signed_in
from adapters.console.pages import Pages
from bot.accounts import Accounts, PasswordRefused
from bot.people import Act, Person
from bot.sign_in import SignIn, SignInRefused

Own = Annotated[Person, Depends(requires(Act.OWN_ACCOUNT))]
HERE = f"{PATH}/account"


def own_account_routes(pages: Pages, accounts: Accounts, sessions: SignIn) -> APIRouter:
    """The routes below `/account`."""
    router = APIRouter()

    def page(request: Request, person: Person, status: int = 200, error: str = "") -> Response:
        return pages.page(
            request,
            "own-account.html",
            status,
            account=accounts.account(signed_in(request).login),
            sessions=sessions.sessions(person),
            browser_words=browser_words,
            this_session=signed_in(request).session,
            error=error,
        )

    @router.get("/account")
    def show(request: Request, person: Own) -> Response:
        return page(request, person)

    @router.post("/account/password")
    def change_password(
        request: Request,
        person: Own,
        current: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        again: Annotated[str, Form()] = "",
    ) -> Response:
        login = signed_in(request).login
        if password != again:
            return page(request, person, 422, "The two new passwords differ. Type them again.")
        try:
            sessions.require_password(login, current, came_from(request))
            accounts.set_password(login, password, by=login, keep=session_token(request))
        except (SignInRefused, PasswordRefused) as refused:
            return page(request, person, 422, str(refused))
        return RedirectResponse(f"{HERE}?said=password", 303)

    @router.post("/account/sessions/{number}/end")
    def end_session(person: Own, number: int) -> Response:
        sessions.end_session(person, number)
        return RedirectResponse(f"{HERE}?said=ended", 303)

    @router.post("/account/sessions/end-others")
    def end_others(request: Request, person: Own) -> Response:
        sessions.end_others(person, session_token(request))
        return RedirectResponse(f"{HERE}?said=ended", 303)

    return router


_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


def browser_words(user_agent: str) -> str:
    """`Firefox on Windows`, as far as the browser tells; the first that fits, for each of them
    names those it is like.
    """
    name = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "")
    system = next((system for system in _SYSTEMS if system in user_agent), "")
    return " on ".join(filter(None, (name, system))) or user_agent[:40] or "unknown"
