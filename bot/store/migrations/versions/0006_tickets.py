"""Tickets that people work on: their values, notes, links, talks, requesters, and full text"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store import full_text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _columns()
    _requesters()
    _around_tickets()
    _text()
    _bring_forward()


def _columns() -> None:
    def add(name: str, kind: sa.types.TypeEngine[Any], default: object = None) -> None:
        op.add_column(
            "ticket",
            sa.Column(name, kind, nullable=default is None, server_default=default),  # type: ignore[arg-type]
        )

    add("requester_id", sa.Integer(), "0")
    add("type", sa.String(length=16), "question")
    add("priority", sa.String(length=16), "normal")
    add("queue", sa.String(length=64), "support")
    add("assignee", sa.String(length=255))
    add("tags", sa.JSON(), "[]")
    add("fields", sa.JSON(), "{}")
    add("followers", sa.JSON(), "[]")
    for moment in ("snoozed_until", "solved_at", "closed_at", "due_at"):
        add(moment, MOMENT)
    add("merged_into", sa.Integer())
    add("version", sa.Integer(), "1")
    add("active", sa.Boolean(), sa.true())
    add("updated_at", MOMENT, "1970-01-01 00:00:00+00:00")
    op.add_column("message", sa.Column("ticket_id", sa.Integer(), nullable=True))
    op.create_index("ix_message_ticket_id", "message", ["ticket_id"])
    op.add_column(
        "outbox",
        sa.Column("tells_number", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    for names in (
        ["requester_id"],
        ["merged_into"],
        ["active", "updated_at", "id"],
        ["active", "assignee", "updated_at", "id"],
        ["active", "tier", "updated_at", "id"],
        ["active", "due_at", "id"],
        ["status", "solved_at"],
    ):
        op.create_index(f"ix_ticket_{'_'.join(names)}", "ticket", names)


def _requesters() -> None:
    op.create_table(
        "requester",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requester")),
        sa.UniqueConstraint("email", name=op.f("uq_requester_email")),
    )
    op.create_table(
        "requester_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=255), nullable=False),
        sa.Column("linked_by", sa.String(length=255), nullable=False),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["requester_id"],
            ["requester.id"],
            name=op.f("fk_requester_identity_requester_id_requester"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requester_identity")),
        sa.UniqueConstraint("channel", "sender", name=op.f("uq_requester_identity_channel_sender")),
    )
    op.create_index("ix_requester_identity_requester_id", "requester_identity", ["requester_id"])


def _around_tickets() -> None:
    op.create_table(
        "ticket_note",
        sa.Column("id", sa.Integer(), nullable=False),
        _ticket("ticket_note"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("author_name", sa.String(length=255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_note")),
    )
    op.create_index("ix_ticket_note_ticket_id", "ticket_note", ["ticket_id"])
    op.create_table(
        "ticket_link",
        sa.Column("id", sa.Integer(), nullable=False),
        _ticket("ticket_link"),
        _ticket("ticket_link", "other_id"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_link")),
        sa.UniqueConstraint(
            "ticket_id", "other_id", "kind", name=op.f("uq_ticket_link_ticket_id_other_id_kind")
        ),
    )
    op.create_index("ix_ticket_link_other_id", "ticket_link", ["other_id"])
    op.create_table(
        "ticket_talk",
        sa.Column("id", sa.Integer(), nullable=False),
        _ticket("ticket_talk"),
        sa.Column(
            "conversation_id",
            sa.Integer(),
            sa.ForeignKey(
                "conversation.id", name=op.f("fk_ticket_talk_conversation_id_conversation")
            ),
            nullable=False,
        ),
        sa.Column("only_some", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_talk")),
        sa.UniqueConstraint(
            "ticket_id", "conversation_id", name=op.f("uq_ticket_talk_ticket_id_conversation_id")
        ),
    )
    op.create_index(
        "ix_ticket_talk_conversation_id_ticket_id", "ticket_talk", ["conversation_id", "ticket_id"]
    )


def _ticket(table: str, column: str = "ticket_id") -> sa.Column[int]:
    key = sa.ForeignKey("ticket.id", name=op.f(f"fk_{table}_{column}_ticket"))
    return sa.Column(column, sa.Integer(), key, nullable=False)


def _text() -> None:
    op.create_table(
        "ticket_text",
        sa.Column("id", sa.Integer(), nullable=False),
        _ticket("ticket_text"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_text")),
    )
    op.create_index(
        "ix_ticket_text_ticket_id_kind_source_id", "ticket_text", ["ticket_id", "kind", "source_id"]
    )
    op.create_index("ix_ticket_text_kind_source_id", "ticket_text", ["kind", "source_id"])
    full_text.create(op.get_bind())


def _bring_forward() -> None:
    """Tickets of before get a requester, their conversation, their text, and an event with all values."""
    bind = op.get_bind()
    meta = sa.MetaData()
    meta.reflect(bind, only=["requester", "requester_identity", "ticket", "ticket_event"])
    now = datetime.now(UTC)
    known: dict[tuple[str, str], int] = {}
    old = bind.execute(
        sa.text(
            "select t.id, t.conversation_id, t.requester, t.tier, t.subject, t.summary, t.reason,"
            " t.opened_at, t.status, c.channel from ticket t"
            " join conversation c on c.id = t.conversation_id order by t.id"
        )
    ).all()
    for row in old:
        who = (row.channel, row.requester)
        if who not in known:
            known[who] = _requester(bind, meta, who, now)
        _bring_ticket_forward(bind, meta, row, known[who], now)
    bind.execute(
        sa.text(
            "insert into ticket_talk (ticket_id, conversation_id, only_some)"
            " select id, conversation_id, :whole from ticket"
        ).bindparams(sa.bindparam("whole", False, sa.Boolean()))
    )
    bind.execute(
        sa.text(
            "insert into ticket_text (ticket_id, kind, source_id, text)"
            " select id, 'ticket', id, subject || ' ' || summary from ticket"
        )
    )
    bind.execute(
        sa.text(
            "insert into ticket_text (ticket_id, kind, source_id, text)"
            " select t.id, 'message', m.id, m.text from ticket t"
            " join message m on m.conversation_id = t.conversation_id"
            " where m.deleted_at is null order by t.id, m.id"
        )
    )


def _requester(bind: sa.Connection, meta: sa.MetaData, who: tuple[str, str], now: datetime) -> int:
    channel, sender = who
    name = bind.execute(
        sa.text(
            "select sender_name from message where channel = :channel and sender = :sender"
            " and author = 'user' and sender_name <> '' order by id desc limit 1"
        ),
        {"channel": channel, "sender": sender},
    ).scalar()
    made = bind.execute(
        meta.tables["requester"].insert().values(name=name or "", created_at=now)
    ).inserted_primary_key
    assert made is not None  # noqa: S101 - an insert always has one
    values = {"channel": channel, "sender": sender, "linked_by": "", "linked_at": now}
    bind.execute(meta.tables["requester_identity"].insert().values(requester_id=made[0], **values))
    return int(made[0])


def _bring_ticket_forward(
    bind: sa.Connection, meta: sa.MetaData, row: sa.Row[Any], requester: int, now: datetime
) -> None:
    tickets, events = meta.tables["ticket"], meta.tables["ticket_event"]
    here = tickets.c.id == row.id
    opened = bind.execute(sa.select(tickets.c.opened_at).where(here)).scalar_one()
    last = bind.execute(
        sa.select(sa.func.max(events.c.at)).where(events.c.ticket_id == row.id)
    ).scalar()
    over = {"solved_at": last or opened} if row.status in ("solved", "closed") else {}
    over |= {"closed_at": last or opened} if row.status == "closed" else {}
    bind.execute(
        tickets.update()
        .where(here)
        .values(requester_id=requester, updated_at=last or opened, active=not over, **over)
    )
    values = {
        "conversation_id": row.conversation_id,
        "requester_id": requester,
        "requester": row.requester,
        "subject": row.subject,
        "summary": row.summary,
        "reason": row.reason,
        "opened_at": _iso(opened),
        "tier": row.tier,
        "status": row.status,
        **{name: _iso(at) for name, at in over.items()},
    }
    bind.execute(
        events.insert().values(
            ticket_id=row.id,
            at=now,
            actor="bot",
            what="brought_forward",
            why="a newer program keeps more of a ticket",
            detail=json.loads(json.dumps({"set": values})),
        )
    )


def _iso(at: datetime) -> str:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()
