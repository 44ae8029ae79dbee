"""The Slack channel: hears over Socket Mode or signed HTTP, speaks over the Web API.

run(receive)
  auth.test                       who we are
  Dispatch, by Bolt               each payload; acknowledged when `receive` has returned
  CatchUp.everything              after each connection
  Marks.flush                     how far we heard, now and then
send(outgoing)                    Sending
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from slack_sdk.web.async_client import AsyncWebClient

from adapters.listening import AsksPeople, nobody_asks
from adapters.slack.agents import Agents
from adapters.slack.api import Refusal, call, new_session, web_client
from adapters.slack.catchup import CatchUp
from adapters.slack.dispatch import Dispatch, bolt_app
from adapters.slack.hearing import Hearing
from adapters.slack.listeners import Way, http_server, socket_mode
from adapters.slack.marks import BEAT, RUNNING, Marks, NoBookmarks
from adapters.slack.messages import Me, word
from adapters.slack.options import Recall, ShowHome, SlackOptions
from adapters.slack.pace import Pace
from adapters.slack.places import moment, written_ts
from adapters.slack.pressing import Pressing
from adapters.slack.reading import Reading
from adapters.slack.sending import Sending
from adapters.slack.signs import Signs
from adapters.slack.talks import Talks
from adapters.slack.threads import Threads
from adapters.slack.workspace import Workspace
from bot.agents_side import AgentsSide, CardPosting
from bot.channel import Bookmarks, Incoming, Outgoing, Receive, SendError

log = logging.getLogger(__name__)

FLUSH_EVERY = 1.0
LOOK_AGAIN = 30.0
NOTICED_LATE = timedelta(minutes=1)
"""How long a broken connection may look open."""
AUTH_WAITS = (1.0, 5.0, 30.0, 60.0)


class SlackAdapter:
    """One workspace as a channel. `show_home` fills the App Home, `recall` finds an answer that
    is to be shared; without them there is no home, and no share button. `asks_people` tells whose
    replies are for people who took over. With `agents` tickets have cards in triage channels."""

    def __init__(
        self,
        options: SlackOptions,
        *,
        bookmarks: Bookmarks | None = None,
        show_home: ShowHome | None = None,
        recall: Recall | None = None,
        asks_people: AsksPeople = nobody_asks,
        agents: AgentsSide | None = None,
    ) -> None:
        self.name = options.name
        self._agents_side = agents
        self._agents: Agents | None = None
        self._options = options
        self._bookmarks = bookmarks or NoBookmarks()
        self._show_home = show_home
        self._recall = recall
        self._asks_people = asks_people
        self._sending: Sending | None = None
        self._signs: Signs | None = None
        self._trouble = "Not connected yet."

    @property
    def trouble(self) -> str:
        """Why nothing is heard at the moment, for the health page; empty when all is well."""
        return self._trouble

    async def run(self, receive: Receive) -> None:
        """Listen until cancelled. Raises ValueError for settings that cannot work."""
        check(self._options)
        async with new_session(self._options) as session:
            client = web_client(self._options, session)
            me = await introduced(client, self._in_trouble)
            reading = Reading(client, session, me, self._options)
            kept = await self._bookmarks.load(self.name)
            workspace = Workspace(
                options=self._options,
                client=client,
                me=me,
                receive=receive,
                reading=reading,
                threads=Threads(reading.thread),
                talks=Talks(reading.talk, self._options.quiet),
                marks=Marks(self.name, self._bookmarks, kept),
                asks_people=self._asks_people,
            )
            workspace.others_until = others_until(kept, workspace)
            await self._serve(workspace)

    async def _serve(self, workspace: Workspace) -> None:
        hearing = Hearing(workspace)
        catch_up = CatchUp(workspace, hearing.missed)
        hearing.catch_up, hearing.catch_up_thread = catch_up.channel, catch_up.thread
        pressing = Pressing(workspace, hearing, self._show_home, self._recall)
        pace = Pace(self._options.post_interval, time.monotonic)
        side = self._agents_side
        self._agents = hearing.agents = Agents(workspace, side, pace) if side else None
        app = bolt_app(Dispatch(workspace, hearing, pressing, self._agents), workspace)
        new_connection = asyncio.Event()

        def connected() -> None:
            catch_up.fall_behind()
            new_connection.set()

        self._sending = Sending(workspace, pace, can_share=self._recall is not None)
        self._signs = Signs(workspace)
        catch_up.fall_behind()
        connect = socket_mode if self._options.mode == "socket" else http_server
        try:
            async with (
                connect(app, self._options, connected) as way,
                background(
                    keep_marks(workspace, catch_up, way),
                    self._look(way),
                    keep_up(catch_up, workspace, new_connection),
                ),
            ):
                await way.watch()
        finally:
            self._sending = self._signs = self._agents = None
            self._in_trouble("The connection was closed.")
            await asyncio.shield(save_marks(workspace, listening=False))

    def _in_trouble(self, why: str) -> None:
        self._trouble = why

    async def _look(self, way: Way) -> None:
        while True:
            self._in_trouble("" if await way.is_open() else "The connection to Slack is lost.")
            await asyncio.sleep(FLUSH_EVERY)

    async def send(self, outgoing: Outgoing) -> str:
        """Deliver one message and return Slack's identity of it. Raises SendError."""
        sending, signs = self._sending, self._signs
        if sending is None or signs is None:
            raise SendError("Slack is not connected", retry_after=1.0)
        try:
            external_id = await sending.send(outgoing)
        except SendError as error:
            if error.broken:
                log.error("slack: cannot send", extra={"why": str(error)})
            raise
        signs.take_away(outgoing.address.thread)
        await signs.stands(outgoing)
        return external_id

    async def post(self, posting: CardPosting) -> str:
        """Show something to agents. Raises SendError."""
        if self._agents is None:
            raise SendError("Slack is not connected", retry_after=1.0)
        return await self._agents.post(posting)

    async def working(self, incoming: Incoming) -> None:
        """Show that an answer is on its way. Never raises."""
        if self._signs:
            await self._signs.show(incoming)


