"""The pages of flows: which there are and how they do, and each drawn with who went which way."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from adapters.console.access import requires
from adapters.console.pages import Pages
from bot.flow_pages import FlowFigures, FlowPages
from bot.people import Act


def flow_routes(pages: Pages, flows: FlowPages) -> APIRouter:
    """The routes `/flows` and `/flows/{id}`."""
    router = APIRouter(dependencies=[Depends(requires(Act.SEE_FLOWS))])

    @router.get("/flows")
    def listed(request: Request) -> Response:
        return pages.page(request, "flows.html", flows=flows.list())

    @router.get("/flows/{id}")
    def one(request: Request, id: str) -> Response:
        page = flows.page(id)
        if page is None:
            raise HTTPException(404, "No flow of this name is served (any more).")
        return pages.page(request, "flow.html", page=page, steps=ends_by_step(page.line.figures))

    return router


def ends_by_step(figures: FlowFigures) -> list[tuple[str, int, int, int]]:
    """Each step at which somebody's flow ended: how many were solved, handed off and left there;
    where the most left comes first."""
    at = (figures.solved_at, figures.handed_off_at, figures.left_at)
    names = {name for ends in at for name in ends}
    rows = [(name, *(ends.get(name, 0) for ends in at)) for name in names]
    return sorted(rows, key=lambda row: (-row[3], -row[2], -row[1], row[0]))  # type: ignore[arg-type]
