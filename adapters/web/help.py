"""The help centre's pages: find, read, rate."""

from __future__ import annotations

import asyncio

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.http.theme import theme_of
from adapters.web.chat import wants_json
from adapters.web.hall import Hall
from adapters.web.visitor import Visitor
from bot.help_centre import ArticlePage, article_path

LONGEST_SEARCH = 500
CONTENTS_FROM = 3


class HelpRoutes:
    """The routes of the help centre."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def routes(self) -> list[Route]:
        return [
            Route("/help", self.shelves),
            Route("/help/{id:path}/rating", self.rate, methods=["POST"]),
            Route("/help/{id:path}", self.article),
        ]

    async def shelves(self, request: Request) -> Response:
        """All articles, or those that fit `?q=`."""
        query = " ".join(request.query_params.get("q", "").split())[:LONGEST_SEARCH]
        centre = self._hall.help_centre
        found = await asyncio.to_thread(centre.search, query) if query else ()
        return self._hall.pages.page(
            "help.html",
            query=query,
            found=found,
            shelves=centre.shelves(),
            theme=theme_of(request),
        )

    async def article(self, request: Request) -> Response:
        """One article; a friendly page with the search when there is none (any more)."""
        id = request.path_params["id"]
        page = await asyncio.to_thread(self._hall.help_centre.article, id)
        if page is None:
            return self._hall.pages.page("withdrawn.html", 404, theme=theme_of(request))
        visitor = self._hall.reception.visitor(request)
        rated = await asyncio.to_thread(
            self._hall.help_centre.rated, id, self._hall.sessions.sender(visitor.session)
        )
        return self._shown(request, page, visitor, rated)

    async def rate(self, request: Request) -> Response:
        """Keep whether an article was helpful."""
        form = await self._hall.reception.form(request)
        visitor = self._hall.reception.visitor(request)
        self._hall.reception.require_own(request, visitor, form)
        id, helpful = request.path_params["id"], form.get("helpful")
        if helpful not in ("yes", "no"):
            raise HTTPException(422, "Please say whether it was helpful: yes or no.")
        sender = self._hall.sessions.sender(visitor.session)
        centre = self._hall.help_centre
        if not await asyncio.to_thread(centre.rate, id, sender, helpful == "yes"):
            raise HTTPException(404)
        if wants_json(request):
            return JSONResponse({"helpful": helpful == "yes"})
        return RedirectResponse(article_path(id) + "#rating", 303)

    def _shown(
        self, request: Request, page: ArticlePage, visitor: Visitor, rated: bool | None
    ) -> Response:
        sections = [content for content in page.contents if content.level <= 3]
        response = self._hall.pages.page(
            "article.html",
            article=page,
            contents=sections if len(sections) >= CONTENTS_FROM else [],
            html=Markup(page.html),  # noqa: S704 (sanitised by the help centre)
            canonical=self._hall.options.public_url + page.path,
            path=page.path,
            form_token=self._hall.sessions.form_token(visitor.session),
            rated=rated,
            theme=theme_of(request),
        )
        return self._hall.reception.remember(response, visitor.session)