def check(options: SlackOptions) -> None:
    """Refuse settings that cannot work. Raises ValueError that says what to do."""
    if not options.bot_token.startswith("xoxb-"):
        raise ValueError(
            "The bot token must start with xoxb-: copy it from OAuth & Permissions to "
            "FIRSTLINE_SLACK__BOT_TOKEN."
        )
    if options.mode == "socket" and not options.app_token.startswith("xapp-"):
        raise ValueError(
            "Socket Mode needs an app-level token that starts with xapp-: make one under Basic "
            "Information, with the scope connections:write, as FIRSTLINE_SLACK__APP_TOKEN."
        )
    if options.mode == "http" and not options.signing_secret:
        raise ValueError(
            "HTTP needs the signing secret: copy it from Basic Information to "
            "FIRSTLINE_SLACK__SIGNING_SECRET."
        )


async def introduced(client: AsyncWebClient, in_trouble: Callable[[str], None]) -> Me:
    """Who we are. While Slack refuses or cannot be reached, it is asked again, ever more rarely."""
    number = 0
    while True:
        try:
            told = await call(client.auth_test)
            return Me(word(told, "user_id"), word(told, "bot_id"), word(told, "team_id"))
        except Refusal as refused:
            wait = refused.retry_after or AUTH_WAITS[min(number, len(AUTH_WAITS) - 1)]
            in_trouble(str(refused))
            log.error("slack: cannot start", extra={"why": str(refused), "again_in": wait})
            await asyncio.sleep(wait)
            number += 1


@asynccontextmanager
async def background(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """The coroutines run beside; they end with the block."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def others_until(kept: Mapping[str, str], workspace: Workspace) -> str:
    """Until when an earlier process may have posted; empty when there was none."""
    if isinstance(workspace.marks.bookmarks, NoBookmarks):
        return written_ts(workspace.started + NOTICED_LATE)
    seen = kept.get(RUNNING, "")
    return written_ts(moment(seen) + NOTICED_LATE + timedelta(seconds=BEAT)) if seen else ""


async def keep_marks(workspace: Workspace, catch_up: CatchUp, way: Way) -> None:
    """Save how far we heard, and that we listen."""
    while True:
        await asyncio.sleep(FLUSH_EVERY)
        listening = catch_up.up_to_date and await way.is_open()
        await save_marks(workspace, listening=listening)


async def save_marks(workspace: Workspace, *, listening: bool) -> None:
    """Save the marks. That we listen is only said once nothing is missing any more."""
    since = max(workspace.started, workspace.now() - NOTICED_LATE)
    try:
        alive = written_ts(since) if listening else ""
        await workspace.marks.flush(alive=alive, running=written_ts(workspace.now()))
    except Exception as error:  # noqa: BLE001 - the store may be away for a while
        log.warning("slack: marks not saved", extra={"error": type(error).__name__})


async def keep_up(catch_up: CatchUp, workspace: Workspace, new: asyncio.Event) -> None:
    """Fetch what was missed: after each connection, and what could not be kept a while ago."""
    stuck: set[str] = set()
    while True:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN):
                await new.wait()
        if new.is_set():
            new.clear()
            stuck = set()
        for place in stuck & set(workspace.marks.unkept()):
            catch_up.again(place)
        if not catch_up.up_to_date or stuck:
            await catch_up.everything()
            await save_marks(workspace, listening=catch_up.up_to_date)
        stuck = set(workspace.marks.unkept())
