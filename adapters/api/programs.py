"""Programs with a token of their own: what they go through, as whom they act, how they are refused.

No postponed annotations here: FastAPI reads those of the functions inside.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from adapters.api.service import ApiService
from adapters.http.problems import conflicting, described, problem
from bot.accounts import Accounts
from bot.api_tokens import ApiTokens, Scope
from bot.console import ActRefused, Console, Forbidden, NoSuchTicket, StaleTicket
from bot.people import Act, Person, may
from bot.webhooks import Webhooks

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="program",
    description="A token of `firstline token add`, with the scope that the operation names",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]

LOOKING = described(401, 403, 404, 422, 429)
ACTING = {**described(400, 401, 403, 404, 413, 422, 429), **conflicting()}


@dataclass(frozen=True, slots=True)
class ProgramDoors:
    """What programs with tokens go through."""

    console: Console
    tokens: ApiTokens
    accounts: Accounts
    webhooks: Webhooks


def acting(doors: ProgramDoors, service: ApiService, scope: Scope) -> Callable[..., Person]:
    """A dependency: who acts, when the token that came along has the scope. Raises HTTPException
    401 for none that is good, 403 for one without the scope, 429 for one that asks too fast."""

    def who(credentials: Credentials) -> Person:
        token = credentials and doors.tokens.opened(credentials.credentials)
        person = token and doors.tokens.person(token)
        if not token or not person:
            wanted = {"WWW-Authenticate": "Bearer"}
            raise HTTPException(401, f"Send a token that is good, with the scope {scope}.", wanted)
        if not token.may(scope):
            raise HTTPException(403, f"This token has not the scope {scope}.")
        if scope is Scope.ADMIN and not may(person, Act.ADMINISTER):
            raise HTTPException(403, f"{person.name} may not administer this desk.")
        service.require_token_pace(token.id)
        return person

    return who


async def on_act(_request: Request, error: Exception) -> Response:
    """What the agents' door refused. A ticket that one may not see is one that is not there."""
    if isinstance(error, StaleTicket):
        more = {"changed_by": error.by, "changed": error.what, "version": error.version}
        return problem(409, str(error), more=more)
    if isinstance(error, NoSuchTicket):
        return problem(404, str(error))
    return problem(403 if isinstance(error, Forbidden) else 409, str(error))


HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    Forbidden: on_act,
    StaleTicket: on_act,
    ActRefused: on_act,
}
