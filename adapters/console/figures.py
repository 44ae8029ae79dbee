"""The leads' page of figures, drawn as charts, and the same as a CSV file."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from adapters.console.access import requires
from adapters.console.pages import Pages
from bot.figure_pages import FigurePages, Figures, NoPeriod, in_csv
from bot.people import Act

CSV = "text/csv; charset=utf-8"


def figure_routes(pages: Pages, door: FigurePages) -> APIRouter:
    """The routes `/figures` and `/figures.csv`."""
    router = APIRouter(dependencies=[Depends(requires(Act.SEE_FIGURES))])

    def shown(request: Request, found: Figures, tier: str, status: int, error: str) -> Response:
        given = {"found": found, "error": error, "length": length, "tier": tier}
        return pages.page(request, "figures.html", status, **given)

    @router.get("/figures")
    def page(request: Request, start: str = "", end: str = "", tier: str = "") -> Response:
        try:
            return shown(request, door.of(start, end, tier_of(tier)), tier, 200, "")
        except NoPeriod as refused:
            return shown(request, door.of(), "", 422, str(refused))

    @router.get("/figures.csv")
    def as_csv(start: str = "", end: str = "", tier: str = "") -> Response:
        try:
            found = door.of(start, end, tier_of(tier))
        except NoPeriod as refused:
            return Response(f"{refused}\n", 422, media_type="text/plain")
        name = f"figures-{found.start}-{found.end}.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return Response(in_csv(found), media_type=CSV, headers=headers)

    return router


def tier_of(typed: str) -> int:
    """The tier that was typed; 0 means all. Raises NoPeriod."""
    if not typed.strip():
        return 0
    if typed.isascii() and typed.isdigit() and len(typed) < 4:
        return int(typed)
    raise NoPeriod("Write the tier as a number, or leave it out for all.")


def length(minutes: float | None) -> str:
    """Minutes as people say them."""
    if minutes is None:
        return "–"
    if minutes < 60:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 48 * 60 else f"{minutes / 1440:.1f} d"
