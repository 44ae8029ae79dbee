"""Whatever Slack sends, to whom it concerns. The answer is what Slack is told, and why, for the log."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.assistant.async_assistant import AsyncAssistant
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.agents import Agents
from adapters.slack.cards import parse_card
from adapters.slack.hearing import Hearing
from adapters.slack.interactions import parse_command, parse_interaction, unwrapped
from adapters.slack.messages import (
    Changed,
    Ignored,
    Opened,
    Reacted,
    Removed,
    Revoked,
    Said,
    ThreadGrew,
    parse_event,
)
from adapters.slack.pressing import Pressing
from adapters.slack.workspace import Workspace

log = logging.getLogger(__name__)
bolt_log = logging.getLogger("adapters.slack.bolt")


class Dispatch:
    """Takes every payload of one workspace."""

    def __init__(
        self,
        workspace: Workspace,
        hearing: Hearing,
        pressing: Pressing,
        agents: Agents | None = None,
    ) -> None:
        self._w = workspace
        self._agents = agents
        self._hearing = hearing
        self._pressing = pressing

    async def take(self, body: object) -> str:
        """Take one payload; what became of it, in words. Raises when it could not be kept."""
        payload = unwrapped(body)
        if payload.get("type") == "event_callback":
            return await self.event(payload.get("event"))
        if payload.get("type") == "app_rate_limited":
            log.error("slack: too many events, Slack has stopped telling us of some")
            return "noted: rate limited"
        if "command" in payload:
            command = parse_command(payload)
            if isinstance(command, Ignored):
                return f"ignored: {command.reason}"
            return await self._pressing.take(command)
        press = parse_card(payload) if self._agents else None
        if self._agents and press:
            return await self._agents.take(press)
        return await self._pressing.take(parse_interaction(payload))

    async def event(self, event: object) -> str:
        """Take one event."""
        parsed = parse_event(event, self._w.me)
        match parsed:
            case Said() | Changed() | Removed() | ThreadGrew():
                return await self._hearing.take(parsed)
            case Reacted():
                return await self._pressing.reaction(parsed)
            case Opened():
                return await self._pressing.opened(parsed)
            case Revoked(reason=reason):
                log.error("slack: the app was taken away; install it again", extra={"why": reason})
                return f"noted: {reason}"
            case Ignored(reason=reason):
                return f"ignored: {reason}"


def bolt_app(dispatch: Dispatch, workspace: Workspace) -> AsyncApp:
    """The Bolt app: it checks signatures and speaks the protocols; all else is ours.

    One middleware at its end takes everything, so that no payload is left without an
    acknowledgement, and none has it before we are done.
    """
    options, me = workspace.options, workspace.me

    async def authorize(**_: Any) -> AuthorizeResult:
        """Known since the start. Bolt's own way would ask Slack, and lose the message when it fails."""
        return AuthorizeResult(
            enterprise_id=None,
            team_id=me.team,
            bot_user_id=me.user,
            bot_id=me.bot,
            bot_token=options.bot_token,
        )

    app = AsyncApp(
        name=options.name,
        logger=bolt_log,
        client=AsyncWebClient(
            base_url=options.api_url, session=workspace.client.session, retry_handlers=[]
        ),
        before_authorize=Nonsense(),
        authorize=authorize,
        signing_secret=options.signing_secret,
        process_before_response=True,
    )
    if options.assistant:
        app.use(assistant(dispatch))
    app.use(Everything(dispatch))
    return app


class Nonsense(AsyncMiddleware):
    """Acknowledges an event without content: Bolt's own middleware would fail on it."""

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse:
        """Let everything else pass."""
        body = req.body
        if body.get("type") != "event_callback" or has_type(body.get("event")):
            return await next()
        log.debug("slack: ignored: an event without content")
        return BoltResponse(status=200, body="")


def has_type(event: object) -> bool:
    """Whether it can be an event at all."""
    return isinstance(event, Mapping) and isinstance(event.get("type"), str)


class Everything(AsyncMiddleware):
    """Takes each payload. What it raises makes Bolt answer 500, so that Slack delivers again."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],
    ) -> BoltResponse:
        """Nothing comes after."""
        told = await self._dispatch.take(req.body)
        log.debug("slack: %s", told)
        return BoltResponse(status=200, body="")


def assistant(dispatch: Dispatch) -> AsyncAssistant:
    """Bolt's own middleware for the assistant view: the same deeds by its doors."""
    made = AsyncAssistant(app_name="firstline", logger=bolt_log)

    async def started(body: Mapping[str, Any]) -> None:
        await dispatch.event(body.get("event"))

    async def said(body: Mapping[str, Any]) -> None:
        await dispatch.event(body.get("event"))

    made.thread_started(started)
    made.user_message(said)
    return made
