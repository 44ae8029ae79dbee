"""What the page of a ticket shows beside the ticket: clocks, files, drafts, macros, who is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.console.ticket_readers import PAGES, Readers
from bot.channel import Attachment
from bot.console import ActRefused, Console, Forbidden, NoSuchTicket, Written
from bot.drafts import Drafts
from bot.macros import Macros, put_in
from bot.people import Person, Role
from bot.sla import Policy
from bot.team import Team
from tests.desk_support import NOON, opened
from tests.postgres_server import PostgresServer
from tests.ticket_support import ANN, BOB, LEA, MIA, WORDING, House

PROMISES = Policy("all", first_response=timedelta(hours=1), resolution=timedelta(hours=8))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path / "desk.db") as database:
        yield House(database)


def test_the_clocks_are_told_with_their_books(house: House) -> None:
    number = house.handed_over()
    team = Team(policies=(PROMISES,))
    console = Console(house.database, wording=WORDING, clock=house.clock, team=team)
    house.clock.move(minutes=90)
    house.console.reply(MIA, number, Written("Here I am."))
    first, resolution = console.beside(MIA, number).clocks
    assert (first.name, first.breached, first.met_at) == ("first_response", True, house.clock.now)
    assert (resolution.name, resolution.due) == ("resolution", NOON + timedelta(hours=8))
    assert [(s.why, s.total) for s in first.book] == [("", timedelta(minutes=90))]
    with pytest.raises(NoSuchTicket):
        console.beside(ANN, number)
    assert house.console.beside(MIA, number).clocks == ()


def test_files_are_those_of_the_ticket_alone(house: House) -> None:
    number, other = house.handed_over("a"), house.handed_over("b")
    house.says("look", "a", attachments=(Attachment("log.txt", "text/plain", b"E13"),))
    (file,) = house.console.beside(MIA, number).files
    assert (file.name, file.size) == ("log.txt", 3)
    assert house.console.file(MIA, number, file.id).content == b"E13"
    with pytest.raises(NoSuchTicket, match="no such file"):
        house.console.file(MIA, other, file.id)
    with pytest.raises(NoSuchTicket):
        house.console.file(ANN, number, file.id)


def test_the_sign_changes_with_whatever_a_page_shows(house: House) -> None:
    number = house.handed_over()
    signs = [house.console.sign(number)]
    for act in (
        lambda: house.console.claim(MIA, number),
        lambda: house.console.note(MIA, number, "hm"),
        lambda: house.console.reply(MIA, number, Written("Hello")),
        lambda: house.says("thanks"),
    ):
        act()
        signs.append(house.console.sign(number))
    assert len(set(signs)) == len(signs)
    assert house.console.sign(999) is None


def test_a_draft_is_its_writers_own_until_it_is_empty(house: House) -> None:
    number = house.handed_over()
    drafts = Drafts(house.database, clock=house.clock)
    drafts.keep(MIA, number, "reply", "half")
    drafts.keep(MIA, number, "reply", "half an answer\x00")
    drafts.keep(MIA, number, "note", "psst")
    assert drafts.of(MIA, number) == {"reply": "half an answer\ufffd", "note": "psst"}
    assert drafts.of(BOB, number) == {}
    drafts.keep(MIA, number, "reply", "  ")
    assert drafts.of(MIA, number) == {"note": "psst"}
    with pytest.raises(ActRefused):
        drafts.keep(MIA, number, "letter", "x")
    with pytest.raises(NoSuchTicket):
        drafts.keep(ANN, number, "reply", "x")
    with pytest.raises(Forbidden):
        drafts.keep(Person("tom", "Tom", Role.AGENT, frozenset({3})), number, "reply", "x")


def test_a_macro_only_fills_in_what_it_is_given(house: House) -> None:
    number = house.handed_over(thread="m")
    macros = Macros(house.database, clock=house.clock)
    text = "Hi {{ requester }}{% if tier == 1 %}, #{{ number }}{% endif %}. {{ agent }}"
    made = macros.keep(LEA, " On  it ", text, "open", ["a", "a"])
    assert (made.name, made.tags, macros.macro(made.id)) == ("On it", ("a",), made)
    ticket = house.console.ticket(MIA, number).ticket
    assert put_in(made, ticket, "{{ 7 * 7 }}") == f"Hi Ann, #{number}. {{{{ 7 * 7 }}}}"
    changed = macros.keep(LEA, "On it", "Short", id=made.id)
    assert macros.listed() == (changed,)
    for bad in ("{{ x }}", "{{ number.real }}{% set y = 1 %}", "{{ requester() }}", "{{", " "):
        with pytest.raises(ActRefused):
            macros.keep(LEA, "Bad", bad)
    with pytest.raises(ActRefused, match="already"):
        macros.keep(LEA, "On it", "again")
    with pytest.raises(ActRefused, match="After a reply"):
        macros.keep(LEA, "Then", "x", "closed")
    with pytest.raises(Forbidden):
        macros.keep(MIA, "Mine", "x")
    macros.remove(LEA, made.id)
    with pytest.raises(ActRefused, match="removed"):
        macros.keep(LEA, "On it", "x", id=made.id)


def test_the_same_on_postgresql(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    with opened(url) as database:
        house = House(database)
        number = house.handed_over()
        house.says("look", attachments=(Attachment("log.txt", "text/plain", b"E13"),))
        beside = house.console.beside(MIA, number)
        assert [(file.name, file.size) for file in beside.files] == [("log.txt", 3)]
        assert beside.sign == house.console.sign(number)
        drafts, macros = Drafts(database), Macros(database)
        drafts.keep(MIA, number, "reply", "half")
        assert drafts.of(MIA, number) == {"reply": "half"}
        made = macros.keep(LEA, "On it", "Hi {{ requester }}", "solved", ["vip"])
        assert macros.listed() == (made,)
    postgres.drop(url)


def test_readers_are_seen_while_their_page_is_open() -> None:
    readers = Readers()
    readers.writes(1, BOB, "reply", NOON)
    with readers.reading(1, MIA), readers.reading(1, BOB):
        assert readers.others(1, MIA, NOON) == (("Bob", ""),)
        readers.writes(1, BOB, "note", NOON)
        assert readers.others(1, MIA, NOON + timedelta(seconds=4)) == (("Bob", "note"),)
        assert readers.others(1, MIA, NOON + timedelta(seconds=5)) == (("Bob", ""),)
        readers.writes(1, BOB, "note", NOON)
        readers.stops(1, BOB)
        assert readers.others(1, MIA, NOON) == (("Bob", ""),)
        assert readers.others(2, MIA, NOON) == ()
        with readers.reading(1, MIA):
            assert readers.others(1, BOB, NOON) == (("Mia", ""),)
        assert readers.has_room(MIA)
        with ExitStack() as pages:
            for _ in range(PAGES):
                pages.enter_context(readers.reading(2, BOB))
            assert not readers.has_room(BOB)
        assert readers.has_room(BOB)
    assert readers.others(1, LEA, NOON) == ()
