"""The chat: its page, what is written on it, and its news.

Everything works by plain forms; a script asks for the same with `Accept: application/json`.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from sse_starlette import EventSourceResponse
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.http.theme import theme_of
from adapters.http.throttle import TooFast
from adapters.web.hall import NAME, Hall
from adapters.web.news import answered, is_waiting, news
from adapters.web.session import Session
from adapters.web.talk import NOTICES, Speaker, Unsayable, parse_message, parse_rating
from adapters.web.visitor import Visitor
from bot.channel import Address, Incoming, Sender
from bot.desk import Line

EARLIER_SHOWN = 6
SEND_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Talk:
    """A request about one conversation of its visitor."""

    visitor: Visitor
    number: int
    speaker: Speaker

    @property
    def path(self) -> str:
        return f"/conversations/{self.number}"


@dataclass(frozen=True, slots=True)
class ShownChat:
    """What the templates need to know of the conversation they show."""

    path: str
    form_token: str
    panel: bool = False
    waiting: bool = False

    def fresh_id(self) -> str:
        """A new id for a message: a form that is sent twice is one message."""
        return secrets.token_urlsafe(12)


class ChatRoutes:
    """The routes of the chat."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def routes(self) -> list[Route]:
        one = "/conversations/{number:int}"
        return [
            Route("/", self.newest),
            Route("/widget", self.panel),
            Route("/widget/session", self.hand_over, methods=["POST"]),
            Route("/conversations", self.begin, methods=["POST"]),
            Route(one, self.page),
            Route(one + "/messages", self.say, methods=["POST"]),
            Route(one + "/ratings/{key}", self.rate, methods=["POST"]),
            Route(one + "/events", self.events),
        ]

    async def newest(self, request: Request) -> Response:
        """The page of the newest conversation, the composer filled with `?ask=`."""
        visitor = self._hall.reception.visitor(request)
        talk = self._talk(visitor, visitor.session.conversations)
        return await self._page(request, talk, prefilled=request.query_params.get("ask", ""))

    async def page(self, request: Request) -> Response:
        """The page of one of the visitor's conversations."""
        return await self._page(request, self._addressed(request))

    async def panel(self, request: Request) -> Response:
        """The widget's frame: the same page, empty; its script brings session and messages."""
        visitor = Visitor(self._hall.sessions.new(), known=False)
        return self._render(request, self._talk(visitor, 1), [], panel=True)

    async def hand_over(self, request: Request) -> Response:
        """The widget's session, signed anew: the one it had, or a new one."""
        return self._session_for_script(self._hall.reception.widget_session(request))

    async def begin(self, request: Request) -> Response:
        """A new conversation, unless nothing has been said in the newest one."""
        visitor = self._hall.reception.visitor(request)
        form = await self._hall.reception.form(request)
        self._hall.reception.require_own(request, visitor, form)
        session = visitor.session
        if await self._lines(self._talk(visitor, session.conversations)):
            session = session.with_new_conversation()
        if visitor.by_header:
            return self._session_for_script(session)
        return self._hall.reception.remember(RedirectResponse("/", 303), session)

    async def say(self, request: Request) -> Response:
        """Keep a message; a script is told its id, a plain form gets the page with the answer."""
        talk, form = await self._sent(request)
        try:
            self._hall.require_pace(talk.speaker.sender.id, request)
            message = self._parse(talk, form)
        except (Unsayable, TooFast) as error:
            return await self._not_said(request, talk, form, error)
        accepted = await self._hall.hear(message)
        if wants_json(request):
            return JSONResponse({"id": accepted.message_id}, 202)
        await self._answered(talk)
        lines = await self._lines(talk)
        return RedirectResponse(f"{talk.path}#m{lines[-1].id}", 303)

    async def rate(self, request: Request) -> Response:
        """Keep 👍 or 👎 on one of our messages."""
        talk, form = await self._sent(request)
        key = request.path_params["key"]
        try:
            rating = parse_rating(form, key, talk.speaker, datetime.now(UTC))
        except Unsayable as error:
            raise HTTPException(422, str(error)) from error
        accepted = await self._hall.hear(rating)
        if accepted.message_id is None:
            raise HTTPException(404)
        if wants_json(request):
            return JSONResponse({"helpful": rating.helpful})
        return RedirectResponse(f"{talk.path}#m{accepted.message_id}", 303)

    async def events(self, request: Request) -> Response:
        """The news after `Last-Event-ID` (or `?after=`), live."""
        talk = self._addressed(request)
        address = talk.speaker.address
        if not self._hall.doorbell.has_room(address.thread):
            raise HTTPException(
                503, "Too many pages of this conversation are open. Please close some."
            )
        shown = self._shown_chat(talk, panel=talk.visitor.by_header)

        def render(line: Line) -> str:
            pages = self._hall.pages
            return pages.part("message.html", line=pages.shown_line(line), chat=shown)

        stream = news(
            self._hall.desk,
            self._hall.doorbell,
            address,
            last_seen(request),
            render,
            talk.speaker.sender.id,
        )
        return EventSourceResponse(stream, ping=20, send_timeout=SEND_SECONDS)

    async def _sent(self, request: Request) -> tuple[Talk, FormData]:
        form = await self._hall.reception.form(request)
        talk = self._addressed(request)
        self._hall.reception.require_own(request, talk.visitor, form)
        return talk, form

    def _addressed(self, request: Request) -> Talk:
        """Raises HTTPException 404 for a number the visitor has not begun."""
        visitor = self._hall.reception.visitor(request)
        number = request.path_params["number"]
        if not 1 <= number <= visitor.session.conversations:
            raise HTTPException(404)
        return self._talk(visitor, number)

    def _talk(self, visitor: Visitor, number: int) -> Talk:
        sessions = self._hall.sessions
        address = Address(NAME, sessions.thread(visitor.session, number))
        sender = Sender(sessions.sender(visitor.session), "Web visitor")
        return Talk(visitor, number, Speaker(address, sender))

    def _parse(self, talk: Talk, form: FormData) -> Incoming:
        longest = self._hall.options.max_text
        return parse_message(form, talk.speaker, datetime.now(UTC), longest)

    async def _answered(self, talk: Talk) -> None:
        hall, address = self._hall, talk.speaker.address
        if hall.doorbell.has_room(address.thread):
            await answered(hall.desk, hall.doorbell, address, hall.options.answer_wait)

    async def _lines(self, talk: Talk) -> tuple[Line, ...]:
        speaker = talk.speaker
        return await asyncio.to_thread(
            self._hall.desk.transcript, speaker.address, 0, speaker.sender.id
        )

    async def _not_said(
        self, request: Request, talk: Talk, form: FormData, error: Unsayable | TooFast
    ) -> Response:
        fast = isinstance(error, TooFast)
        status, notice = (429, NOTICES["slow"]) if fast else (422, str(error))
        if wants_json(request):
            response: Response = JSONResponse({"detail": notice}, status)
        else:
            text = str(form.get("text", ""))
            response = await self._page(request, talk, prefilled=text, notice=notice, status=status)
        if isinstance(error, TooFast):
            response.headers["retry-after"] = str(ceil(error.seconds))
        return response

    async def _page(
        self,
        request: Request,
        talk: Talk,
        *,
        prefilled: str = "",
        notice: str = "",
        status: int = 200,
    ) -> Response:
        lines = await self._lines(talk)
        response = self._render(
            request,
            talk,
            lines,
            waiting=is_waiting(lines),
            prefilled=prefilled,
            notice=notice,
            status=status,
        )
        if talk.visitor.by_header:
            return response
        return self._hall.reception.remember(response, talk.visitor.session)

    def _render(
        self,
        request: Request,
        talk: Talk,
        lines: tuple[Line, ...] | list[Line],
        *,
        panel: bool = False,
        waiting: bool = False,
        prefilled: str = "",
        notice: str = "",
        status: int = 200,
    ) -> Response:
        newest = talk.visitor.session.conversations
        numbers = range(max(1, newest - EARLIER_SHOWN + 1), newest + 1)
        return self._hall.pages.page(
            "chat.html",
            status,
            chat=self._shown_chat(talk, panel=panel, waiting=waiting),
            lines=self._hall.pages.shown(lines),
            earlier=[(number, number == talk.number) for number in numbers] if newest > 1 else [],
            examples=self._hall.help_centre.examples(4),
            prefilled=prefilled,
            notice=notice,
            theme=theme_of(request),
        )

    def _shown_chat(self, talk: Talk, *, panel: bool, waiting: bool = False) -> ShownChat:
        token = self._hall.sessions.form_token(talk.visitor.session)
        return ShownChat(talk.path, token, panel, waiting)

    def _session_for_script(self, session: Session) -> Response:
        token = self._hall.sessions.token(session)
        body = {"token": token, "path": f"/conversations/{session.conversations}"}
        return self._hall.reception.remember_widget(JSONResponse(body), session)


def wants_json(request: Request) -> bool:
    """Whether a script asks, and not a form."""
    return "application/json" in request.headers.get("accept", "")


def last_seen(request: Request) -> int:
    """The id of the last line that the reader has."""
    text = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0
