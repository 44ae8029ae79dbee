"""Cards in triage channels and their threads: what agents see there, and what they may do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import Triage, after_prefix, press_id, pressed, triage_of
from bot.channel import Address, Attachment, Deletion, Edit, SendError
from bot.console import Written
from tests.cards_support import SECOND, Triaged
from tests.desk_support import deliver_all, opened
from tests.postgres_server import PostgresServer
from tests.ticket_support import LEA, MIA


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, made once: its tables take longer than any test."""
    file = tmp_path_factory.mktemp("made") / "desk.db"
    with opened(file):
        return file


@pytest.fixture
def house(made: Path, tmp_path: Path) -> Iterator[Triaged]:
    shutil.copy(made, tmp_path / "desk.db")
    with opened(tmp_path / "desk.db") as database:
        yield Triaged(database)


@pytest.fixture
def number(house: Triaged) -> int:
    found = house.handed_over()
    house.settle()
    return found


def acts(house: Triaged, place: str = "C-first") -> list[str]:
    (card,) = house.platform.cards(place)
    assert card.posting.shows
    return [each.label for each in card.posting.shows.buttons]


def test_a_card_is_posted_once_and_changes_with_its_ticket(house: Triaged, number: int) -> None:
    (card,) = house.platform.cards("C-first")
    shown = card.posting.shows
    assert shown
    assert shown.number == number
    assert shown.url == f"https://desk.example/console/tickets/{number}"
    assert acts(house) == ["Claim", "Reply", "Note", "Escalate", "Solve", "More"]
    assert house.agents.press("desk", "U-mia", number, "claim", "1").done
    house.settle()
    assert acts(house) == ["Reply", "Note", "Escalate", "Solve", "More"]
    (card,) = house.platform.cards("C-first")
    assert card.posting.shows
    assert any("mia" in each.lower() for each in card.posting.shows.facts)
    house.console.solve(MIA, number)
    house.settle()
    assert acts(house) == ["Reply", "Note", "Reopen"]
    assert len(house.platform.cards("C-first")) == 1


def test_the_thread_is_mirrored_both_ways_and_notes_stay_inside(
    house: Triaged, number: int
) -> None:
    def writes(text: str, identity: str) -> None:
        told = house.agents.said("desk", "U-mia", "m1", identity, text)
        assert told
        assert told.done, told

    writes("looks like the proxy", "s1")
    writes("!reply Please restart it.", "s2")
    writes("!reply Please restart it.", "s2")  # delivered again
    writes(" !reply with a space before is a note", "s3")
    sent = deliver_all(house.desk)
    assert [(one.text, one.author) for one in sent] == [("Please restart it.", "Mia")]
    house.settle()
    assert house.platform.thread("m1") == [], "they stand in the thread already"
    notes = [each.text for each in house.console.ticket(MIA, number).notes]
    assert notes == ["looks like the proxy", " !reply with a space before is a note".strip()]

    house.says("It works now")
    house.console.note(LEA, number, "nice")
    house.console.reply(LEA, number, Written("Glad to hear."))
    house.settle()
    assert house.platform.thread("m1") == [
        ("👤 Ann", "It works now"),
        ("📝 Lea noted", "nice"),
        ("↩️ lea to the requester", "Glad to hear."),
    ]


def test_edits_deletions_and_files_of_the_requester_are_mirrored(
    house: Triaged, number: int
) -> None:
    house.console.claim(MIA, number)
    file = Attachment("log.txt", "text/plain", b"boom", "https://files.example/log.txt")
    house.says("see this", attachments=(file,))
    house.settle()
    (line,) = [each for each in house.platform.posts.values() if each.thread == "m1"]
    assert line.posting.attachments[0].name == "log.txt"
    here = Address("memory", "main")
    house.clock.move(seconds=5)
    house.desk.accept(Edit(here, "main-m2", "see that", house.clock()))
    house.settle()
    assert (line.posting.head, line.posting.text) == ("👤 Ann (changed)", "see that")
    house.clock.move(seconds=5)
    house.desk.accept(Deletion(here, "main-m2", house.clock()))
    house.settle()
    assert (line.posting.head, line.posting.text) == ("👤 Ann took this back", "–")
    assert line.changes == 2


def test_what_is_written_before_anybody_claims_is_seen_too(house: Triaged, number: int) -> None:
    house.says("are you there?")
    house.settle()
    assert house.platform.thread("m1") == [("👤 Ann", "are you there?")]


