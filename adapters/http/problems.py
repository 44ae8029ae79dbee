"""What went wrong, as problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


class Problem(BaseModel):
    """A refusal: `title` is the same for all of its status, `detail` says what to do about this one."""

    title: str
    status: int
    detail: str = ""
    errors: list[str] = []


class Conflict(Problem):
    """What was asked for does not fit how things are. When somebody else was faster, `changed_by`
    says who, `changed` what they did, and `version` which version is to be acted upon next."""

    changed_by: str | None = None
    changed: str | None = None
    version: int | None = None


def problem(
    status: int,
    detail: str = "",
    *,
    errors: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """A response that says what went wrong; `more` are further members."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=[*errors])
    return JSONResponse(
        {**body.model_dump(), **(more or {})},
        status,
        headers=dict(headers or {}),
        media_type="application/problem+json",
    )


async def on_refusal(_request: Request, error: Exception) -> Response:
    """What a route refused (HTTPException)."""
    if not isinstance(error, HTTPException):
        raise error
    standard = HTTPStatus(error.status_code).phrase
    detail = "" if error.detail == standard else error.detail
    return problem(error.status_code, detail, headers=error.headers)


async def on_invalid(_request: Request, error: Exception) -> Response:
    """A request that does not fit its description; what was sent is not repeated."""
    if not isinstance(error, RequestValidationError):
        raise error
    told = tuple(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
    return problem(422, "The request does not fit the description of the API.", errors=told)


async def on_error(_request: Request, _error: Exception) -> Response:
    """What nobody expected."""
    return problem(500, "Something went wrong on our side. Please try again.")


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: these statuses answer with a problem."""
    return {s: _described(s, "Problem") for s in statuses}


def conflicting() -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: 409 answers with a Conflict."""
    return {409: _described(409, "Conflict")}


def _described(status: int, schema: str) -> dict[str, Any]:
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    phrase = HTTPStatus(status).phrase
    return {"description": phrase, "content": {"application/problem+json": content}}
