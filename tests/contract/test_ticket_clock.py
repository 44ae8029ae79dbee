"""What time does to tickets, over a real database: each thing once, also after a crash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.desk import Database
from bot.model import Ticket, TicketEvent
from bot.sla import Name
from bot.store import tickets as rows
from bot.team import Escalation, Team, TeamQueue, When
from bot.ticket_acts import Written
from bot.ticket_clock import TicketClock
from bot.ticket_state import TicketState
from tests.clock_support import HOUR, TEAM, clock_of, history, settle, ticket
from tests.desk_support import NOON, opened
from tests.ticket_support import MIA, House, both_states


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "desk.db") as database:
        yield database


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def test_a_new_ticket_is_given_its_due_time(house: House) -> None:
    number, clock = house.handed_over(), clock_of(house)
    settle(clock)
    assert ticket(house.database, number).due_at == NOON + HOUR
    assert history(house.database, number) == ["opened"]


def test_a_warning_comes_once_and_then_the_breach_and_the_next_tier(house: House) -> None:
    number, clock = house.handed_over(), clock_of(house)
    settle(clock)
    house.clock.move(minutes=47)
    assert settle(clock) == 0
    house.clock.move(minutes=1)
    settle(clock)
    house.clock.move(minutes=5)
    settle(clock)
    assert history(house.database, number) == ["opened", "sla_warning"]
    house.clock.move(minutes=10)
    settle(clock)
    assert history(house.database, number) == ["opened", "sla_warning", "sla_breached", "escalated"]
    now = ticket(house.database, number)
    assert (now.tier, now.queue, now.assignee) == (2, "engineers", None)
    kept, rebuilt = both_states(house.database, number)
    assert kept == rebuilt
    house.clock.move(hours=1)
    settle(clock)
    assert Counter(history(house.database, number))["escalated"] == 1


def test_a_warning_says_what_whom_and_when(house: House) -> None:
    number, clock = house.handed_over(), clock_of(house)
    house.console.claim(MIA, number)
    house.clock.move(minutes=50)
    settle(clock)
    found = select(TicketEvent).where(TicketEvent.what == "sla_warning")
    event = house.database.read(lambda s: s.scalars(found).one())
    assert event.actor == "clock"
    assert event.why == "the first response is due at 2026-11-24 13:00 UTC"
    assert event.detail["assignee"] == MIA.id
    assert (event.detail["clock"], event.detail["tier"]) == ("first_response", "1")
    assert event.detail["due"] == (NOON + HOUR).isoformat()


def test_a_reply_in_time_leaves_the_resolution_to_come(house: House) -> None:
    number, clock = house.handed_over(), clock_of(house)
    house.console.reply(MIA, number, Written("We look into it.", then="open"))
    settle(clock)
    assert ticket(house.database, number).due_at == NOON + 8 * HOUR
    house.console.reply(MIA, number, Written("Which version?", then="pending"))
    settle(clock)
    assert ticket(house.database, number).due_at is None
    house.clock.move(hours=20)
    settle(clock)
    assert "sla_breached" not in history(house.database, number)


def test_what_the_requester_writes_starts_the_next_response(house: House) -> None:
    number, clock = house.handed_over(), clock_of(house)
    house.console.reply(MIA, number, Written("Which version?", then="pending"))
    house.clock.move(minutes=30)
    house.says("Version 5.")
    settle(clock)
    assert ticket(house.database, number).due_at == NOON + timedelta(minutes=30) + 2 * HOUR


def test_noticed_late_the_breach_is_told_without_a_warning(house: House) -> None:
    number = house.handed_over()
    house.clock.move(hours=3)
    settle(clock_of(house))
    assert history(house.database, number) == ["opened", "sla_breached", "escalated"]


def test_the_last_tier_keeps_what_it_has(house: House) -> None:
    number = house.handed_over()
    top = TicketClock(
        house.database,
        replace(TEAM, queues=(TeamQueue("support", 1),)),
        rules=replace(clock_of(house).rules, tiers=(1,)),
        now=lambda: house.clock.now,
    )
    house.clock.move(hours=2)
    settle(top)
    assert history(house.database, number) == ["opened", "sla_breached"]


def test_nobody_takes_it_and_it_goes_to_the_named_queue_with_more_priority(house: House) -> None:
    rule = Escalation("alone", When.UNASSIGNED, after=HOUR, to="engineers", priority="high")
    number, clock = (
        house.handed_over(),
        clock_of(house, replace(TEAM, policies=(), escalations=(rule,))),
    )
    house.clock.move(minutes=59)
    settle(clock)
    assert history(house.database, number) == ["opened"]
    house.clock.move(minutes=1)
    settle(clock)
    now = ticket(house.database, number)
    assert (now.queue, now.tier, now.priority) == ("engineers", 2, "high")
    house.clock.move(days=1)
    settle(clock)
    assert Counter(history(house.database, number))["escalated"] == 1


def test_what_comes_back_again_and_again_escalates(house: House) -> None:
    rule = Escalation("again", When.REOPENED, times=2)
    number, clock = (
        house.handed_over(),
        clock_of(house, replace(TEAM, policies=(), escalations=(rule,))),
    )
    for _ in range(2):
        settle(clock)
        assert ticket(house.database, number).tier == 1
        house.console.solve(MIA, number)
        house.console.reopen(MIA, number)
    settle(clock)
    assert ticket(house.database, number).tier == 2


def test_a_snoozed_ticket_wakes_when_its_time_has_come(house: House) -> None:
    number, clock = house.handed_over(), clock_of(house, Team())
    house.console.snooze(MIA, number, NOON + HOUR)
    settle(clock)
    house.clock.move(minutes=59)
    settle(clock)
    assert "woken" not in history(house.database, number)
    house.clock.move(minutes=1)
    settle(clock)
    house.clock.move(hours=5)
    settle(clock)
    assert Counter(history(house.database, number))["woken"] == 1


def many(database: Database, house: House, count: int) -> None:
    """So many tickets of one conversation, all opened now."""
    house.handed_over()

    def work(session: Session) -> None:
        first = session.scalars(select(Ticket)).one()
        for n in range(count - 1):
            state = TicketState(
                first.conversation_id, first.requester_id, "ann", f"s{n}", "", "", NOON, 1
            )
            rows.open_new(session, state, "bot", NOON)

    database.write(work)


def test_a_hundred_due_at_once_are_told_once_each(house: House) -> None:
    many(house.database, house, 100)
    house.clock.move(minutes=50)
    settle(clock_of(house))
    house.clock.move(minutes=11)
    settle(clock_of(house))  # a restart: all of them are looked at again
    found = select(TicketEvent.what)
    told = Counter(house.database.read(lambda s: list(s.scalars(found))))
    assert told == {"opened": 100, "sla_warning": 100, "sla_breached": 100, "escalated": 100}


class Killed(Exception):
    """Stands for the death of the process."""


def test_after_a_crash_before_the_commit_it_is_done_once(house: House) -> None:
    number = house.handed_over()
    house.clock.move(hours=2)

    def die(_point: str) -> None:
        raise Killed

    dying = clock_of(house)
    dying.fault = die
    with pytest.raises(Killed):
        dying.work()
    assert history(house.database, number) == ["opened"]
    settle(clock_of(house))
    assert history(house.database, number) == ["opened", "sla_breached", "escalated"]


def test_who_acts_while_it_is_planned_wins(house: House) -> None:
    """The requester is answered between the look and the transaction: no escalation is made."""
    number, clock = house.handed_over(), clock_of(house)
    settle(clock)
    house.clock.move(minutes=61)
    planned = clock._plans

    def answered_meanwhile(*given: object) -> object:
        plans = planned(*given)  # type: ignore[arg-type]
        clock._plans = planned  # type: ignore[method-assign]
        house.console.reply(MIA, number, Written("Here you are.", then="open"))
        return plans

    clock._plans = answered_meanwhile  # type: ignore[method-assign,assignment]
    clock.work()
    assert history(house.database, number) == ["opened", "replied"]
    settle(clock)
    assert history(house.database, number) == ["opened", "replied", "sla_breached"]


def test_one_ticket_can_be_explained(house: House) -> None:
    number = house.handed_over()
    found = clock_of(house).explain(number)
    assert found is not None
    assert found.policy == "standard"
    assert [clock.name for clock, _ in found.clocks] == [Name.FIRST_RESPONSE, Name.RESOLUTION]
    assert [entry.end for entry in found.clocks[0][1]] == [NOON + HOUR]
    assert clock_of(house).explain(99) is None
    unpromised = clock_of(house, Team()).explain(number)
    assert unpromised is not None
    assert unpromised.clocks == ()
