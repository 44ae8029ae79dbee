"""A solved ticket's requester is told once, can reopen it, and says how it was."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channel import Outgoing, Sender
from bot.closings import Closings
from bot.console import Written
from bot.desk import Database
from bot.model_after import Satisfaction
from bot.opening import TicketRules
from bot.responders import respond
from bot.responders.closing import closing
from bot.responders.with_agent import with_agent
from bot.turn import Outcome, Reply, Response, Turn
from bot.wording import load_wording
from tests.desk_support import deliver_all, hand_over, message, opened
from tests.ticket_support import MIA, House, both_states

SAY = load_wording("en")
NUMBERS = count(1)


class Town(House):
    """A house whose requesters are told of solutions."""

    def __init__(self, database: Database) -> None:
        self.closings = Closings(database, SAY, TicketRules(), clock=lambda: self.clock())
        responders = (closing(SAY, self.closings.look), with_agent, self.answer)
        super().__init__(database, respond=partial(respond, responders=responders))

    def answer(self, turn: Turn) -> Response:
        if turn.message.text == "human":
            return hand_over("asked for")
        return Response(Outcome.ANSWERED, (Reply("an answer"),))

    def told(self) -> list[Outgoing]:
        self.closings.tell()
        return deliver_all(self.desk)

    def press(self, choice: str, thread: str = "main", text: str = "x", **who: Sender) -> list[str]:
        self.desk.accept(message(text, f"p{next(NUMBERS)}", thread, choice=choice, **who))
        return [one.text for one in deliver_all(self.desk)]

    def kept(self) -> list[tuple[int, int | None, str]]:
        rows = self.database.read(lambda s: s.scalars(select(Satisfaction)).all())
        return [(row.ticket_id, row.score, row.comment) for row in rows]

    def status(self, number: int) -> str:
        state, rebuilt = both_states(self.database, number)
        assert state == rebuilt
        return state.status


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with opened(tmp_path / "desk.db") as database:
        yield Town(database)


def solved(town: Town, thread: str = "main") -> int:
    number = town.handed_over(thread)
    town.console.claim(MIA, number)
    town.console.solve(MIA, number)
    return number


def test_each_solution_is_told_once_in_the_requester_s_thread(town: Town) -> None:
    number = solved(town)
    (told,) = town.told()
    assert f"Ticket #{number} is solved" in told.text
    assert told.address.thread == "main"
    assert told.standing == "solved"
    assert [choice.label for choice in told.choices] == ["1", "2", "3", "4", "5", "Reopen"]
    assert town.told() == []
    town.console.reopen(MIA, number)
    town.clock.move(minutes=2)
    town.console.reply(MIA, number, Written("Now?", then="solved"))
    assert [one.text.split(".")[0] for one in town.told()] == [
        "Now?",
        f"Ticket #{number} is solved",
    ]


def test_a_score_and_a_word_are_kept_and_twice_is_once(town: Town) -> None:
    number = solved(town)
    town.told()
    assert "2 of 5" in town.says("2")[0]
    town.press(f"closing:2:{number}")
    town.press(f"closing:4:{number}")
    assert "Your next message" in town.press(f"closing:comment:{number}")[0]
    assert "kept with your rating" in town.says("Quick & kind")[0]
    assert town.kept() == [(number, 4, "Quick & kind")]
    assert town.status(number) == "solved"
    events = [e.what for e in town.console.ticket(MIA, number).events]
    assert events.count("scored") == 2
    assert events.count("word") == 1


def test_reopen_reopens_once_and_people_have_it_again(town: Town) -> None:
    number = solved(town)
    town.told()
    assert "open again" in town.press(f"closing:reopen:{number}")[0]
    assert town.status(number) == "open"
    assert "open already" in town.press(f"closing:reopen:{number}")[0]
    assert town.says("still broken") == []
    events = [e.what for e in town.console.ticket(MIA, number).events]
    assert events.count("reopened") == 1


def test_nobody_else_and_no_forged_press_does_anything(town: Town) -> None:
    number = solved(town)
    town.told()
    assert "Only who asked" in town.press(f"closing:reopen:{number}", sender=Sender("eve"))[0]
    for forged in (
        f"closing:1:{number}",
        f"closing:reopen:{number}",
        "closing:1:999",
        "closing:9:1",
        "closing:",
        f"closing:reopen:{number}x",
        "closing:reopen:-1",
    ):
        town.press(forged, "another")
    town.press(f"closing:1:{number}", sender=Sender("eve"))
    assert town.kept() == [(number, None, "")]
    assert town.status(number) == "solved"


def test_a_solution_of_long_ago_is_told_no_more(town: Town) -> None:
    solved(town)
    town.clock.move(hours=7)
    assert town.told() == []
    fresh = [solved(town, thread) for thread in ("a", "b")]
    assert sorted(int(one.text.split()[1][1:]) for one in town.told()) == fresh
