"""What the console answers when it does not do what was asked: pages with a way on."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from adapters.console.access import PATH, SAFE
from adapters.console.pages import Pages

_DETAIL = {404: "The page was moved, or the address has a mistake in it."}


async def to_sign_in(request: Request, _error: Exception) -> Response:
    """A page leads to the sign-in and back; what a script fetches is told so with 401."""
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"hx-redirect": f"{PATH}/sign-in"})
    if "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse("Nobody is signed in (any more).\n", 401)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = here if request.method in SAFE else f"{PATH}/"
    return RedirectResponse(f"{PATH}/sign-in?" + urlencode({"next": back}), 303)


class Apology:
    """Pages for what went wrong."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    async def on_refusal(self, request: Request, error: Exception) -> Response:
        """What a route refused, with its status."""
        if not isinstance(error, HTTPException):
            raise error
        standard = HTTPStatus(error.status_code).phrase
        said = "" if error.detail == standard else error.detail
        page = self._sorry(request, error.status_code, said)
        page.headers.update(error.headers or {})
        return page

    async def on_invalid(self, request: Request, error: Exception) -> Response:
        """A form that was not filled in as the page has it."""
        if not isinstance(error, RequestValidationError):
            raise error
        fields = ", ".join(str(each["loc"][-1]) for each in error.errors())
        return self._sorry(request, 422, f"Please go back and check: {fields}.")

    async def on_error(self, request: Request, _error: Exception) -> Response:
        """What nobody expected: logged by the server, and nothing of it is shown."""
        return self._sorry(request, 500, "Something went wrong on our side. Please try again.")

    def _sorry(self, request: Request, status: int, said: str) -> Response:
        heading = HTTPStatus(status).phrase
        detail = said or _DETAIL.get(status, "")
        return self._pages.page(request, "sorry.html", status, heading=heading, detail=detail)
