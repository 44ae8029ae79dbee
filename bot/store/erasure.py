"""What belongs to a conversation, a ticket or a requester, and its deletion.

reach(session, start)       all rows that hang on some rows, by table
erase(session, reached)     delete them
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Column, Table, delete, select, update
from sqlalchemy.orm import Session

import bot.card_model
import bot.flow_model
import bot.inbox_model
import bot.model_after
import bot.model_tickets  # noqa: F401 - every table that hangs on those must be known
from bot.flow_model import FlowJob, FlowPassage, FlowRun
from bot.model import Message, Record, Ticket
from bot.store.rows import table
from bot.webhook_model import WebhookDelivery

AT_ONCE = 400
"""Ids in one statement; databases have a limit."""

Reached = dict[Table, set[Any]]
"""Primary keys by table."""


def reach(session: Session, start: Mapping[Table, Iterable[Any]]) -> Reached:
    """The rows given, and all that refer to them, directly or over others."""
    found: Reached = {}
    todo = [(where, set(keys)) for where, keys in start.items()]
    while todo:
        where, keys = todo.pop()
        new = keys - found.setdefault(where, set())
        found[where] |= new
        if new:
            todo += [(child, ids) for child, ids in _children(session, where, new) if ids]
    return {where: keys for where, keys in found.items() if keys}


def erase(session: Session, reached: Reached) -> None:
    """Delete them, what refers to others first; what flows keep of the runs among them, and what
    webhooks were told of the tickets."""
    keys = reached.get(table(FlowRun), set())
    runs: set[str] = set()
    for some in _portions(keys):
        runs |= set(session.scalars(select(FlowRun.token).where(FlowRun.id.in_(some))))
    for kind in (FlowJob, FlowPassage):
        for some in _portions(runs):
            session.execute(delete(kind).where(kind.run.in_(some)))
    for some in _portions(reached.get(table(Ticket), set())):
        session.execute(delete(WebhookDelivery).where(WebhookDelivery.ticket_id.in_(some)))
        session.execute(update(Message).where(Message.ticket_id.in_(some)).values(ticket_id=None))
    for where in reversed(Record.metadata.sorted_tables):
        for some in _portions(reached.get(where, set())):
            session.execute(delete(where).where(_key(where).in_(some)))


def counts(reached: Reached) -> dict[str, int]:
    """How many rows of each kind."""
    return {
        where.name: len(keys) for where, keys in sorted(reached.items(), key=lambda p: p[0].name)
    }


def _children(session: Session, where: Table, keys: set[Any]) -> Iterator[tuple[Table, set[Any]]]:
    for child in Record.metadata.sorted_tables:
        for link in child.foreign_keys:
            if link.column.table is where:
                ids: set[Any] = set()
                for some in _portions(keys):
                    wanted = select(_key(child)).where(link.parent.in_(some))
                    ids |= set(session.scalars(wanted))
                yield child, ids


def _key(where: Table) -> Column[Any]:
    (key,) = where.primary_key.columns
    return key


def _portions(keys: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(sorted(keys))
    while some := list(islice(left, AT_ONCE)):
        yield some
