"""The admins' page of the audit log."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from adapters.console.access import requires
from adapters.console.pages import Pages
from bot.audit import Audit
from bot.people import Act

ON_A_PAGE = 100


def audit_routes(pages: Pages, audit: Audit) -> APIRouter:
    """The route `/audit`."""
    router = APIRouter(dependencies=[Depends(requires(Act.ADMINISTER))])

    @router.get("/audit")
    def listed(request: Request, before: int | None = None) -> Response:
        lines = audit.listed(ON_A_PAGE, before)
        older = lines[-1].id if len(lines) == ON_A_PAGE else None
        return pages.page(request, "audit.html", lines=lines, older=older)

    return router
