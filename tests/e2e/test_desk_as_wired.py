"""The desk as the program wires it: edits answered again, silence unless sure, late answers, tickets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.answers import Thresholds
from bot.ask import Asking
from bot.channel import Address, Edit, Incoming, Sender
from bot.desk import Database, Desk
from bot.help_centre import HelpCentre
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
        (folder / "firstline.toml").write_text(
            "[limits]\nlate_minutes = 90\nlate_ticket_hours = 24\n"
        )
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


def test_a_question_that_is_a_day_old_goes_to_people(desk: Desk) -> None:
    desk.accept(said(BACKUP, "1", minutes_ago=24 * 60 + 1))
    desk.accept(said("hello", "2", thread="hello", minutes_ago=24 * 60 + 1))
    desk.accept(said(BACKUP, "3", thread="unasked", minutes_ago=24 * 60 + 1, only_if_sure=True))
    by_thread = {one.address.thread: one for one in deliver_all(desk)}
    (ticket,) = desk.tickets()
    assert (ticket.subject, ticket.reason) == (BACKUP, "the question was too old to be answered")
    assert f"#{ticket.id}" in by_thread["main"].text
    assert by_thread["main"].standing == "with_people"
    assert by_thread["hello"].text.startswith(SAY("away"))
    assert by_thread["unasked"].sort == "answer"


def test_a_ticket_is_called_by_the_question_and_promises_only_what_is_true(desk: Desk) -> None:
    for number, text in enumerate(["hi", BACKUP, "I want to talk to a human"]):
        desk.accept(said(text, str(number)))
    replies = deliver_all(desk)
    (ticket,) = desk.tickets()
    assert ticket.subject == BACKUP
    assert f"#{ticket.id}" in replies[-1].text
    assert "will answer you" not in replies[-1].text


def test_what_is_sent_to_people_is_handed_over_as_it_is(desk: Desk) -> None:
    desk.accept(said("How do I change the port?", "1"))
    deliver_all(desk)
    desk.accept(said("Refund\n\nIt broke.", "2", for_people=True))
    (reply,) = deliver_all(desk)
    assert reply.sort == "notice"
    (ticket,) = desk.tickets()
    assert ticket.subject == "Refund It broke."
    page = desk.ticket(ticket.id)
    assert page is not None
    assert page.summary.startswith("Problem: Refund It broke.")
    assert f"#{ticket.id}" in reply.text


def test_a_question_that_only_looks_like_a_choice_of_people_is_a_question(desk: Desk) -> None:
    desk.accept(said("How do I change the port?", "1", choice="for_people"))
    assert deliver_all(desk)[0].sort == "answer"
    assert desk.tickets() == ()


def test_open_tickets_are_a_persons_own(desk: Desk) -> None:
    for number, person in enumerate(("ann", "ben")):
        desk.accept(
            said("It broke.", f"{number}", sender=Sender(person), for_people=True, thread=person)
        )
    deliver_all(desk)
    (mine,) = desk.open_tickets("memory", "ben")
    assert (mine.requester, mine.subject, mine.status) == ("ben", "It broke.", "new")
    assert desk.open_tickets("other", "ben") == ()


def test_what_was_said_is_recalled_only_where_it_was_said(desk: Desk) -> None:
    desk.accept(said("How do I change the port?", "1"))
    (reply,) = deliver_all(desk)
    assert desk.said(reply.address, reply.key) == reply
    assert desk.said(Address("memory", "elsewhere"), reply.key) is None


def test_popular_is_what_most_answers_were_given_from(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db") as database:
        desk = Wired(tmp_path).desk(database)
        centre = HelpCentre(SmallKnowledge(ARTICLES), database)
        assert centre.popular(5) == ()
        for number, text in enumerate((BACKUP, "How do I change the port?", BACKUP)):
            desk.accept(said(text, str(number), thread=str(number)))
        deliver_all(desk)
        first, second = centre.popular(5)
        assert (second.title, second.path) == ("Change the port", "/help/port")
        assert centre.popular(1) == (first,)


def test_suggestions_go_on_as_it_was_typed(tmp_path: Path) -> None:
    asked = ("How do I change the port?", "Which port is used?", "Can I open a port twice?")
    first, *others = ARTICLES
    knowledge = SmallKnowledge((replace(first, questions=asked), *others))
    with opened(tmp_path / "desk.db") as database:
        centre = HelpCentre(knowledge, database)
        assert centre.suggestions("", 100) == asked
        assert centre.suggestions("", 2) == asked[:2]
        assert centre.suggestions("which", 10) == (asked[1],)
        assert centre.suggestions("port op", 10) == (asked[2],)
        assert centre.suggestions("Which p", 10) == (asked[1],)
        assert centre.suggestions("zzz", 10) == ()
        hidden = HelpCentre(knowledge, database, audience="staff")
        assert hidden.suggestions("", 100) == ()
