"""What the routes of the web page share."""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request

from adapters.http.doorbell import Doorbell
from adapters.http.options import HttpOptions
from adapters.http.throttle import Throttle, TooFast
from adapters.web.pages import Pages
from adapters.web.session import Sessions
from adapters.web.visitor import Reception
from bot.channel import Heard, Receive
from bot.desk import Accepted, DatabaseFailed, Desk, Refused
from bot.help_centre import HelpCentre

NAME = "web"


class Hall:
    """The desk, the help centre, and who may do what how often.

    `receive` is what `WebAdapter.run` was given, and None while it does not run.
    """

    def __init__(
        self, desk: Desk, help_centre: HelpCentre, options: HttpOptions, clock: Callable[[], float]
    ) -> None:
        self.desk = desk
        self.help_centre = help_centre
        self.options = options
        self.sessions = Sessions(options.secret, options.session_days)
        self.reception = Reception(self.sessions, options.public_url)
        self.pages = Pages(options.title, help_centre.to_html)
        self.doorbell = Doorbell(total=options.max_streams)
        self.receive: Receive | None = None
        self._session_pace = Throttle(options.rate_per_session, clock)
        self._client_pace = Throttle(options.rate_per_client, clock)

    async def hear(self, heard: Heard) -> Accepted:
        """Keep it. Raises HTTPException 503 when it could not be kept."""
        if self.receive is None:
            raise HTTPException(
                503, "This service is just starting or stopping. Please send it again."
            )
        try:
            accepted = await self.receive(heard)
        except Refused as error:
            raise HTTPException(422, str(error)) from error
        except DatabaseFailed as error:
            raise HTTPException(503, "That could not be kept. Please send it again.") from error
        self.doorbell.ring(heard.address.thread)
        return accepted

    def require_pace(self, sender: str, request: Request) -> None:
        """Raises TooFast when the session, or its network address, writes too fast."""
        client = request.client.host if request.client else ""
        wait = max(self._session_pace.take(sender), self._client_pace.take(client))
        if wait:
            raise TooFast(wait)
