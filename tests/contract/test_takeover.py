"""The bot never talks over people: from an agent's claim or reply on it is silent, until given back.

Turns, deliveries, edits and acts of agents are interleaved in any order; agents also act in
the middle of a turn (between its reading and its writing) and of a delivery.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channel import Edit, Outgoing, SendError
from bot.console import ActRefused, Written
from bot.people import Person, Role
from bot.turn import Outcome, Reply, Response, Turn
from tests.desk_support import Database, deliver_all, hand_over, message, new_desk, opened
from tests.ticket_support import MIA, House, both_states

EVERYWHERE = Person("zoe", "Zoe", Role.ADMIN)
THREADS = count(1)
EVENTS = (
    *("says", "says", "turn", "turn", "take", "land", "land", "fail", "edit"),
    *("claim", "reply", "reply", "give_back", "solve", "note", "move"),
)
IN_A_TURN = ("nothing", "nothing", "claim", "reply", "give_back", "solve")
SECRET = "between us"


@dataclass
class Channel:
    """One requester's thread, with what is under way there and what was posted, in order."""

    house: House
    thread: str
    number: int = 0
    flying: dict[str, Outgoing] = field(default_factory=dict)
    human_posted: bool = False
    held: bool = False
    written: int = 0
    last: str = ""
    in_a_turn: str = "nothing"
    suggested: int = 0

    def do(self, event: str, in_a_turn: str) -> None:
        self.in_a_turn = in_a_turn
        getattr(self, event)()

    def nothing(self) -> None:
        pass

    def says(self) -> None:
        self.written += 1
        self.last = f"{self.thread}-{self.written}"
        self.house.desk.accept(message(f"question {self.written}", self.last, self.thread))

    def edit(self) -> None:
        if self.last:
            address = message("", "1", self.thread).address
            change = Edit(address, self.last, f"other {self.written}", self.house.clock())
            self.house.desk.accept(change)

    def turn(self) -> None:
        self.house.desk.take_turn()

    def take(self) -> None:
        for outgoing in self.house.desk.due(100, flying=list(self.flying)):
            assert outgoing.address.thread == self.thread
            assert outgoing.author or not self.held or "Your ticket" in outgoing.text
            self.flying[outgoing.key] = outgoing

    def land(self) -> None:
        for key, outgoing in list(self.flying.items())[:1]:
            bots = not outgoing.author and "Your ticket" not in outgoing.text
            assert not (bots and self.human_posted), "the bot talked over a person"
            assert SECRET not in outgoing.text
            self.human_posted = self.human_posted or bool(outgoing.author)
            self.house.desk.sent(key, f"p-{key}")
            del self.flying[key]

    def fail(self) -> None:
        for key in list(self.flying)[:1]:
            self.house.desk.failed(key, SendError("later", retry_after=0))
            del self.flying[key]

    def move(self) -> None:
        self.house.clock.move(minutes=10)

    def claim(self) -> None:
        self.act(lambda: self.house.console.claim(EVERYWHERE, self.number), held=True)

    def reply(self) -> None:
        written = Written("a person says this")
        self.act(lambda: self.house.console.reply(EVERYWHERE, self.number, written), held=True)

    def solve(self) -> None:
        self.act(lambda: self.house.console.solve(EVERYWHERE, self.number), held=self.held)

    def note(self) -> None:
        self.act(lambda: self.house.console.note(MIA, self.number, SECRET), held=self.held)

    def give_back(self) -> None:
        """What a person said and is still being delivered counts for the time before."""
        if self.act(lambda: self.house.console.give_back(EVERYWHERE, self.number), held=False):
            self.human_posted = False

    def act(self, act: object, *, held: bool) -> bool:
        try:
            act()  # type: ignore[operator]
        except ActRefused:
            return False
        self.held = held
        return True


def during_a_turn(channels: list[Channel]) -> object:
    def respond(turn: Turn) -> Response:
        if turn.message.text == "human":
            return hand_over("asked for a person")
        channel = channels[-1]
        doing, channel.in_a_turn = channel.in_a_turn, "nothing"
        getattr(channel, doing)()
        if turn.conversation.holder == "agent":
            return Response(Outcome.IGNORED, reason="an agent has it")
        return Response(Outcome.ANSWERED, (Reply(f"the bot on {turn.message.text}"), Reply("more")))

    return respond


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with opened(tmp_path_factory.mktemp("takeover") / "desk.db") as found:
        yield found


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(done=st.lists(st.tuples(st.sampled_from(EVENTS), st.sampled_from(IN_A_TURN)), max_size=20))
def test_no_interleaving_lets_the_bot_talk_over_people(
    database: Database, done: list[tuple[str, str]]
) -> None:
    channels: list[Channel] = []
    house = House(database, respond=during_a_turn(channels))
    deliver_all(house.desk)
    channel = Channel(house, f"t{next(THREADS)}")
    channels.append(channel)
    house.says("human", channel.thread, sent_at=house.clock())
    channel.number = house.desk.tickets()[0].id
    for event, in_a_turn in done:
        channel.do(event, in_a_turn)
    while channel.flying:
        channel.land()
    deliver_all(house.desk)
    row, rebuilt = both_states(database, channel.number)
    assert row == rebuilt


def test_an_answer_in_the_making_becomes_a_suggestion(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db") as fresh:
        channels: list[Channel] = []
        house = House(fresh, respond=during_a_turn(channels))
        channel = Channel(house, "main")
        channels.append(channel)
        number = channel.number = house.handed_over()
        channel.in_a_turn = "claim"
        assert house.says("how do I print?") == []
        page = house.console.ticket(MIA, number)
        assert [(n.kind, n.text) for n in page.notes] == [
            ("suggestion", "the bot on how do I print?\n\nmore")
        ]


def test_what_was_not_sent_yet_is_withheld_but_the_tickets_number(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db") as fresh:
        house = House(fresh)
        for text, id in (("many", "1"), ("human", "2")):
            house.desk.accept(message(text, id))
        while house.desk.take_turn():
            pass
        (flying,) = house.desk.due(1)
        number = house.desk.tickets()[0].id
        house.console.reply(MIA, number, Written("I am Mia."))
        assert house.desk.due(10, flying=[flying.key]) == ()
        house.desk.sent(flying.key, "p1")
        assert [o.text for o in deliver_all(house.desk)] == [
            f"People take over. Your ticket is #{number}.",
            "I am Mia.",
        ]
        page = house.console.ticket(MIA, number)
        assert [n.text for n in page.notes] == [f"part {n}" for n in range(1, 6)]
        assert [line.text for line in page.lines] == [
            "many",
            "human",
            "part 1",
            f"People take over. Your ticket is #{number}.",
            "I am Mia.",
        ]


def test_a_message_that_fails_is_said_to_the_agents_alone(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db") as fresh:
        house = House(fresh)
        number = house.handed_over()
        house.console.claim(MIA, number)
        assert house.says("fail") == []
        assert [e.what for e in house.console.ticket(MIA, number).events][-2:] == [
            "asked_again",
            "requester_wrote",
        ]


def test_a_cut_message_is_not_remarked_upon_while_an_agent_has_it(tmp_path: Path) -> None:
    from bot.limits import Limits

    with opened(tmp_path / "desk.db") as fresh:
        desk = new_desk(fresh, limits=Limits(text=10))
        house = House(fresh)
        number = house.handed_over()
        house.console.claim(MIA, number)
        desk.accept(message("longer than ten characters", "x9"))
        assert deliver_all(desk) == []
