"""The admins' pages of accounts: who signs in, as what, in which tiers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from adapters.console.access import PATH, requires, signed_in
from adapters.console.pages import Pages
from bot.accounts import CHANNELS, AccountLine, AccountRefused, Accounts, PasswordRefused
from bot.people import Act, Role

HERE = f"{PATH}/accounts"
ADMIN = [Depends(requires(Act.ADMINISTER))]
Text = Annotated[str, Form()]


def account_routes(pages: Pages, accounts: Accounts) -> APIRouter:
    """The routes below `/accounts`."""
    router = APIRouter(dependencies=ADMIN)

    def known(login: str) -> AccountLine:
        found = accounts.account(login)
        if found is None:
            raise HTTPException(404)
        return found

    def new(request: Request, status: int = 200, error: str = "", **typed: str) -> Response:
        filled = {"login_typed": "", "name_typed": "", "email_typed": "", "tiers_typed": ""} | typed
        return pages.page(request, "account-new.html", status, error=error, roles=ROLES, **filled)

    def one(request: Request, login: str, status: int = 200, error: str = "") -> Response:
        account = known(login)
        return pages.page(
            request,
            "account.html",
            status,
            account=account,
            identities=dict(account.identities),
            channels=CHANNELS,
            roles=ROLES,
            error=error,
        )

    @router.get("/accounts")
    def listed(request: Request, words: str = "") -> Response:
        found = accounts.listed(words)
        if "hx-request" in request.headers:
            return HTMLResponse(pages.part(request, "account-rows.html", accounts=found))
        return pages.page(request, "accounts.html", accounts=found, words=words)

    @router.get("/new-account")
    def blank(request: Request) -> Response:
        return new(request)

    @router.post("/new-account")
    def create(
        request: Request,
        login: Text = "",
        name: Text = "",
        email: Text = "",
        role: Annotated[Role, Form()] = Role.AGENT,
        tiers: Text = "",
        password: Text = "",
    ) -> Response:
        by = signed_in(request).login
        try:
            made = accounts.create(
                login,
                by=by,
                name=name,
                email=email,
                role=role,
                tiers=parse_tiers(tiers),
                password=password or None,
            )
        except (AccountRefused, PasswordRefused) as refused:
            typed = {"login_typed": login, "name_typed": name, "email_typed": email}
            return new(request, 422, str(refused), **typed, tiers_typed=tiers)
        return RedirectResponse(f"{HERE}/{made.login}?said=created", 303)

    @router.get("/accounts/{login}")
    def show(request: Request, login: str) -> Response:
        return one(request, login)

    @router.post("/accounts/{login}")
    def change(
        request: Request,
        login: str,
        name: Text = "",
        email: Text = "",
        role: Annotated[Role | None, Form()] = None,
        tiers: Text = "",
    ) -> Response:
        known(login)
        by = signed_in(request).login
        try:
            numbers = parse_tiers(tiers)
            accounts.change(login, by=by, name=name, email=email, role=role, tiers=numbers)
        except AccountRefused as refused:
            return one(request, login, 422, str(refused))
        return RedirectResponse(f"{HERE}/{login}?said=changed", 303)

    @router.post("/accounts/{login}/password")
    def set_password(request: Request, login: str, password: Text = "") -> Response:
        known(login)
        try:
            accounts.set_password(login, password, by=signed_in(request).login)
        except PasswordRefused as refused:
            return one(request, login, 422, str(refused))
        return RedirectResponse(f"{HERE}/{login}?said=password", 303)

    @router.post("/accounts/{login}/identity")
    def identify(request: Request, login: str, channel: Text = "", identity: Text = "") -> Response:
        known(login)
        try:
            accounts.identify(login, channel, identity, by=signed_in(request).login)
        except AccountRefused as refused:
            return one(request, login, 422, str(refused))
        return RedirectResponse(f"{HERE}/{login}?said=changed", 303)

    @router.post("/accounts/{login}/{state}")
    def disable(request: Request, login: str, state: str) -> Response:
        if state not in ("disabled", "enabled"):
            raise HTTPException(404)
        known(login)
        try:
            accounts.disable(login, by=signed_in(request).login, disabled=state == "disabled")
        except AccountRefused as refused:
            return one(request, login, 422, str(refused))
        return RedirectResponse(f"{HERE}/{login}?said={state}", 303)

    return router


ROLES = tuple(role.value for role in Role)


def parse_tiers(typed: str) -> list[int]:
    """`1, 2` or `1 2` as numbers. Raises AccountRefused."""
    parts = typed.replace(",", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        raise AccountRefused("Write tiers as numbers with commas between them, such as 1, 2.")
    return [int(part) for part in parts]
