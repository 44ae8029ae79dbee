"""What admins do over the API: accounts, tokens and webhooks.

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
from bot.webhooks import WebhookRefused

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

    @router.get("/webhooks", responses=READING)
    def webhooks(_person: Admin) -> models.Webhooks:
        """All webhooks, never their secrets."""
        found = doors.webhooks.listed()
        return models.Webhooks(webhooks=[models.Webhook.model_validate(each) for each in found])

    @router.post("/webhooks", status_code=201, responses=CHANGING)
    def add_webhook(person: Admin, new: models.NewWebhook) -> models.MadeWebhook:
        """Add a webhook, which is told what happens from now on. Its `secret` is shown only now."""
        try:
            made, secret = doors.webhooks.add(new.url, new.events, by=person.name)
        except WebhookRefused as error:
            raise HTTPException(422, str(error)) from None
        return models.MadeWebhook(webhook=models.Webhook.model_validate(made), secret=secret)

    @router.delete("/webhooks/{number}", responses=CHANGING)
    def remove_webhook(person: Admin, number: Number) -> models.Webhook:
        """Take a webhook away, with what was not delivered yet."""
        try:
            return models.Webhook.model_validate(doors.webhooks.remove(number, by=person.name))
        except WebhookRefused as error:
            raise HTTPException(404, str(error)) from None

    @router.get("/webhooks/{number}/deliveries", responses=READING)
    def deliveries(_person: Admin, number: Number) -> models.Deliveries:
        """The last 50 deliveries of a webhook, the newest first."""
        found = doors.webhooks.log(number)
        return models.Deliveries(
            deliveries=[models.Delivery.model_validate(each) for each in found]
        )

    return router
