"""The pages on which leads and admins write macros."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from adapters.console.access import PATH, requires
from adapters.console.pages import Pages
from bot.console import ActRefused
from bot.macros import VARIABLES, Macro, Macros
from bot.people import Act, Person

WRITER = Depends(requires(Act.WRITE_MACROS))
Writer = Annotated[Person, WRITER]
Text = Annotated[str, Form()]
HERE = f"{PATH}/macros"
NEW = Macro(0, "", "")


def ticket_macro_routes(pages: Pages, macros: Macros) -> APIRouter:
    """The routes below `/macros`."""
    router = APIRouter()

    def form(request: Request, macro: Macro, said: str = "") -> Response:
        return pages.page(
            request,
            "ticket-macro.html",
            422 if said else 200,
            macro=macro,
            said=said,
            variables=VARIABLES,
        )

    def keep(request: Request, person: Person, typed: Macro, text_tags: str) -> Response:
        tags = tuple(tag.strip() for tag in text_tags.split(",") if tag.strip())
        typed = Macro(typed.id, typed.name, typed.text.replace("\r\n", "\n"), typed.then, tags)
        try:
            macros.keep(person, typed.name, typed.text, typed.then, tags, typed.id or None)
        except ActRefused as refused:
            return form(request, typed, str(refused))
        return RedirectResponse(f"{HERE}?said=changed", 303)

    @router.get("/macros", dependencies=[WRITER])
    def listed(request: Request) -> Response:
        return pages.page(request, "ticket-macros.html", macros=macros.listed())

    @router.get("/macros/new", dependencies=[WRITER])
    def blank(request: Request) -> Response:
        return form(request, NEW)

    @router.post("/macros/new")
    def create(
        request: Request,
        person: Writer,
        name: Text = "",
        text: Text = "",
        then: Text = "",
        tags: Text = "",
    ) -> Response:
        return keep(request, person, Macro(0, name, text, then), tags)

    @router.get("/macros/{number}", dependencies=[WRITER])
    def show(request: Request, number: int) -> Response:
        found = macros.macro(number)
        if found is None:
            raise HTTPException(404)
        return form(request, found)

    @router.post("/macros/{number}")
    def change(
        request: Request,
        person: Writer,
        number: int,
        name: Text = "",
        text: Text = "",
        then: Text = "",
        tags: Text = "",
    ) -> Response:
        return keep(request, person, Macro(number, name, text, then), tags)

    @router.post("/macros/{number}/remove")
    def remove(person: Writer, number: int) -> Response:
        macros.remove(person, number)
        return RedirectResponse(f"{HERE}?said=changed", 303)

    return router
