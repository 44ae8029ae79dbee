"""The agents' console as one application, served under `/console` beside the web pages."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from adapters.console.access import PATH, Gate, NotSignedIn
from adapters.console.accounts import account_routes
from adapters.console.audit import audit_routes
from adapters.console.figures import figure_routes
from adapters.console.flows import flow_routes
from adapters.console.inbox import inbox_routes
from adapters.console.inbox_doors import InboxDoors
from adapters.console.inbox_news import inbox_news_routes
from adapters.console.inbox_page import InboxPages
from adapters.console.openid import OpenId, openid_routes
from adapters.console.own_account import own_account_routes
from adapters.console.pages import FOLDER, Pages
from adapters.console.refusals import Apology, to_sign_in
from adapters.console.signing_in import sign_in_routes
from adapters.console.ticket import ticket_routes
from adapters.console.ticket_doors import TicketDoors
from adapters.console.ticket_draft import ticket_draft_routes
from adapters.console.ticket_files import ticket_file_routes
from adapters.console.ticket_macros import ticket_macro_routes
from adapters.console.ticket_new import ticket_new_routes
from adapters.console.ticket_news import ticket_news_routes
from adapters.http.options import HttpOptions
from bot.accounts import Accounts
from bot.audit import Audit
from bot.figure_pages import FigurePages
from bot.flow_pages import FlowPages
from bot.sign_in import SignIn

ConsolePart = Mount
"""The console as a route of the web pages' application (one of its `parts`)."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What the console's pages go through to the desk."""

    accounts: Accounts
    sign_in: SignIn
    audit: Audit
    flows: FlowPages
    figures: FigurePages
    openid: OpenId | None = None
    inbox: InboxDoors | None = None
    ticket_page: TicketDoors | None = None


def console_part(doors: Doors, options: HttpOptions) -> ConsolePart:
    """The console, to be served along with the web pages."""
    return Mount(PATH, create_console(doors, options))


def create_console(doors: Doors, options: HttpOptions) -> FastAPI:
    """The console. Every route declares who may open it (`adapters.console.access`)."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    openid = doors.openid
    gate = Gate(doors.sign_in, options)
    pages = Pages(options.title, openid.provider.options.label if openid else "")
    app.state.gate = gate
    inbox = InboxPages(pages, doors.inbox) if doors.inbox else None
    routers = [
        sign_in_routes(gate, pages, doors.sign_in, inbox),
        own_account_routes(pages, doors.accounts, doors.sign_in),
        account_routes(pages, doors.accounts),
        audit_routes(pages, doors.audit),
        flow_routes(pages, doors.flows),
        figure_routes(pages, doors.figures),
    ]
    if openid:
        routers.append(openid_routes(gate, pages, doors.sign_in, openid, options))
    if doors.inbox and inbox:
        routers += [inbox_routes(inbox, doors.inbox), inbox_news_routes(doors.inbox)]
    if doors.ticket_page:
        routers += ticket_page_routes(pages, doors.ticket_page)
    for router in routers:  # one flat list: a test walks over all of it
        app.router.routes.extend(router.routes)
    app.mount("/static", StaticFiles(directory=FOLDER / "static"))
    apology = Apology(pages)
    app.add_exception_handler(NotSignedIn, to_sign_in)
    app.add_exception_handler(HTTPException, apology.on_refusal)
    app.add_exception_handler(RequestValidationError, apology.on_invalid)
    app.add_exception_handler(Exception, apology.on_error)
    return app


def ticket_page_routes(pages: Pages, doors: TicketDoors) -> list[APIRouter]:
    """One ticket, and what belongs to working on it."""
    return [
        ticket_routes(pages, doors),
        ticket_news_routes(doors),
        ticket_file_routes(doors),
        ticket_draft_routes(doors),
        ticket_new_routes(pages, doors),
        ticket_macro_routes(pages, doors.macros),
    ]
