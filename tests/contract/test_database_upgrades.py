"""What older programs kept is brought forward whole."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from bot.channel import Address
from bot.store.schema import MIGRATIONS
from tests.desk_support import deliver_all, new_desk, opened, texts


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
