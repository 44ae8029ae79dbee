"""Finding tickets by their words: the one module where SQLite and PostgreSQL differ.

`ticket_text` holds the pieces, on both. SQLite searches them by an FTS5 table beside it,
which triggers keep in step; PostgreSQL by an index over their words.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

_WORD = re.compile(r"\w+")
_WORDS = 32
"""So many words of what is searched for are used."""
_NEWEST = 2_000
"""So many pieces are weighed against each other: of more that fit, the newest."""

OWN_TABLES = "ticket_fts"
"""How the names of tables begin that only SQLite has, for its own use."""

_SQLITE = (
    "create virtual table ticket_fts using fts5(text, content='ticket_text', content_rowid='id',"
    " tokenize='porter unicode61 remove_diacritics 2')",
    "create trigger ticket_text_added after insert on ticket_text begin"
    " insert into ticket_fts(rowid, text) values (new.id, new.text); end",
    "create trigger ticket_text_removed after delete on ticket_text begin"
    " insert into ticket_fts(ticket_fts, rowid, text) values ('delete', old.id, old.text); end",
    "create trigger ticket_text_changed after update of text on ticket_text begin"
    " insert into ticket_fts(ticket_fts, rowid, text) values ('delete', old.id, old.text);"
    " insert into ticket_fts(rowid, text) values (new.id, new.text); end",
)
_POSTGRESQL = (
    "create index ix_ticket_text_words on ticket_text"
    " using gin (to_tsvector('english', left(text, 100000)))",
)
_FIND_SQLITE = text(
    "select p.ticket_id, min(f.rank) as best from (select rowid, rank from ticket_fts"
    " where text match :words order by rowid desc limit :newest) f"
    " join ticket_text p on p.id = f.rowid"
    " group by p.ticket_id order by best, p.ticket_id desc limit :limit"
)
_FIND_POSTGRESQL = text(
    "select p.ticket_id, max(ts_rank(to_tsvector('english', left(p.text, 100000)),"
    " to_tsquery('english', :words))) as best from (select ticket_id, text from ticket_text"
    " where to_tsvector('english', left(text, 100000)) @@ to_tsquery('english', :words)"
    " order by id desc limit :newest) p"
    " group by p.ticket_id order by best desc, p.ticket_id desc limit :limit"
)


def create(connection: Connection) -> None:
    """What the database needs for searching, once."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.execute(text(statement))


def find(session: Session, words: str, limit: int) -> list[int]:
    """Numbers of the tickets that have all the words in one of their pieces, the best first.

    The last word may be the beginning of one. Anything else than words is passed over, so no
    input is an error; without a word nothing is found.
    """
    wanted = _WORD.findall(words)[:_WORDS]
    if not wanted:
        return []
    sqlite = session.get_bind().dialect.name == "sqlite"
    query = _for_sqlite(wanted) if sqlite else _for_postgresql(wanted)
    found = session.execute(
        _FIND_SQLITE if sqlite else _FIND_POSTGRESQL,
        {"words": query, "limit": limit, "newest": _NEWEST},
    )
    return [row.ticket_id for row in found]


def _for_sqlite(words: list[str]) -> str:
    return " ".join(f'"{word}"' for word in words) + "*"


def _for_postgresql(words: list[str]) -> str:
    return " & ".join(f"'{word}'" for word in words) + ":*"
