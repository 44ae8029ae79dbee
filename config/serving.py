"""Running a desk: everything is opened, served until a signal, and closed in turn.

desk_over(place, knowledge, …)   database + knowledge -> Desk
web_channels(place, desk, …)     pages, API and operations on one listening socket
serve(place, …)                  all of it, with the content followed, until SIGTERM or Ctrl-C
"""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

from adapters.api.adapter import ApiAdapter
from adapters.api.operations import Operations
from adapters.api.programs import ProgramDoors
from adapters.console.app import ConsolePart, console_part
from adapters.http.options import HttpOptions
from adapters.http.stopwatch import Stopwatch
from adapters.terminal import TerminalAdapter
from adapters.web.adapter import WebAdapter
from bot import worker
from bot.api_tokens import ApiTokens
from bot.ask import Asking, in_json
from bot.channel import Adapter, Choice
from bot.desk import Database, Desk, DeskWording, open_database
from bot.faults import Fault, die_at, no_fault
from bot.help_centre import HelpCentre
from bot.intents import Intents
from bot.responders import respond
from bot.responders.again import again
from bot.responders.approval import deciding
from bot.responders.closing import closing
from bot.responders.command import command
from bot.responders.flow import starting, walking
from bot.responders.for_people import for_people
from bot.responders.hand_off import failed, hand_off
from bot.responders.late import late
from bot.responders.only_if_sure import only_if_sure
from bot.responders.search import HUMAN, search
from bot.responders.with_agent import with_agent
from bot.timed_knowledge import TimedKnowledge
from bot.timing import Timings
from bot.turn import Reply
from config.console import console_doors
from config.consoles import (
    closings,
    console_over,
    inbox_doors,
    opening,
    retention_over,
    same_ask,
    telling,
    ticket_clock,
    ticket_doors,
)
from config.disk import disk_left
from config.flows import approvals, audiences, flow_clock, flow_desk
from config.limits import late_rules, limits
from config.platforms import Connected, platforms, troubles
from config.problems import SettingsRefused
from config.roles import chores_here, held, roles
from config.settings import fault_point
from config.stopping import until_signal
from config.telemetry import telemetry
from config.triage import agents_side, at_work
from config.webhooks import webhook_door, webhook_post, with_webhooks
from config.wiring import Place, asking, database_url, follower, site
from knowledge.base import KnowledgeBase
from knowledge.embedder import Embedder
from knowledge.live import LiveKnowledge


@contextmanager
def open_desk(
    place: Place, knowledge: KnowledgeBase, model: Embedder, timings: Timings
) -> Iterator[tuple[Desk, Asking, Database]]:
    """The desk over its database, closed at the end. Raises DatabaseRefused."""
    how = asking(place, knowledge)
    connections = place.settings.database.connections
    lease = place.settings.work.lease_seconds
    database = open_database(database_url(place), connections=connections, lease=lease)
    try:
        yield desk_over(place, database, how, model, timings), how, database
    finally:
        database.close()


def desk_over(
    place: Place,
    database: Database,
    how: Asking,
    model: Embedder,
    timings: Timings | None = None,
) -> Desk:
    """The desk with all its ways to respond, in their order."""
    tier = place.settings.tickets.first_tier
    intents = Intents(how.say.phrasings(), model)
    flows, read_by = flow_desk(place, database, how, model), audiences(place)
    everything = how.seen_by(read_by.known)
    responders = (
        closing(how.say, closings(place, database, how.say).look),
        with_agent,
        for_people(how.say, tier=tier),
        deciding(approvals(place, database, how.say)),
        walking(flows),
        read_by.responder(how, partial(command, intents=intents, tier=tier)),
        starting(flows),
        read_by.responder(how, search),
        hand_off(how.say, tier=tier),
    )
    return Desk(
        database,
        late(
            only_if_sure(
                again(
                    same_ask(place, database, partial(respond, responders=responders), model, how),
                    intents.affirms,
                ),
                how.thresholds.sure,
            ),
            late_rules(place),
            how.say,
        ),
        wording=wording(how, tier),
        articles_exist=lambda ids: all(everything.knowledge.article(id) for id in ids),
        limits=limits(place),
        fault=fault_of_tests(),
        timings=timings,
        opening=opening(place, model),
    )


def fault_of_tests() -> Fault:
    """The point at which a test wants this process to die."""
    named = fault_point()
    return die_at(named) if named else no_fault


def wording(how: Asking, tier: int) -> DeskWording:
    """What the desk itself has to say."""
    say = how.say
    return DeskWording(
        failed=only_if_sure(failed(say, tier=tier), how.thresholds.sure),
        left_out=lambda kept, left: Reply(say("left_out", kept=kept, left_out=left)),
        files_left_out=lambda names: Reply(say("files_left_out", files=names)),
        too_fast=lambda: Reply(say("too_fast"), choices=(Choice(HUMAN, say("label_human")),)),
        edited=lambda choice: Reply(say("edited"), choices=(Choice(choice, say("label_again")),)),
    )


