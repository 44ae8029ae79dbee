"""What is kept of flows: runs, what they passed, versions they need, what is done outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.model import Record


class FlowRun(Record, kw_only=True):
    """One user's way through a flow. `state` is all of it (`bot.flow_state`), the rest its summary.

    `status` is `active` or how it ended; `wakes_at` is its timer.
    """

    __tablename__ = "flow_run"
    __table_args__ = (Index(None, "conversation_id", "status"), Index(None, "status", "wakes_at"))

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    flow: Mapped[str] = mapped_column(String(100), index=True)
    version: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(100))
    state: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16), default="active")
    wakes_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class FlowPassage(Record, kw_only=True):
    """An edge that a run passed, for counting; at an end the edge is the kind of step."""

    __tablename__ = "flow_passage"
    __table_args__ = (Index(None, "flow", "step", "edge"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    run: Mapped[str] = mapped_column(String(64), index=True)
    flow: Mapped[str] = mapped_column(String(100))
    step: Mapped[str] = mapped_column(String(100))
    edge: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime]


class FlowSource(Record, kw_only=True):
    """The text of a flow's version that some run began with."""

    __tablename__ = "flow_source"

    flow: Mapped[str] = mapped_column(String(100), primary_key=True)
    version: Mapped[str] = mapped_column(String(16), primary_key=True)
    source: Mapped[str] = mapped_column(Text)


class FlowJob(Record, kw_only=True):
    """What a step wants done outside, once: an `action`, or an `approval` asked of people.

    `state`: `due`; `running` while it is tried; `asked` while people decide; `came` with its
    `edge` and `result`; `done` when the run was told; `dropped` when the run was over by then.
    """

    __tablename__ = "flow_job"
    __table_args__ = (Index(None, "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    run: Mapped[str] = mapped_column(String(64), index=True)
    visit: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    request: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="due")
    edge: Mapped[str] = mapped_column(String(16), default="")
    result: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    decided_by: Mapped[str] = mapped_column(String(255), default="")
