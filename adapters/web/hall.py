"""What the routes of the web page share."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request

from adapters.http.doorbell import Doorbell
from adapters.http.hearing import hear
from adapters.http.options import HttpOptions
from adapters.http.stopwatch import Stopwatch
from adapters.http.throttle import Throttle, TooFast
from adapters.web.pages import Pages
from adapters.web.session import Sessions
from adapters.web.visitor import Reception
from bot.channel import Heard, Incoming, Receive
from bot.desk import Accepted, Desk
from bot.help_centre import HelpCentre

NAME = "web"


class Hall:
    """The desk, the help centre, and who may do what how often.

    `receive` is what `WebAdapter.run` was given, and None while it does not run.
    """

    def __init__(
        self,
        desk: Desk,
        help_centre: HelpCentre,
        options: HttpOptions,
        clock: Callable[[], float],
        stopwatch: Stopwatch,
    ) -> None:
        self.desk = desk
        self.help_centre = help_centre
        self.options = options
        self.sessions = Sessions(options.secret, options.session_days)
        self.reception = Reception(self.sessions, options.public_url)
        self.pages = Pages(options.title, help_centre.to_html)
        self.doorbell = Doorbell(total=options.max_streams)
        self.receive: Receive | None = None
        self.stopwatch = stopwatch
        self._session_pace = Throttle(options.rate_per_session, clock)
        self._client_pace = Throttle(options.rate_per_client, clock)

    async def hear(self, heard: Heard) -> Accepted:
        """Keep it. Raises HTTPException 503 when it could not be kept."""
        accepted = await hear(self.receive, heard)
        if isinstance(heard, Incoming) and accepted.new:
            self.stopwatch.start(NAME, heard.address.thread)
        self.doorbell.ring(heard.address.thread)
        return accepted

    def require_pace(self, sender: str, request: Request) -> None:
        """Raises TooFast when the session, or its network address, writes too fast."""
        client = request.client.host if request.client else ""
        wait = max(self._session_pace.take(sender), self._client_pace.take(client))
        if wait:
            raise TooFast(wait)
