"""The agents' door: every act is allowed, decided upon what was seen, kept as an event, told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channel import Address, Attachment, Sender
from bot.console import (
    ActRefused,
    Asked,
    Forbidden,
    NoSuchTicket,
    StaleTicket,
    Written,
)
from bot.ticket_views import Filters, View
from tests.desk_support import deliver_all, opened, texts
from tests.ticket_support import ANN, BOB, LEA, MIA, House, both_states


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path / "desk.db") as database:
        yield House(database)


def test_a_claimed_ticket_is_theirs_and_the_bot_is_silent(house: House) -> None:
    number = house.handed_over()
    acted = house.console.claim(MIA, number, version=1)
    assert (acted.assignee, acted.status, acted.version) == ("mia", "open", 2)
    assert house.says("are you there?") == []
    page = house.console.ticket(LEA, number)
    assert page.holder == "agent"
    assert [event.what for event in page.events] == ["opened", "claimed", "requester_wrote"]
    assert page.events[1].name == "Mia"


def test_of_two_who_claim_at_once_one_is_told_who_was_faster(house: House) -> None:
    number = house.handed_over()
    seen = house.console.ticket(BOB, number).ticket.version
    house.console.claim(MIA, number, seen)
    with pytest.raises(StaleTicket, match="Mia claimed") as told:
        house.console.claim(BOB, number, seen)
    assert (told.value.by, told.value.version) == ("Mia", 2)
    with pytest.raises(ActRefused, match="Mia has this ticket"):
        house.console.claim(BOB, number)


def test_a_reply_goes_to_the_requester_under_the_agents_name(house: House) -> None:
    number = house.handed_over()
    file = Attachment("how.txt", "text/plain", b"do this")
    acted = house.console.reply(MIA, number, Written("Try **this**.", (file,)), key="form-1")
    again = house.console.reply(MIA, number, Written("Try **this**.", (file,)), key="form-1")
    assert (acted.new, again.new, acted.status, acted.assignee) == (True, False, "pending", "mia")
    (sent,) = deliver_all(house.desk)
    assert (sent.text, sent.author, sent.attachments) == ("Try **this**.", "Mia", (file,))
    assert sent.attempt == 1
    house.says("it works not")
    assert house.console.ticket(MIA, number).ticket.status == "open"


def test_a_note_is_for_agents_alone(house: House) -> None:
    number = house.handed_over()
    house.console.note(BOB, number, "looks like fraud")
    assert [note.text for note in house.console.ticket(MIA, number).notes] == ["looks like fraud"]
    assert "looks like fraud" not in str(house.desk.transcript(Address("memory", "main")))
    house.console.link_identity(MIA, number, "account", "ann")
    own = house.console.ticket(ANN, number)
    assert own.lines
    assert (own.notes, own.events, own.summary) == ((), (), "")


def test_who_may_not_is_told_so(house: House) -> None:
    number = house.handed_over()
    with pytest.raises(NoSuchTicket):
        house.console.ticket(ANN, number)
    with pytest.raises(NoSuchTicket):
        house.console.claim(ANN, number)
    with pytest.raises(NoSuchTicket):
        house.console.claim(MIA, 99)
    house.console.escalate(MIA, number)
    with pytest.raises(Forbidden, match="tier 2"):
        house.console.solve(BOB, number)
    with pytest.raises(Forbidden):
        house.console.inbox(ANN)
    with pytest.raises(Forbidden):
        house.console.open(ANN, Asked("x", "y", address=Address("memory", "z"), sender="ann"))


def test_what_is_solved_reopens_for_a_time_and_is_closed_after(house: House) -> None:
    number = house.handed_over()
    house.console.reply(MIA, number, Written("Done.", then="solved"))
    deliver_all(house.desk)
    house.clock.move(days=2)
    assert house.says("still broken") == []
    assert house.console.ticket(MIA, number).ticket.status == "open"
    house.console.solve(MIA, number)
    house.clock.move(days=8)
    assert house.console.close_due() == 1
    assert house.console.close_due() == 0
    with pytest.raises(ActRefused, match="linked"):
        house.console.reopen(MIA, number)
    assert house.says("hello again") == ["you said: hello again [1]"]
    house.says("human")
    page = house.console.ticket(MIA, house.desk.tickets()[0].id)
    assert page.ticket.id != number
    assert [(link.kind, link.ticket.id) for link in page.links] == [("related", number)]


def test_after_the_time_a_message_opens_a_linked_ticket(house: House) -> None:
    number = house.handed_over()
    house.console.reply(MIA, number, Written("Done.", then="solved"))
    deliver_all(house.desk)
    house.clock.move(days=4)
    assert house.says("still broken") == []
    new = house.desk.tickets()[0]
    assert (new.id, new.status) == (number + 1, "new")
    assert house.console.ticket(MIA, new.id).links[0].ticket.id == number
    assert house.console.ticket(MIA, number).ticket.status == "solved"


def test_the_bot_speaks_again_when_it_is_given_back(house: House) -> None:
    number = house.handed_over()
    with pytest.raises(ActRefused, match="already"):
        house.console.give_back(MIA, number)
    house.console.claim(MIA, number)
    house.console.give_back(MIA, number)
    assert house.says("and now?") == ["you said: and now? [1]"]


def test_lists_show_what_they_are_for(house: House) -> None:
    first, second, third = (house.handed_over(thread) for thread in "abc")
    house.console.claim(MIA, first)
    house.console.escalate(MIA, second, 3)
    house.console.change(MIA, third, {"tags": ["print", 'a "b"'], "priority": "high"})

    def shown(person: object, view: View, filters: Filters = Filters()) -> list[int]:  # noqa: B008
        return [t.id for t in house.console.inbox(person, view, filters).tickets]  # type: ignore[arg-type]

    assert shown(MIA, View.ALL) == [third, second, first]
    assert shown(MIA, View.MINE) == [first]
    assert shown(MIA, View.UNASSIGNED) == [third]
    assert shown(LEA, View.UNASSIGNED) == [third, second]
    assert shown(MIA, View.MY_TIERS) == [third, first]
    assert shown(MIA, View.ALL, Filters(tags=('a "b"',))) == [third]
    assert shown(MIA, View.ALL, Filters(tags=("b",))) == []
    assert shown(MIA, View.ALL, Filters(priorities=("high",), channels=("memory",))) == [third]
    house.console.snooze(MIA, first, house.clock() + timedelta(hours=1))
    assert shown(MIA, View.MINE) == []
    house.clock.move(hours=2)
    assert shown(MIA, View.MINE) == [first]
    house.console.solve(MIA, first)
    assert shown(MIA, View.ALL) == [third, second]
    assert shown(MIA, View.ALL, Filters(statuses=("solved",))) == [first]
    assert house.console.counts(MIA) == {
        View.MINE: 0,
        View.UNASSIGNED: 1,
        View.MY_TIERS: 1,
        View.BREACHING: 0,
        View.ALL: 2,
    }


def test_a_list_is_read_page_by_page(house: House) -> None:
    numbers = [house.handed_over(f"t{n}") for n in range(5)]
    seen, after = [], ""
    while True:
        page = house.console.inbox(MIA, after=after, limit=2)
        seen += [ticket.id for ticket in page.tickets]
        if not (after := page.next):
            break
    assert seen == numbers[::-1]
    with pytest.raises(ActRefused, match="first"):
        house.console.inbox(MIA, after="x")


def test_tickets_are_found_by_words_of_all_that_was_said(house: House) -> None:
    number = house.handed_over()
    house.console.claim(MIA, number)
    house.says("the Printer jams")
    house.console.note(MIA, number, "toner café")
    house.console.reply(MIA, number, Written("Turn it off."))
    other = house.handed_over("other")
    for words in ("printers", "jam prin", "cafe", "turn off"):
        assert [t.id for t in house.console.search(MIA, words)] == [number], words
    for strange in ("", '"', "NEAR/", "a* OR b", "'; drop table ticket", "%", "_", "zzz"):
        assert house.console.search(MIA, strange) == (), strange
    assert {t.id for t in house.console.search(MIA, "human")} == {number, other}


def test_merged_tickets_go_on_as_one(house: House) -> None:
    first, second = house.handed_over("a"), house.handed_over("b")
    house.console.follow(BOB, first)
    house.console.note(MIA, first, "seen before")
    house.console.merge(MIA, first, second)
    assert texts(deliver_all(house.desk)) == [f"Ticket #{first} goes on in #{second}."]
    page = house.console.ticket(MIA, second)
    assert page.followers == ("bob",)
    assert [note.text for note in page.notes] == ["seen before"]
    assert len([line for line in page.lines if line.text == "human"]) == 2
    gone = house.console.ticket(MIA, first)
    assert (gone.ticket.status, gone.merged_into) == ("closed", second)
    with pytest.raises(ActRefused, match=f"merged into #{second}"):
        house.console.claim(MIA, first)
    house.console.claim(MIA, second)
    assert house.says("more from the first thread", "a") == []
    assert house.console.ticket(MIA, second).events[-1].what == "requester_wrote"


def test_a_part_is_split_off(house: House) -> None:
    number = house.handed_over()
    house.console.claim(MIA, number)
    house.says("another thing: the lift")
    lines = house.console.ticket(MIA, number).lines
    with pytest.raises(ActRefused, match="messages of"):
        house.console.split(MIA, number, [99])
    new = house.console.split(MIA, number, [lines[-1].id])
    page = house.console.ticket(MIA, new.number)
    assert [line.text for line in page.lines] == ["another thing: the lift"]
    assert page.ticket.subject == "another thing: the lift"
    house.console.reply(MIA, new.number, Written("The lift is mended."))
    assert texts(deliver_all(house.desk)) == ["The lift is mended."]
    assert [line.text for line in house.console.ticket(MIA, new.number).lines][-1].startswith("The")


def test_agents_open_tickets_for_others(house: House) -> None:
    where = Address("memory", "phone")
    acted = house.console.open(
        MIA, Asked("No dial tone", "Nothing to hear.", address=where, sender="joe", tags=("phone",))
    )
    page = house.console.ticket(MIA, acted.number)
    assert (page.ticket.subject, page.ticket.requester, page.ticket.tags) == (
        "No dial tone",
        "joe",
        ("phone",),
    )
    again = house.console.open(MIA, Asked("And", "more", requester=page.ticket.requester_id))
    assert house.console.ticket(MIA, again.number).ticket.channel == "memory"
    with pytest.raises(ActRefused, match="address"):
        house.console.open(MIA, Asked("x", "y", requester=999))


def test_one_person_on_two_channels(house: House) -> None:
    first = house.handed_over("a")
    second = house.handed_over("b", sender=Sender("ann@work", "Ann"))
    third = house.handed_over("c", sender=Sender("ann@home", "Ann"))
    house.console.link_identity(MIA, first, "memory", "ann@work")
    page = house.console.ticket(MIA, first)
    assert [ticket.id for ticket in page.history] == [second]
    assert {(i.sender, i.linked_by) for i in page.identities} == {("ann", ""), ("ann@work", "mia")}
    house.console.verified("memory", "ann", "Ann@Example.org")
    house.console.verified("memory", "ann@home", "ann@example.org ")
    assert {t.id for t in house.desk.open_tickets("memory", "ann@home")} == {first, second, third}
    for number in (first, second, third):
        row, rebuilt = both_states(house.database, number)
        assert row == rebuilt


def test_changes_are_read_on_from_the_last_one(house: House) -> None:
    start = house.console.last_event()
    number = house.handed_over()
    house.console.claim(MIA, number)
    new = house.console.changes(BOB, start)
    assert [(change.ticket, change.what) for change in new] == [
        (number, "opened"),
        (number, "claimed"),
    ]
    assert house.console.events_after(new[-1].id) == ()