def http_options(place: Place, port: int | None) -> HttpOptions:
    """What is served over HTTP, and how. Raises SettingsRefused."""
    settings = place.settings
    try:
        return HttpOptions(
            secret=settings.secret.get_secret_value(),
            host=settings.web.host,
            port=settings.web.port if port is None else port,
            title=settings.desk.name,
            public_url=settings.web.public_url,
            embed_origins=settings.web.embed_origins,
            operator_token=settings.operator_token.get_secret_value(),
            trusted_proxies=settings.web.trusted_proxies,
            rate_per_session=settings.limits.questions_per_minute,
            rate_per_client=settings.limits.requests_per_minute,
            session_days=settings.web.session_days,
        )
    except ValueError as error:
        raise SettingsRefused(
            f"FIRSTLINE_SECRET: {error}. Put it into {place.folder / '.env'}."
        ) from None


def web_channels(
    desk: Desk,
    place: Place,
    how: Asking,
    centre: HelpCentre,
    options: HttpOptions,
    listener: socket.socket | None,
    others: Sequence[Connected],
    console: ConsolePart,
    programs: ProgramDoors,
) -> Sequence[Adapter]:
    """The pages, the console and the API, served together on the listening socket; `others` are
    shown on the health page."""
    stopwatch = Stopwatch(time.monotonic)
    api = ApiAdapter(
        desk,
        lambda question: in_json(how.ask(question)),
        options,
        doors=programs,
        stopwatch=stopwatch,
    )
    names = ("web", "api", *(each.name for each in others))
    operations = Operations(
        desk,
        centre,
        options,
        stopwatch,
        channels=names,
        troubles=with_webhooks(troubles(others), programs.webhooks),
        disk=partial(disk_left, place),
        tokens=programs.tokens,
    )
    parts = (*api.routes, *operations.routes, console)
    return (
        WebAdapter(desk, centre, options, parts=parts, listener=listener, stopwatch=stopwatch),
        api,
    )


def serve(
    place: Place,
    knowledge: LiveKnowledge,
    model: Embedder,
    options: HttpOptions,
    listener: socket.socket | None,
    *,
    announce: Callable[[], None],
) -> None:
    """Serve until SIGTERM or Ctrl-C (without a `listener`: no pages). `announce`: all is open."""
    with ExitStack() as open_things:
        secret = place.settings.secret.get_secret_value()
        tell = open_things.enter_context(telemetry(place.settings.telemetry, secret))
        timings = Timings(tell)
        timed = TimedKnowledge(knowledge, timings)
        desk, how, database = open_things.enter_context(open_desk(place, timed, model, timings))
        open_things.enter_context(following(place, knowledge, model))
        centre = HelpCentre(timed, database)
        address = site(place, listener.getsockname()[1] if listener else None)
        options = replace(options, site=address)
        everything = how.knowledge.seen_by(audiences(place).known)
        doors = console_doors(place, database, everything)
        tickets = console_over(place, database, desk, how.say, model)
        agents = agents_side(place, database, tickets, doors.accounts, address)
        connected = platforms(place, desk, database, centre, address, agents)
        others = held(connected, database)
        inbox, meant = inbox_doors(place, database, tickets, doors.accounts, model)
        page = ticket_doors(tickets, database, doors.accounts, centre, inbox)
        console = console_part(replace(doors, ticket_page=page, inbox=inbox), options)
        hooks = webhook_door(place, database)
        programs = ProgramDoors(tickets, ApiTokens(database), doors.accounts, hooks)
        web = web_channels(desk, place, how, centre, options, listener, others, console, programs)
        adapters = (*web, *others)
        work = place.settings.work
        pace = worker.Pace(turns=work.turns, deliveries=work.deliveries, grace=work.grace_seconds)
        clock = flow_clock(place, database, how, model, fault_of_tests(), count=desk.count)
        announce()
        ticks = ticket_clock(place, database, doors.accounts, fault_of_tests())
        chores = chores_here(
            place,
            (
                clock.timers,
                clock.jobs,
                ticks.work,
                tickets.close_due,
                meant,
                webhook_post(place, database, fault_of_tests()).post,
                *telling(place, database, desk, how.say),
                retention_over(place, database).work,
            ),
        )
        part = roles(place, web, others)
        asyncio.run(until_signal(at_work(desk, adapters, pace, chores, agents, connected, part)))


def chat_here(place: Place, knowledge: LiveKnowledge, model: Embedder) -> None:
    """Talk at this terminal until the input ends."""
    with ExitStack() as open_things:
        opened = open_desk(place, knowledge, model, Timings())
        desk, how, database = open_things.enter_context(opened)
        open_things.enter_context(following(place, knowledge, model))
        terminal = TerminalAdapter(desk.waiting, read=sys.stdin, write=sys.stdout, site=site(place))
        clock = flow_clock(place, database, how, model, count=desk.count)
        chores = (clock.timers, clock.jobs)
        asyncio.run(until_signal(worker.run(desk, (terminal,), chores=chores)))


@contextmanager
def following(place: Place, knowledge: LiveKnowledge, model: Embedder) -> Iterator[None]:
    """The content is followed by a thread of its own while the block runs."""
    stop = threading.Event()
    thread = threading.Thread(
        target=follower(place, knowledge, model).run, args=(stop,), name="follower"
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
