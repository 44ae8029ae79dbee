"""What older programs kept is brought forward whole."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from bot.channel import Address
from bot.store.schema import MIGRATIONS
from tests.desk_support import deliver_all, new_desk, opened, texts
from tests.ticket_support import LEA, House, both_states


def test_what_an_older_program_kept_is_brought_forward(tmp_path: Path) -> None:
    """Messages of the schema before edits: nothing of them is marked or edited."""
    path = tmp_path / "desk.db"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(
            text(
                "insert into conversation (id, channel, thread, requester, opened_at, holder, version)"
                " values (1, 'memory', 'main', 'ann', '2026-11-24', 'bot', 0)"
            )
        )
        connection.execute(
            text(
                "insert into message (conversation_id, channel, external_id, author, sender,"
                " sender_name, text, sent_at, received_at, state, attempts, reason, left_out, files,"
                " resolved, sort, choices, sources, rateable) values (1, 'memory', '1', 'user',"
                " 'ann', 'Ann', 'hello', '2026-11-24 12:00:00', '2026-11-24 12:00:00', 'new', 1, '',"
                " 0, 0, 0, 'notice', '[]', '[]', 0)"
            )
        )
    engine.dispose()
    with opened(path) as database:
        desk = new_desk(database)
        assert texts(deliver_all(desk)) == ["you said: hello [1]"]
        line = desk.transcript(Address("memory", "main"))[0]
        assert (line.earlier, line.edited_at, line.deleted_at) == ((), None, None)


def test_tickets_of_an_older_program_are_worked_on(tmp_path: Path) -> None:
    """They get a requester, their conversation, their words, and an event with all their values."""
    path = tmp_path / "desk.db"
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        for statement in OLD_TICKETS:
            connection.execute(text(statement))
    engine.dispose()
    with opened(path) as database:
        house = House(database)
        row, rebuilt = both_states(database, 1)
        assert row == rebuilt
        assert (row.tier, row.status, row.priority, row.version) == (2, "new", "normal", 1)
        solved, again = both_states(database, 2)
        assert solved == again
        assert solved.solved_at is not None
        page = house.console.ticket(LEA, 1)
        assert page.ticket.requester_name == "Ann"
        assert [line.text for line in page.lines] == ["the printer jams"]
        assert [event.what for event in page.events] == ["opened", "brought_forward"]
        assert [ticket.id for ticket in page.history] == [2]
        assert [ticket.id for ticket in house.console.search(LEA, "printer")] == [2, 1]
        house.console.claim(LEA, 1, version=1)
        row, rebuilt = both_states(database, 1)
        assert row == rebuilt


MESSAGE = (
    "insert into message (id, conversation_id, channel, external_id, author, sender, sender_name,"
    " text, sent_at, received_at, state, attempts, reason, left_out, files, resolved, sort, choices,"
    " sources, rateable, only_if_sure) values (1, 1, 'memory', '1', 'user', 'ann', 'Ann',"
    " 'the printer jams', '2026-11-24 12:00:00', '2026-11-24 12:00:00', 'done', 1, '', 0, 0, 0,"
    " 'notice', '[]', '[]', 0, 0)"
)
TICKET = (
    "insert into ticket (id, conversation_id, requester, tier, subject, summary, reason, opened_at,"
    " status) values ({}, 1, 'ann', 2, 'Printer', 'It jams.', 'asked', '2026-11-24 12:00:00', '{}')"
)
EVENT = (
    "insert into ticket_event (ticket_id, at, actor, what, why, detail) values"
    " (1, '2026-11-24 12:00:00', 'bot', 'opened', 'asked', '{{\"tier\": 2}}')"
)
OLD_TICKETS = (
    "insert into conversation (id, channel, thread, requester, opened_at, holder, version)"
    " values (1, 'memory', 'main', 'ann', '2026-11-24', 'bot', 0)",
    MESSAGE,
    TICKET.format(1, "new"),
    TICKET.format(2, "solved"),
    EVENT.format(),
)
