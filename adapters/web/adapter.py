"""The web page as a channel.

What is said is in the database, and the page reads it there: to send is only to ring.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from adapters.http.options import HttpOptions
from adapters.http.server import listen, serve
from adapters.http.stopwatch import Stopwatch
from adapters.web.app import create_app
from adapters.web.hall import NAME, Hall
from bot.channel import Outgoing, Receive
from bot.desk import Desk
from bot.help_centre import HelpCentre


class WebAdapter:
    """The chat page, the help centre and the widget, served over HTTP.

    `parts` are routes of others to be served along (the API, health and metrics).
    `listener` is a listening socket (see `adapters.http.server.listen`); without one,
    `run` listens on the host and port of the options. `app` can be called without `run`,
    but nothing can be written until `run` has been given its `receive`.
    """

    def __init__(
        self,
        desk: Desk,
        help_centre: HelpCentre,
        options: HttpOptions,
        *,
        parts: Sequence[BaseRoute] = (),
        listener: socket.socket | None = None,
        stopwatch: Stopwatch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hall = Hall(desk, help_centre, options, clock, stopwatch or Stopwatch(clock))
        self._options = options
        self._listener = listener
        self.app: Starlette = create_app(self._hall, parts)

    @property
    def name(self) -> str:
        return NAME

    async def run(self, receive: Receive) -> None:
        """Serve until cancelled. Raises PortTaken."""
        listener = self._listener or listen(self._options.host, self._options.port)
        self._listener = None  # it is closed at the end; a second run listens afresh
        self._hall.receive = receive
        self._hall.doorbell.open()
        await serve(
            self.app,
            listener,
            trusted_proxies=self._options.trusted_proxies,
            before_end=self._stop_hearing,
        )

    async def send(self, outgoing: Outgoing) -> str:
        """Tell the open pages of the conversation to look. Never fails; the id is the key."""
        self._hall.stopwatch.stop(NAME, outgoing.address.thread)
        self._hall.doorbell.ring(outgoing.address.thread)
        return outgoing.key

    def _stop_hearing(self) -> None:
        self._hall.receive = None
        self._hall.doorbell.close()
