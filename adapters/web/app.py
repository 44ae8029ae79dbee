"""The application that is served: the chat, the help centre, and what others add to it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from adapters.http.guard import BodyLimit, SecurityHeaders
from adapters.http.theme import theme_of
from adapters.web.chat import ChatRoutes, wants_json
from adapters.web.hall import Hall
from adapters.web.help import HelpRoutes
from adapters.web.pages import FOLDER

WIDGET = "/widget"

_SORRY = {
    403: "That was not accepted",
    404: "There is nothing here (any more)",
    413: "That is too large",
    503: "Not now, sorry",
}
_DETAIL = {404: "The page was moved or withdrawn, or the address has a mistake in it."}


class Revalidated(StaticFiles):
    """Static files that a browser keeps, but asks about before it uses them again."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = "no-cache"
        return response


def create_app(hall: Hall, parts: Sequence[BaseRoute] = ()) -> Starlette:
    """All pages of the web channel; `parts` are routes of others (the API, metrics)."""
    options = hall.options
    return Starlette(
        routes=[
            *ChatRoutes(hall).routes(),
            *HelpRoutes(hall).routes(),
            *parts,
            Route("/widget.js", _widget_script),
            Mount("/static", Revalidated(directory=FOLDER / "static")),
        ],
        middleware=[
            Middleware(SecurityHeaders, framed=WIDGET, embed_origins=options.embed_origins),
            Middleware(BodyLimit, limit=options.max_body),
        ],
        exception_handlers={HTTPException: Apology(hall).on_refusal, 500: Apology(hall).on_error},
    )


class Apology:
    """Pages for what went wrong, with a way on; JSON for a script."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    async def on_refusal(self, request: Request, error: Exception) -> Response:
        """What a route refused, with its status."""
        if not isinstance(error, HTTPException):
            raise error
        said = error.detail if error.status_code != 404 else ""
        return self._sorry(request, error.status_code, said, error.headers)

    async def on_error(self, request: Request, error: Exception) -> Response:
        """What nobody expected: logged by the server, and nothing of it is shown."""
        return self._sorry(request, 500, "Something went wrong on our side. Please try again.")

    def _sorry(
        self, request: Request, status: int, said: str, headers: Mapping[str, str] | None = None
    ) -> Response:
        heading = _SORRY.get(status, "That did not work")
        detail = said or _DETAIL.get(status, "")
        if wants_json(request):
            return JSONResponse({"title": heading, "detail": detail}, status, dict(headers or {}))
        page = self._hall.pages.page(
            "sorry.html", status, heading=heading, detail=detail, theme=theme_of(request)
        )
        page.headers.update(headers or {})
        return page


async def _widget_script(_request: Request) -> Response:
    headers = {"cross-origin-resource-policy": "cross-origin", "cache-control": "max-age=300"}
    return FileResponse(FOLDER / "static" / "widget.js", headers=headers)
