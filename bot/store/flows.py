"""Runs of flows as rows: kept with the turn that changed them, found again when they are due.

active(session, conversation)           the run that goes on there
keep(session, conversation, change, …)  all that came of an event, in the caller's transaction
due(session, now, limit)                runs whose time has come
jobs(session, limit), …                 what is to be done outside, once
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from bot.flow_approvals import Question
from bot.flow_model import FlowJob, FlowPassage, FlowRun, FlowSource
from bot.flow_state import Run, run_of, run_record
from bot.model import Conversation
from bot.store.rows import add, changed, table
from bot.turn import Decision, FlowChange

_RUNS = table(FlowRun)
_ACTIVE = select(_RUNS.c.state).where(
    _RUNS.c.conversation_id == bindparam("conversation"), _RUNS.c.status == "active"
)
_CHANGED = ("flow", "version", "step", "state", "status", "wakes_at", "ended_at")
_UPDATE = (
    update(_RUNS)
    .where(_RUNS.c.token == bindparam("run_token"))
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
)
_DUE = (
    select(FlowRun, Conversation)
    .join(Conversation, Conversation.id == FlowRun.conversation_id)
    .where(FlowRun.status == "active", FlowRun.wakes_at <= bindparam("now"))
    .order_by(FlowRun.wakes_at)
    .limit(bindparam("most"))
)
_KNOWN_LENGTH = 500
_KNOWN_RUNS = 5
"""Earlier runs of a conversation from which something is known of the user."""


def active(session: Session, conversation: int) -> Run | None:
    """The run that goes on in the conversation."""
    found = session.execute(_ACTIVE, {"conversation": conversation}).first()
    return run_of(found[0]) if found else None


def known(session: Session, conversation: int) -> dict[str, Any]:
    """What earlier runs there learned of the user, the latest answer of each slot."""
    states = session.scalars(
        select(FlowRun.state)
        .where(FlowRun.conversation_id == conversation, FlowRun.status != "active")
        .order_by(FlowRun.id.desc())
        .limit(_KNOWN_RUNS)
    ).all()
    found: dict[str, Any] = {}
    for state in reversed(states):
        found |= {name: value for name, value in state["slots"].items() if _is_short(value)}
    return found


def _is_short(value: Any) -> bool:
    """Whether it can be offered as an answer: what was pasted once is copied into no other run."""
    return len(str(value)) <= _KNOWN_LENGTH


def keep(session: Session, conversation: int, change: FlowChange, now: datetime) -> None:
    """Write the run, what it passed, the versions it needs, and what is to be done outside."""
    run = change.run
    values = _values(run, now)
    if changed(session, _UPDATE, _renamed(run, values)) == 0:
        add(
            session,
            FlowRun(
                token=run.token,
                conversation_id=conversation,
                started_at=run.started_at,
                **values,
            ),
        )
    _keep_more(session, change, now)


def keep_all(session: Session, changes: Sequence[FlowChange], now: datetime) -> None:
    """The same for many runs that are kept already, at the price of few."""
    if changes:
        runs = [change.run for change in changes]
        session.connection().execute(_UPDATE, [_renamed(run, _values(run, now)) for run in runs])
    for change in changes:
        _keep_more(session, change, now)


def _renamed(run: Run, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"run_token": run.token, **{f"new_{name}": value for name, value in values.items()}}


def _keep_more(session: Session, change: FlowChange, now: datetime) -> None:
    if change.passed:
        rows = [
            {"run": change.run.token, "flow": flow, "step": step, "edge": edge[:255], "at": now}
            for flow, step, edge in change.passed
        ]
        session.execute(insert(table(FlowPassage)), rows)
    _keep_sources(session, change.sources)
    _keep_jobs(session, change, now)


def _values(run: Run, now: datetime) -> dict[str, Any]:
    root = run.callers[0] if run.callers else run
    return {
        "flow": root.flow,
        "version": root.version,
        "step": root.step,
        "state": run_record(run),
        "status": run.over or "active",
        "wakes_at": run.wakes_at,
        "ended_at": now if run.over else None,
    }


def _keep_sources(session: Session, sources: Sequence[tuple[str, str, str]]) -> None:
    for flow, version, source in sources:
        if session.get(FlowSource, (flow, version)) is None:
            session.execute(
                insert(table(FlowSource)), {"flow": flow, "version": version, "source": source}
            )


def _keep_jobs(session: Session, change: FlowChange, now: datetime) -> None:
    token = change.run.token
    if change.request:
        asked = change.request
        add(session, _job(asked.key, token, asked.visit, "action", asdict(asked), now))
    if change.approval:
        wanted = change.approval
        key = f"{token}-{wanted.visit}"
        add(session, _job(key, token, wanted.visit, "approval", asdict(wanted), now))


def _job(
    key: str, run: str, visit: int, kind: str, request: dict[str, Any], now: datetime
) -> FlowJob:
    return FlowJob(key=key, run=run, visit=visit, kind=kind, request=request, created_at=now)


def source(session: Session, flow: str, version: str) -> str | None:
    """The text of that version, if a run began with it."""
    found = session.get(FlowSource, (flow, version))
    return found.source if found else None


def due(session: Session, now: datetime, limit: int) -> list[tuple[Conversation, Run]]:
    """Runs whose time has come, the longest overdue first."""
    found = session.execute(_DUE, {"now": now, "most": limit})
    return [(conversation, run_of(row.state)) for row, conversation in found]


def overdue(session: Session, now: datetime) -> tuple[int, float]:
    """How many timers should have fired by now, and for how many seconds the oldest."""
    waiting = (FlowRun.status == "active", FlowRun.wakes_at <= now)
    count, oldest = session.execute(
        select(func.count(), func.min(FlowRun.wakes_at)).where(*waiting)
    ).one()
    return count, max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def postpone(session: Session, token: str, until: datetime) -> None:
    """A run that could not be advanced is looked at again later."""
    session.execute(update(_RUNS).where(_RUNS.c.token == token).values(wakes_at=until))


def jobs(session: Session, states: Sequence[str], limit: int) -> list[FlowJob]:
    """Jobs in these states, oldest first."""
    found = select(FlowJob).where(FlowJob.state.in_(states)).order_by(FlowJob.id).limit(limit)
    return list(session.scalars(found))


def running(session: Session) -> list[FlowJob]:
    """Jobs that are being tried, or were when a process died."""
    return jobs(session, ("running",), 10_000)


def move_job(session: Session, key: str, before: str, after: str, **values: Any) -> bool:
    """The job goes from one state to the next; False when it is not in that state any more."""
    jobs_table = table(FlowJob)
    moved = (
        update(jobs_table)
        .where(jobs_table.c.key == key, jobs_table.c.state == before)
        .values(state=after, **values)
    )
    return changed(session, moved, {}) == 1


def decide(session: Session, decision: Decision) -> None:
    """What a person decided, once: a second press changes nothing."""
    move_job(
        session,
        decision.job,
        "asked",
        "came",
        edge=decision.edge,
        decided_by=decision.by[:255],
        result={"who": decision.who},
    )


def question(session: Session, key: str) -> Question | None:
    """The approval that was asked for under that key, as it stands."""
    job = session.scalars(select(FlowJob).where(FlowJob.key == key)).first()
    if job is None or job.kind != "approval":
        return None
    found = run_of_job(session, job.run)
    waits = found is not None and not found[1].over and found[1].visit == job.visit
    is_open = job.state == "asked" and waits
    return Question(
        str(job.request["by"]), is_open, job.edge if job.decided_by else "", job.decided_by
    )


def run_of_job(session: Session, token: str) -> tuple[Conversation, Run] | None:
    """The run that asked for the job, and its conversation."""
    found = session.execute(
        select(FlowRun, Conversation)
        .join(Conversation, Conversation.id == FlowRun.conversation_id)
        .where(FlowRun.token == token)
    ).first()
    return (found[1], run_of(found[0].state)) if found else None


def passages(session: Session, flow: str) -> Mapping[tuple[str, str], int]:
    """How many runs left each step of a flow by each edge."""
    rows = session.execute(
        select(FlowPassage.step, FlowPassage.edge, func.count(FlowPassage.run.distinct()))
        .where(FlowPassage.flow == flow)
        .group_by(FlowPassage.step, FlowPassage.edge)
    )
    return {(step, edge): count for step, edge, count in rows}


def outcomes(session: Session, flow: str) -> list[tuple[str, str, datetime, datetime | None]]:
    """(status, last step, started, ended) of every run that began with the flow."""
    rows = session.execute(
        select(FlowRun.status, FlowRun.step, FlowRun.started_at, FlowRun.ended_at).where(
            FlowRun.flow == flow
        )
    )
    return [(status, step, began, ended) for status, step, began, ended in rows]
