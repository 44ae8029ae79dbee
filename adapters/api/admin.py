"""What admins do over the API: accounts and tokens.

No postponed annotations here: FastAPI could not find `Admin`, which is local.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from starlette.exceptions import HTTPException

from adapters.api import admin_models as models
from adapters.api.programs import ProgramDoors, acting
from adapters.api.service import ApiService
from adapters.http.problems import described
from adapters.http.strict_json import StrictRoute
from bot.api_tokens import Scope, TokenRefused
from bot.people import Person

Number = Annotated[int, Path(ge=1, lt=2**31)]
READING = described(401, 403, 422, 429)
CHANGING = described(400, 401, 403, 404, 413, 422, 429)


def admin_routes(service: ApiService, doors: ProgramDoors) -> APIRouter:
    """Routes that need the scope `admin`, and an account that may administer."""
    router = APIRouter(route_class=StrictRoute, tags=["admin"])
    Admin = Annotated[Person, Depends(acting(doors, service, Scope.ADMIN))]

    @router.get("/accounts", responses=READING)
    def accounts(_person: Admin) -> models.Accounts:
        """The accounts of all who work here, by login; at most 500."""
        found = doors.accounts.listed()
        return models.Accounts(accounts=[models.Account.model_validate(each) for each in found])

    @router.get("/tokens", responses=READING)
    def tokens(_person: Admin) -> models.Tokens:
        """All tokens, never their secrets."""
        found = doors.tokens.listed()
        return models.Tokens(tokens=[models.Token.model_validate(each) for each in found])

    @router.post("/tokens", status_code=201, responses=CHANGING)
    def add_token(person: Admin, new: models.NewToken) -> models.MadeToken:
        """Make a token. Its `secret` is shown only now."""
        good_for = None if new.days is None else timedelta(days=new.days)
        try:
            made, secret = doors.tokens.add(
                new.name, new.scopes, by=person.name, good_for=good_for, acts_for=new.acts_for
            )
        except TokenRefused as error:
            raise HTTPException(422, str(error)) from None
        return models.MadeToken(token=models.Token.model_validate(made), secret=secret)

    @router.delete("/tokens/{number}", responses=CHANGING)
    def revoke(person: Admin, number: Number) -> models.Token:
        """Take a token back: it opens nothing from now on."""
        try:
            return models.Token.model_validate(doors.tokens.revoke(number, by=person.name))
        except TokenRefused as error:
            raise HTTPException(404, str(error)) from None

    return router
