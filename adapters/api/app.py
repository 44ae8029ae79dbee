"""The HTTP API: its description, its errors, its documentation page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from adapters.api.admin import admin_routes
from adapters.api.ask import ask_routes
from adapters.api.conversations import conversation_routes
from adapters.api.programs import HANDLERS, ProgramDoors
from adapters.api.service import ApiService
from adapters.api.ticket_acts import act_routes
from adapters.api.tickets import ticket_routes
from adapters.http.problems import Conflict, Problem, on_error, on_invalid, on_refusal

VERSION = "1.0"
_ABOUT = """Ask questions, hold conversations, work on tickets.

A conversation is opened by its `token` (`Authorization: Bearer …`), which is given once when it is
begun. Tickets are opened by a program's token (`firstline token add`), within its scopes. Errors are `application/problem+json`. Messages may be sent again safely with the same
`Idempotency-Key`."""

templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def create_api(service: ApiService, doors: ProgramDoors | None = None) -> FastAPI:
    """The application under `/api/v1`; with `doors` also tickets and what admins do. Its description is at `openapi.json`, to be read at `docs`."""
    api = FastAPI(
        title=f"{service.options.title} API",
        version=VERSION,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": "/api/v1"}],
        root_path_in_servers=False,
        exception_handlers={
            HTTPException: on_refusal,
            RequestValidationError: on_invalid,
            Exception: on_error,
            **HANDLERS,
        },
    )
    api.include_router(ask_routes(service))
    api.include_router(conversation_routes(service))
    if doors is not None:
        api.include_router(ticket_routes(service, doors))
        api.include_router(act_routes(service, doors))
        api.include_router(admin_routes(service, doors))
    described = _with_problems(api)
    api.openapi = lambda: described  # type: ignore[method-assign]

    @api.get("/docs", include_in_schema=False)
    async def docs(_request: Request) -> HTMLResponse:
        page = templates.get_template("docs.html").render(
            api=described, operations=_listed(described)
        )
        return HTMLResponse(page)

    return api


def _with_problems(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI description: our own errors in place of the framework's."""
    described = api.openapi()
    schemas = described["components"]["schemas"]
    schemas["Problem"] = Problem.model_json_schema()
    schemas["Conflict"] = Conflict.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    return described


def _listed(described: dict[str, Any]) -> list[dict[str, Any]]:
    """One entry an operation, for the page that people read."""
    return [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
