"""Tickets about the same are found by what they mean, as they come and change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.desk import open_database
from bot.meaning import Meaning, about
from bot.ticket_views import Filters
from knowledge.alike import Alike
from tests.ticket_support import LEA, House

TOPICS = ("printer", "invoice", "password")


class ByTopic:
    """An embedder that knows three topics; texts of one topic are the same to it."""

    name = "by topic"
    dimension = 4

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.zeros((len(texts), 4), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[next((n for n, topic in enumerate(TOPICS) if topic in text.lower()), 3)] = 1
        return rows


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    database = open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield House(database)
    database.close()


def test_similar_solved_tickets_come_with_the_ticket_and_follow_its_subject(house: House) -> None:
    meaning = Meaning(house.database, Alike(ByTopic()))
    first, second, third = (house.handed_over(f"talk{n}") for n in range(3))
    for number, subject in ((first, "Printer jams"), (second, "The printer!"), (third, "Invoice")):
        house.console.change(LEA, number, {"subject": subject})
    house.console.solve(LEA, second)
    house.console.solve(LEA, third)
    assert meaning.similar(LEA, first) == ()  # not made yet
    assert [meaning.work(), meaning.work()] == [3, 0]
    assert [(line.id, near) for line, near in meaning.similar(LEA, first)] == [(second, 1.0)]
    house.console.change(LEA, third, {"subject": "That printer again"})
    assert meaning.work() == 1
    assert {line.id for line, _ in meaning.similar(LEA, first)} == {second, third}
    assert set(meaning.near(LEA, "my printer is broken")) == {first, second, third}
    assert meaning.near(LEA, "password") == ()
    # another process reads what this one made
    other = Meaning(house.database, Alike(ByTopic()))
    assert len(other.similar(LEA, first)) == 2
    page = house.console.inbox(LEA, filters=Filters(among=meaning.near(LEA, "printer")))
    assert len(page.tickets) == 3


def test_another_embedder_makes_all_of_them_again(house: House) -> None:
    house.handed_over()
    Meaning(house.database, Alike(ByTopic())).work()
    other = ByTopic()
    other.name = "another"
    assert Meaning(house.database, Alike(other)).work() == 1


def test_what_a_ticket_is_about_is_its_problem() -> None:
    summary = "Problem: the printer jams every day\n\nHanded over because: asked"
    assert about("the printer…", summary) == "the printer jams every day"
    assert about("Paper", summary) == "Paper\nthe printer jams every day"


def test_many_are_found_by_nearness_in_order() -> None:
    near = Alike(ByTopic())
    for number, packed in enumerate(near.pack(["printer", "invoice"] * 1_500)):
        near.put(number, packed)
    assert near.near(0, 3) == [(n, 1.0) for n, _ in near.near(0, 3)]
    assert all(n % 2 == 0 for n, _ in near.near_to("printer", 1_500))
    assert near.near(99_999, 3) == []
    assert near.alike("printer", ["a printer", "invoice"]) == [1.0, 0.0]
    with pytest.raises(ValueError, match="2 numbers"):
        near.put(1, np.zeros(2, np.float16).tobytes())
