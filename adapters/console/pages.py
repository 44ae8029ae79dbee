"""The console's pages: templates that extend `console.html`, and what each of them is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from adapters.console.access import PATH
from adapters.console.navigation import entries_for
from adapters.http.theme import theme_of

FOLDER = Path(__file__).parent


class Pages:
    """Renders pages and parts of pages.

    Every template has `site` (the desk's name), `console` (the path that all pages begin with),
    `person` (None when nobody is signed in), `login`, `nav`, `here` (the path), `form_token`,
    `theme` and `notice` (what was just done: that of `NOTICES` which `?said=` names, or empty).
    """

    def __init__(self, title: str, openid: str = "") -> None:
        """`openid` is what the OpenID provider is called; empty when there is none."""
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= {"site": title, "console": PATH, "openid": openid}

    def page(
        self, request: Request, template: str, status: int = 200, **given: Any
    ) -> HTMLResponse:
        """A whole page."""
        return HTMLResponse(self.part(request, template, **given), status_code=status)

    def part(self, request: Request, template: str, **given: Any) -> str:
        """A piece of a page, to be put into one that is open already."""
        signed_in = getattr(request.state, "signed_in", None)
        person = signed_in.person if signed_in else None
        usual = {
            "person": person,
            "login": signed_in.login if signed_in else "",
            "nav": entries_for(person) if person else (),
            "here": request.url.path,
            "form_token": getattr(request.state, "form_token", ""),
            "theme": theme_of(request),
            "notice": NOTICES.get(request.query_params.get("said", ""), ""),
        }
        return self._environment.get_template(template).render({**usual, **given})


NOTICES = {
    "created": "The account is made.",
    "changed": "Kept.",
    "password": "The new password is set. All other sessions of the account were ended.",
    "disabled": "The account is disabled, and signed out everywhere.",
    "enabled": "The account can sign in again.",
    "ended": "Signed out there.",
    "filter-kept": "The list is kept under that name.",
    "filter-deleted": "The saved list is deleted.",
    "away": "You are away: nothing is handed out to you.",
    "present": "You are there.",
    "signed-out": "You are signed out.",
}
"""What is said after something was done: `?said=` names it, so that no link can say anything else."""
