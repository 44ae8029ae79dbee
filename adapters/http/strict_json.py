"""JSON as strangers may send it: no duplicate keys, no NaN, no depth or number that hurts."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


class NotJson(ValueError):
    """A body that is no JSON we take; says why."""


def loads(body: bytes) -> Any:
    """The value of a JSON text. Raises NotJson."""
    try:
        return json.loads(body, object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError:
        raise NotJson("it is nested too deeply") from None
    except UnicodeDecodeError:
        raise NotJson("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at position {error.pos}") from None
    except NotJson:
        raise
    except ValueError:
        raise NotJson("a number has too many digits") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotJson("a key stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is no JSON number")


class _StrictRequest(Request):
    async def json(self) -> Any:
        try:
            return loads(await self.body())
        except NotJson as error:
            raise HTTPException(400, f"The body is not acceptable JSON: {error}.") from error


class StrictRoute(APIRoute):
    """A route whose JSON body is read strictly. What is not acceptable is answered with 400."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            return await handler(_StrictRequest(request.scope, request.receive))

        return strict
