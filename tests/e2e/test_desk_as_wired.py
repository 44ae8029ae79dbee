"""The desk as the program wires it: edits answered again, silence unless sure, late answers, tickets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.answers import Thresholds
from bot.ask import Asking
from bot.channel import Address, Edit, Incoming
from bot.desk import Database, Desk
from bot.turn import Outcome
from bot.wording import load_wording
from config.serving import desk_over
from config.wiring import now, open_place
from tests.answers_support import SmallKnowledge
from tests.desk_support import NOON, deliver_all, message, opened
from tests.index_twins import HashedWords
from tests.unit.test_responders import ARTICLES

SAY = load_wording()
SURE = Thresholds(in_scope=0.4, answer=0.0, sure=0.0)
UNSURE = Thresholds(in_scope=0.4, answer=0.0, sure=1.0)
BACKUP = "How do I make a backup of the database?"


class Wired:
    """A desk over a small knowledge base, wired by the settings of a folder."""

    def __init__(self, folder: Path) -> None:
        (folder / "firstline.toml").write_text("[limits]\nlate_minutes = 90\n")
        self.place = open_place(folder)

    def desk(self, database: Database, thresholds: Thresholds = SURE) -> Desk:
        how = Asking(SmallKnowledge(ARTICLES), SAY, thresholds)
        return desk_over(self.place, database, how, HashedWords(dimension=4096))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path / "desk.db") as database:
        yield Wired(tmp_path).desk(database)


def said(text: str, external_id: str, minutes_ago: float = 0, **more: Any) -> Incoming:
    return message(text, external_id, sent_at=now() - timedelta(minutes=minutes_ago), **more)


def test_an_edited_question_is_answered_again_when_that_is_wanted(desk: Desk) -> None:
    desk.accept(said("How do I change the port?", "1"))
    assert deliver_all(desk)[0].sources[0].title == "Change the port"
    desk.accept(Edit(Address("memory", "main"), "1", BACKUP, NOON))
    (offer,) = deliver_all(desk)
    assert offer.text == SAY("edited")
    (choice,) = offer.choices
    desk.accept(said(choice.label, "2", choice=choice.id))
    (answer,) = deliver_all(desk)
    assert answer.sources[0].title == "Make a backup"
    assert answer.rateable


@pytest.mark.parametrize(("thresholds", "answers"), [(SURE, 1), (UNSURE, 0)])
def test_a_message_to_nobody_is_answered_only_when_sure(
    tmp_path: Path, thresholds: Thresholds, answers: int
) -> None:
    with opened(tmp_path / "desk.db") as database:
        desk = Wired(tmp_path).desk(database, thresholds)
        kept = desk.accept(said(BACKUP, "1", only_if_sure=True))
        desk.accept(said("hello everybody", "2", only_if_sure=True))
        desk.accept(said("can a human help me please", "3", only_if_sure=True))
        assert len(deliver_all(desk)) == answers
        assert desk.tickets() == ()
        trace = desk.trace(kept.message_id or 0)
        assert trace is not None
        assert trace.outcome == (Outcome.ANSWERED if answers else Outcome.IGNORED)
        assert trace.reason


def test_what_came_in_late_is_answered_with_a_word_of_that(desk: Desk) -> None:
    desk.accept(said(BACKUP, "1", minutes_ago=91))
    desk.accept(said(BACKUP, "2", thread="other", minutes_ago=89))
    late, on_time = sorted(deliver_all(desk), key=lambda one: one.address.thread)
    assert late.text.startswith(SAY("away"))
    assert SAY("away") not in on_time.text


def test_a_ticket_is_called_by_the_question_and_promises_only_what_is_true(desk: Desk) -> None:
    for number, text in enumerate(["hi", BACKUP, "I want to talk to a human"]):
        desk.accept(said(text, str(number)))
    replies = deliver_all(desk)
    (ticket,) = desk.tickets()
    assert ticket.subject == BACKUP
    assert f"#{ticket.id}" in replies[-1].text
    assert "will answer you" not in replies[-1].text
