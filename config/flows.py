"""Flows of a desk from its settings: what turns and the clock are given, and their files.

flow_desk(place, …)     for the responders
flow_clock(place, …)    for the timers, actions and approvals
flow_shelf(place)       the flows as they are in the files, for trying and testing
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from secrets import token_hex
from zoneinfo import ZoneInfo

from bot.accounts import Accounts
from bot.ask import Asking
from bot.audiences import Audiences
from bot.channel import Address
from bot.desk import Database
from bot.faults import Fault, no_fault
from bot.flow_approvals import Approvals, may_decide
from bot.flow_book import FlowBook
from bot.flow_clock import FlowClock
from bot.flow_desk import FlowDesk
from bot.flow_ears import FlowEars
from bot.flow_hours import Hours
from bot.flow_jobs import Actions, Function
from bot.flow_tests import Tester, read_dialogs, uncovered
from bot.flow_walk import Ears
from bot.passwords import Passwords
from bot.store import flows as rows
from bot.wording import Wording, load_wording
from config.consoles import opening
from config.problems import SettingsRefused
from config.wiring import Place
from indexer.sources.flows import read_flows
from knowledge.content import Problem
from knowledge.embedder import Embedder
from knowledge.flows.flow import Flow


def flow_desk(place: Place, database: Database, how: Asking, model: Embedder) -> FlowDesk:
    """The flows of the knowledge that is served. Raises SettingsRefused."""
    settings = place.settings.flows
    return FlowDesk(
        book=FlowBook(
            how.knowledge.seen_by(audiences(place).known),
            lambda flow, version: database.read(lambda s: rows.source(s, flow, version)),
        ),
        ears=FlowEars(how.say.flow_phrasings(), model, certain=settings.certainty),
        asking=how,
        known=lambda conversation: database.read(lambda s: rows.known(s, conversation)),
        hours=hours(place),
        tier=place.settings.tickets.first_tier,
        audiences=audiences(place),
        people=settings.people,
    )


def audiences(place: Place) -> Audiences:
    """Which conversations are for others than everybody."""
    return Audiences(place.settings.desk.audiences)


def approvals(place: Place, database: Database, say: Wording) -> Approvals:
    """What people are asked to decide, and who may. Raises SettingsRefused."""
    who, accounts = approvers(place), Accounts(database, Passwords())

    def may(by: str, channel: str, sender: str) -> bool:
        found = partial(accounts.person_of, channel, sender)
        return may_decide(who.get(by, ()), channel, sender, found)

    return Approvals(
        question=lambda key: database.read(lambda s: rows.question(s, key)),
        may_decide=may,
        say=say,
    )


def approvers(place: Place) -> Mapping[str, tuple[str, ...]]:
    """Who may decide what is asked of a name: people, each as `channel:id`. Raises SettingsRefused
    for a name without any: who happens to be in the room has no authority."""
    settings = place.settings.flows
    for name in settings.people:
        if not settings.approvers.get(name):
            raise SettingsRefused(
                f"flows.approvers.{name}: nobody may decide what is asked of `{name}`. Write the "
                f'ids of those who may, such as `{name} = ["slack:U0123456"]`.'
            )
    for name, ids in settings.approvers.items():
        if name not in settings.people:
            raise SettingsRefused(
                f"flows.people.{name}: where is `{name}` asked? Write `channel:thread`, such as "
                "`slack:C0123456`."
            )
        if wrong := next((id for id in ids if not _is_somebody(id)), None):
            raise SettingsRefused(
                f"flows.approvers.{name}: `{wrong}` is nobody. Write `channel:id`, such as "
                "`slack:U0123456`, or `tier:2` for the agents of a tier."
            )
    return settings.approvers


def _is_somebody(written: str) -> bool:
    kind, _, id = written.partition(":")
    return bool(kind and id) and (kind != "tier" or id.isdecimal())


def flow_clock(
    place: Place,
    database: Database,
    how: Asking,
    model: Embedder,
    fault: Fault = no_fault,
    *,
    count: Callable[[str], None] = lambda _what: None,
) -> FlowClock:
    """Timers, actions and approvals of the desk; `count` is told what happened. Raises
    SettingsRefused."""
    return FlowClock(
        database,
        flow_desk(place, database, how, model),
        now=lambda: datetime.now(UTC),
        new_key=lambda: token_hex(12),
        actions=actions(place),
        people=people(place),
        fault=fault,
        opening=opening(place, model),
        count=count,
    )


def hours(place: Place) -> Hours:
    """When people are there. Raises SettingsRefused for an unknown time zone."""
    settings = place.settings.flows
    try:
        ZoneInfo(settings.zone)
    except (KeyError, ValueError, OSError):
        raise SettingsRefused(
            f"flows.zone: there is no time zone {settings.zone}. Write one like Europe/Berlin."
        ) from None
    return Hours(settings.days, settings.opens, settings.closes, settings.zone)


def people(place: Place) -> Mapping[str, Address]:
    """Where those who approve are asked. Raises SettingsRefused."""
    found = {}
    for name, written in place.settings.flows.people.items():
        channel, colon, thread = written.partition(":")
        if not (channel and colon and thread):
            raise SettingsRefused(
                f"flows.people.{name}: write `channel:thread`, such as `slack:C0123456`."
            )
        found[name] = Address(channel, thread)
    return found


def actions(place: Place) -> Actions:
    """What flows may do. Raises SettingsRefused for functions and secrets that cannot be read."""
    settings = place.settings
    functions = {name: _function(name, path) for name, path in settings.flows.functions.items()}
    written = settings.flow_secrets.get_secret_value()
    try:
        secrets = json.loads(written) if written else {}
    except ValueError:
        secrets = None
    if not isinstance(secrets, dict) or not all(isinstance(v, str) for v in secrets.values()):
        raise SettingsRefused('FIRSTLINE_FLOW_SECRETS: write JSON like {"crm": "the secret"}.')
    return Actions(functions, secrets, settings.flows.private_hosts)


def _function(name: str, path: str) -> Function:
    module, colon, attribute = path.partition(":")
    try:
        found: Callable[..., object] = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsRefused(
            f"flows.functions.{name}: `{path}` cannot be loaded ({error}). Write `module:function`, "
            "of a module that this Python can import."
        ) from None
    if not (colon and callable(found)):
        raise SettingsRefused(f"flows.functions.{name}: `{path}` is no function.")
    return found


def flow_folders(place: Place) -> list[Path]:
    """The folders of the desk's flows."""
    found = [each.path for each in place.settings.sources if each.kind == "flows"]
    return [(place.folder / path).resolve() for path in found]


def flow_shelf(folders: list[Path]) -> tuple[dict[str, Flow], list[Problem]]:
    """The flows in these folders as they are now, and what is wrong with them."""
    flows: dict[str, Flow] = {}
    problems: list[Problem] = []
    for folder in folders:
        read, wrong, content = read_flows(folder)
        flows |= {flow.id: flow for flow in read}
        problems += [*wrong, *content.problems]
    return flows, problems


def run_dialogs(
    folders: list[Path], flows: dict[str, Flow], ears: Ears
) -> tuple[list[Problem], list[str], int]:
    """Play all dialogs beside these flows: what went wrong, the ways not taken, how many there were."""
    tester = Tester(flows, ears, load_wording("en"), datetime.now(UTC))
    problems: list[Problem] = []
    passed: set[tuple[str, str, str]] = set()
    played = 0
    for file in sorted(file for folder in folders for file in (folder / "tests").glob("*.md")):
        dialogs, wrong = read_dialogs(file.read_text("utf-8"), str(file))
        problems += wrong
        for dialog in dialogs:
            found, ways = tester.play(dialog, str(file))
            problems += found
            passed |= ways
            played += 1
    return problems, list(uncovered(flows, passed)), played
