"""Calls of Slack's Web API, its failures turned into `SendError` at this border.

The SDK's own retries are off: after a broken connection it would post a second time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import retry_after, send_error
from adapters.slack.options import SlackOptions
from bot.channel import SendError

log = logging.getLogger(__name__)

PAGE = 200
READ_TRIES = 6

Method = Callable[..., Awaitable[Any]]


class Refusal(SendError):
    """A SendError with Slack's own code (empty when there was no answer). `unknown` says that
    the call may have had its effect all the same."""

    code: str = ""
    unknown: bool = True


def new_session(options: SlackOptions) -> aiohttp.ClientSession:
    """The connections of one run. The time limit is here: the SDK's own is not kept for a
    session that it is given."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=options.timeout))


def web_client(options: SlackOptions, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The SDK's client, without retries."""
    return AsyncWebClient(
        token=options.bot_token,
        base_url=options.api_url,
        session=session,
        retry_handlers=[],
    )


async def call(method: Method, **arguments: Any) -> dict[str, Any]:
    """One call. Raises Refusal."""
    name = getattr(method, "__name__", "a call")
    try:
        response = await method(**arguments)
    except SlackApiError as error:
        raise refusal(name, error) from error
    except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError) as error:
        raise Refusal(f"{name} had no answer: {type(error).__name__}") from error
    data = response.data
    return data if isinstance(data, dict) else {}


def refusal(name: str, error: SlackApiError) -> Refusal:
    """Slack's refusal as our error."""
    response = error.response
    status = getattr(response, "status_code", 0)
    headers = dict(getattr(response, "headers", None) or {})
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    meant = send_error(name, code, status, retry_after(headers, datetime.now(UTC)))
    made = Refusal(
        str(meant), permanent=meant.permanent, retry_after=meant.retry_after, broken=meant.broken
    )
    made.code = code
    made.unknown = status >= 500 or not code
    return made


async def patiently(method: Method, **arguments: Any) -> dict[str, Any]:
    """A call that may be made twice: waits as long as Slack asks, and tries a passing failure again.

    Raises Refusal for what will not pass.
    """
    for attempt in range(READ_TRIES):
        try:
            return await call(method, **arguments)
        except Refusal as refused:
            if refused.permanent or refused.broken or attempt == READ_TRIES - 1:
                raise
            wait = refused.retry_after if refused.retry_after is not None else 0.2 * 2**attempt
            log.info("slack: reading waits", extra={"seconds": wait, "why": str(refused)})
            await asyncio.sleep(wait)
    raise AssertionError("the last try returns or raises")


async def pages(
    method: Method, field: str, **arguments: Any
) -> AsyncIterator[list[dict[str, Any]]]:
    """The pages of a listing, as Slack gives them. Raises Refusal."""
    cursor = ""
    while True:
        more = {"cursor": cursor} if cursor else {}
        told = await patiently(method, limit=PAGE, **arguments, **more)
        found = told.get(field)
        yield [each for each in found or [] if isinstance(each, dict)]
        cursor = (told.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