def test_a_reply_is_marked_when_it_arrived_and_when_it_never_will(
    house: Triaged, number: int
) -> None:
    house.console.reply(MIA, number, Written("one"))
    house.settle()
    (line,) = [each for each in house.platform.posts.values() if each.thread == "m1"]
    assert line.mark == ""
    deliver_all(house.desk)
    house.settle()
    assert line.mark == "delivered"
    house.console.reply(MIA, number, Written("two"))
    (due,) = house.desk.due(10)
    house.desk.failed(due.key, SendError("the user is gone", permanent=True))
    house.settle()
    lines = [each for each in house.platform.posts.values() if each.thread == "m1"]
    assert [each.mark for each in lines] == ["delivered", "failed", ""]
    assert lines[-1].posting.text == "the user is gone"


def test_escalated_the_card_goes_to_the_next_tier(house: Triaged, number: int) -> None:
    told = house.agents.press("desk", "U-bob", number, "escalate", "1")
    assert told.form
    assert house.agents.submit("desk", "U-bob", number, "escalate", "too hard", "v1").done
    house.settle()
    (old,), (new,) = house.platform.cards("C-first"), house.platform.cards("C-second")
    assert old.posting.shows
    assert "Goes on in" in old.posting.shows.facts[0]
    assert not old.posting.shows.buttons
    assert new.posting.shows
    assert "tier 2" in new.posting.shows.facts[0]
    refused = house.agents.press("desk", "U-bob", number, "claim", "2")
    assert not refused.done
    assert "tier 2" in refused.text


@pytest.mark.parametrize("act", ["claim", "reply", "note", "escalate", "solve", "more"])
def test_nobody_unknown_can_press_anything(house: Triaged, number: int, act: str) -> None:
    before = house.console.ticket(LEA, number).events
    for told in (
        house.agents.press("desk", "U-ann", number, act, "1"),
        house.agents.submit("desk", "U-ann", number, act, "forged", "2"),
        house.agents.press("elsewhere", "U-mia", number, act, "3"),
        house.agents.said("desk", "U-ann", "m1", "s1", "!reply forged"),
    ):
        assert told
        assert not told.done
        assert "firstline agent identity" in told.text
    assert house.console.ticket(LEA, number).events == before
    assert deliver_all(house.desk) == []


def test_what_is_posted_survives_failures_in_order_and_once(house: Triaged, number: int) -> None:
    house.console.claim(MIA, number)
    house.settle()
    for text in ("first", "second", "third"):
        house.says(text)
    house.platform.failures.append(SendError("busy", retry_after=5))
    house.settle()
    assert house.platform.thread("m1") == []
    house.clock.move(seconds=6)
    house.platform.lost.append(SendError("no answer"))
    house.settle()
    house.clock.move(seconds=60)
    house.settle()
    assert [text for _, text in house.platform.thread("m1")] == ["first", "second", "third"]


def test_a_worker_that_died_leaves_its_card_to_others(house: Triaged, number: int) -> None:
    house.console.claim(MIA, number)
    house.agents.follow()
    (first,) = house.agents.due("desk")  # and dies
    assert first.kind == "card"
    assert house.agents.due("desk") == [], "somebody has it"
    house.clock.move(minutes=3)
    house.settle()
    assert acts(house) == ["Reply", "Note", "Escalate", "Solve", "More"]


def test_on_postgres_the_same(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    with opened(url) as database:
        house = Triaged(database)
        number = house.handed_over()
        house.clock.move(seconds=1)
        house.says("are you there?")  # before there is a card
        house.settle()
        house.console.reply(MIA, number, Written("yes"))
        deliver_all(house.desk)
        house.settle()
        assert [text for _, text in house.platform.thread("m1")] == ["are you there?", "yes"]
    postgres.drop(url)


def test_old_tickets_are_not_brought_in_and_a_message_elsewhere_is_no_card(
    house: Triaged, number: int
) -> None:
    assert house.agents.said("desk", "U-mia", "m99", "s1", "hello") is None
    assert house.agents.places("desk") == {"C-first", "C-second"}
    assert house.agents.places("slack") == frozenset()


@given(st.text(), st.sampled_from(["!reply ", "!reply", ">>"]))
def test_only_what_begins_with_the_prefix_is_a_reply(text: str, prefix: str) -> None:
    said = after_prefix(text, prefix)
    word = prefix.strip()
    assert (said is not None) == (text.startswith(word) and (text + " ")[len(word)].isspace())


@given(st.text())
def test_no_made_up_control_is_understood(text: str) -> None:
    found = pressed(text)
    assert found is None or press_id(*found) == text or text.startswith("card/0")


def test_a_queue_of_the_tier_is_preferred() -> None:
    own = Triage("billing", 2, Address("slack", "C9"))
    assert triage_of("billing", 2, (SECOND, own)) == own.address
    assert triage_of("billing", 3, (SECOND, own)) == own.address
    assert triage_of("other", 2, (SECOND, own)) == SECOND.address
    assert triage_of("other", 3, (SECOND, own)) is None
