"""Lists of tickets: words, orders, saved filters, unread marks, acts on many and their undoing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.bulk import Deed, What
from bot.console import ActRefused, Forbidden
from bot.desk import open_database
from bot.ticket_views import Filters, Sort, View
from bot.worklist import UNDO_WITHIN, Worklist
from tests.ticket_support import ANN, BOB, LEA, MIA, House, both_states


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    database = open_database(f"sqlite:///{tmp_path / 'desk.db'}")
    yield House(database)
    database.close()


@pytest.fixture
def lists(house: House) -> Worklist:
    return Worklist(house.database, house.console, house.clock)


def several(house: House, count: int) -> list[int]:
    """So many tickets, a minute apart."""
    numbers = []
    for each in range(count):
        house.clock.move(minutes=1)
        numbers.append(house.handed_over(f"talk{each}"))
    return numbers


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_of_every_order_show_each_ticket_once(house: House, sort: Sort) -> None:
    numbers = several(house, 5)
    house.clock.move(minutes=1)
    house.console.snooze(LEA, numbers[1], house.clock() + timedelta(days=1))
    seen: list[int] = []
    after = ""
    while True:
        page = house.console.inbox(LEA, View.ALL, sort=sort, after=after, limit=2)
        seen += [line.id for line in page.tickets]
        after = page.next
        if not after:
            break
    expected = {
        Sort.CHANGED: [numbers[1], *reversed(numbers[2:]), numbers[0]],
        Sort.NEWEST: numbers[::-1],
    }
    assert seen == expected.get(sort, numbers)
    with pytest.raises(ActRefused, match="first one"):
        house.console.inbox(LEA, View.ALL, sort=sort, after="nonsense")


def test_words_narrow_a_list_and_find_what_is_over(house: House) -> None:
    one, two, _ = several(house, 3)
    house.console.note(LEA, one, "The gearbox rattles")
    house.console.note(LEA, two, "Another gearbox")
    house.console.solve(LEA, two)

    def found(words: str, view: View = View.ALL, **more: tuple[str, ...]) -> set[int]:
        page = house.console.inbox(LEA, view, Filters(words=words, **more))  # type: ignore[arg-type]
        return {line.id for line in page.tickets}

    assert found("gearbox") == {one, two}
    assert found("gearbox", statuses=("solved",)) == {two}
    assert found("gearbox", View.MINE) == set()
    assert found(f"#{one}") == {one}
    assert found("gearb", priorities=("urgent",)) == set()


def test_filters_are_the_accounts_own(lists: Worklist) -> None:
    lists.save_filter(MIA, "  urgent   ones ", "priority=urgent")
    lists.save_filter(MIA, "urgent ones", "priority=urgent&tier=1")
    (kept,) = lists.filters(MIA)
    assert (kept.name, kept.query) == ("urgent ones", "priority=urgent&tier=1")
    lists.delete_filter(BOB, kept.id)
    assert lists.filters(MIA) == (kept,)
    assert lists.filters(BOB) == ()
    lists.delete_filter(MIA, kept.id)
    assert lists.filters(MIA) == ()
    for name, query in ((" ", ""), ("x" * 65, ""), ("x", "q" * 3_000)):
        with pytest.raises(ActRefused):
            lists.save_filter(MIA, name, query)


def test_a_ticket_is_unread_until_it_was_looked_at_and_when_others_act(
    house: House, lists: Worklist
) -> None:
    (number,) = several(house, 1)
    assert lists.unread(MIA, [number]) == {number}
    lists.see(MIA, number, house.console.ticket(MIA, number).last_event)
    house.console.claim(MIA, number)
    assert lists.unread(MIA, [number]) == set()
    assert lists.unread(BOB, [number]) == {number}
    house.console.note(BOB, number, "Call them")
    assert lists.unread(MIA, [number]) == {number}


DEEDS = [
    Deed(What.ASSIGN, "bob"),
    Deed(What.PRIORITY, "urgent"),
    Deed(What.TAG, "vip"),
    Deed(What.SOLVE),
    Deed(What.SNOOZE),
    Deed(What.ESCALATE),
]


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.what.value)
def test_what_was_done_with_many_is_undone(house: House, lists: Worklist, deed: Deed) -> None:
    numbers = several(house, 2)
    house.console.claim(MIA, numbers[0])
    before = [both_states(house.database, number)[0] for number in numbers]
    done = lists.do(MIA, [*numbers, numbers[0]], deed)
    assert (done.done, done.failed) == (tuple(numbers), ())
    assert [both_states(house.database, n)[0] for n in numbers] != before
    undone = lists.undo(MIA, done.id)
    assert (undone.done, undone.failed) == (tuple(numbers), ())
    for number, was in zip(numbers, before, strict=True):
        row, events = both_states(house.database, number)
        assert row == events
        assert {**_values(row), "version": 0} == {**_values(was), "version": 0}
    with pytest.raises(ActRefused, match="cannot be undone"):
        lists.undo(MIA, done.id)


def _values(state: object) -> dict[str, object]:
    return {name: getattr(state, name) for name in state.__dataclass_fields__}  # type: ignore[attr-defined]


def test_each_that_could_not_be_done_is_told_with_its_reason(house: House, lists: Worklist) -> None:
    first, second, third = several(house, 3)
    house.console.escalate(LEA, second)
    house.console.solve(LEA, third)
    done = lists.do(BOB, [first, second, third, 999], Deed(What.SOLVE))
    assert done.done == (first,)
    reasons = dict(done.failed)
    assert "tier 2" in reasons[second]
    assert "solved" in reasons[third]
    assert "no ticket #999" in reasons[999]
    with pytest.raises(ActRefused, match="1 to 200"):
        lists.do(BOB, [], Deed(What.SOLVE))


def test_undoing_takes_nothing_from_who_acted_since(house: House, lists: Worklist) -> None:
    first, second = several(house, 2)
    done = lists.do(MIA, [first, second], Deed(What.PRIORITY, "low"))
    house.console.change(LEA, second, {"priority": "urgent"})
    undone = lists.undo(MIA, done.id)
    assert undone.done == (first,)
    assert "Lea" in dict(undone.failed)[second]
    assert both_states(house.database, second)[0].priority == "urgent"


def test_an_act_of_another_or_of_long_ago_cannot_be_undone(house: House, lists: Worklist) -> None:
    (number,) = several(house, 1)
    done = lists.do(MIA, [number], Deed(What.TAG, "vip"))
    with pytest.raises(ActRefused):
        lists.undo(BOB, done.id)
    house.clock.move(minutes=UNDO_WITHIN.total_seconds() / 60 + 1)
    with pytest.raises(ActRefused):
        lists.undo(MIA, done.id)


def test_requesters_have_no_lists(lists: Worklist) -> None:
    for ask in (
        lambda: lists.filters(ANN),
        lambda: lists.unread(ANN, [1]),
        lambda: lists.do(ANN, [1], Deed(What.SOLVE)),
        lambda: lists.undo(ANN, 1),
    ):
        with pytest.raises(Forbidden):
            ask()
