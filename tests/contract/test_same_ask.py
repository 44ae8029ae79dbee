"""Who asks the same again is shown the ticket they have, and decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channel import Sender
from bot.desk import Database, open_database
from bot.earlier import earlier_of
from bot.responders.same import ADD, NEW, same
from bot.turn import Turn
from bot.wording import load_wording
from tests.desk_support import hand_over
from tests.ticket_support import LEA, House

JAM = "the printer jams on every single page"


def alike(text: str, others: Sequence[str]) -> list[float]:
    """As near as the share of the words that they have in common."""
    said = set(text.lower().split())
    return [len(said & set(other.lower().split())) / len(said) for other in others]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield opened
    opened.close()


@pytest.fixture
def house(database: Database) -> House:
    def to_people(_: Turn) -> object:
        return hand_over("nothing found")

    respond = same(
        to_people,  # type: ignore[arg-type]
        earlier_of(database, timedelta(days=7)),
        alike,
        load_wording("en"),
        least=0.75,
    )
    return House(database, respond=respond)


def numbers(house: House) -> list[int]:
    return sorted(line.id for line in house.desk.tickets())


def test_the_ticket_is_shown_and_what_was_asked_is_added_to_it(house: House) -> None:
    house.says(JAM, "monday")
    assert numbers(house) == [1]
    (said,) = house.says(JAM.upper(), "tuesday")
    assert "You already have ticket \\#1" in said
    assert numbers(house) == [1]
    (said,) = house.says("Add it to the ticket", "tuesday", choice=f"{ADD}1")
    assert "#1" in said
    assert numbers(house) == [1]
    whole = house.console.ticket(LEA, 1)
    assert [event.what for event in whole.events][-1] == "asked_again"
    assert any(line.text == JAM.upper() for line in whole.lines)


def test_a_new_ticket_is_opened_for_who_wants_one_about_their_problem(house: House) -> None:
    house.says(JAM, "monday")
    house.says(JAM + " again", "tuesday")
    house.says("Open a new ticket", "tuesday", choice=NEW)
    assert numbers(house) == [1, 2]
    assert house.console.ticket(LEA, 2).ticket.subject == JAM + " again"


def test_nothing_is_offered_of_others_of_long_ago_or_of_another_matter(house: House) -> None:
    house.says(JAM, "monday")
    house.says(JAM, "of bob", sender=Sender("bob", "Bob"))
    house.says("my invoice shows a wrong sum", "wednesday")
    house.clock.move(days=8)
    house.says(JAM, "later")
    assert numbers(house) == [1, 2, 3, 4]


def test_nobody_adds_to_the_ticket_of_another(house: House) -> None:
    house.says(JAM, "monday")
    house.says("Add it", "of bob", sender=Sender("bob", "Bob"), choice=f"{ADD}1")
    assert numbers(house) == [1, 2]
    assert [line.text for line in house.console.ticket(LEA, 1).lines if line.author == "user"] == [
        JAM
    ]


def test_where_people_have_the_ticket_they_have_what_is_added_too(house: House) -> None:
    house.says(JAM, "monday")
    house.console.claim(LEA, 1)
    house.says(JAM, "tuesday")
    house.says("Add it to the ticket", "tuesday", choice=f"{ADD}1")
    assert house.says("are you there?", "tuesday") == []
