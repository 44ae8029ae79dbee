"""Flows on a desk: started, walked, kept, woken, with everything that must happen once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.flow_http import Called
from bot.flow_model import FlowJob, FlowPassage, FlowRun
from bot.flow_state import run_of
from bot.model import Conversation
from bot.store.rows import add
from knowledge.content import Article
from tests.desk_support import opened
from tests.flow_desk_support import Answers, FlowTown
from tests.flow_support import flow
from tests.unit.test_flow_engine import PRINTER

ORDER = """
    title: Order a monitor
    triggers: [monitor purchase]
    steps:
      size: {ask: Which size?, type: number}
      may:
        approve: "A monitor of {{ size }} inches."
        by: security
        approved: order
        refused: no
        timed_out: people
      order:
        action:
          url: https://shop.example.org/orders
          headers: {Authorization: "Bearer {{ secret.crm }}"}
          body: {inches: "{{ size }}"}
        into: {number: $.number}
        success: done
        failure: people
        timed_out: people
      done: {solved: "Ordered: {{ number }}."}
      no: {end: Refused.}
      people: {hand_off: Sorry.}
    """


@pytest.fixture
def town(kept: str) -> Iterator[FlowTown]:
    articles = (Article("toner", "What is toner", "Toner is a powder that printers need."),)
    with opened(kept) as database:
        yield FlowTown(database, flow(PRINTER), flow(ORDER, "two"), articles=articles)


def copy_run(town: FlowTown, copies: int) -> None:
    """As many other conversations with the run of the first one."""
    (run,) = town.runs()

    def work(session: Session) -> None:
        for number in range(copies):
            talk = Conversation(
                channel="test", thread=f"t{number}", requester="ann", opened_at=town.now
            )
            values = {c: getattr(run, c) for c in ("flow", "version", "step", "started_at")}
            state = {**run.state, "token": f"copy {number}"}
            add(
                session,
                FlowRun(
                    token=f"copy {number}",
                    conversation_id=add(session, talk),
                    state=state,
                    wakes_at=run.wakes_at,
                    **values,
                ),
            )

    town.database.write(work)


def counted(town: FlowTown, kind: type) -> int:
    return town.database.read(lambda s: s.scalar(select(func.count()).select_from(kind)) or 0)


def test_a_trigger_starts_the_flow_and_it_is_walked_to_its_end(town: FlowTown) -> None:
    assert "Which system" in town.says("my printer is broken")
    assert "Switch the printer off" in town.says("Windows")
    assert "Good." in town.says("that worked")
    (run,) = town.runs()
    assert (run.flow, run.status, run.wakes_at) == ("one", "solved", None)
    assert counted(town, FlowPassage) == 3


def test_an_article_that_fits_better_is_answered_with(town: FlowTown) -> None:
    assert "powder" in town.says("what is toner")
    assert town.runs() == []


def test_a_hand_off_opens_a_ticket_with_what_is_known_and_the_transcript(town: FlowTown) -> None:
    for text in ("my printer is broken", "Windows", "no", "me@example.org"):
        town.says(text)
    assert "#1" in town.says("LOAD LETTER")
    page = town.desk.ticket(1)
    assert page
    assert page.ticket.tier == 2
    for part in ("display: LOAD LETTER", "Priority: high", "Last messages"):
        assert part in page.summary


def test_others_in_the_thread_are_kept_and_do_not_count(town: FlowTown) -> None:
    town.says("my printer is broken")
    assert town.says("Windows", who="bob") == ""
    assert "Switch the printer" in town.says("macOS")


def test_a_new_version_is_taken_over_only_where_the_step_is_unchanged(town: FlowTown) -> None:
    from indexer.sources.flows import as_article

    town.says("my printer is broken")
    town.says("Windows")
    other = PRINTER.replace("Which address may we write to?", "Your new-style address?")
    town.knowledge.content = [as_article(flow(other))]
    assert "Your new-style address?" in town.says("no")
    other = PRINTER.replace("Which address may we write to?", "Your newest address?")
    town.knowledge.content = [as_article(flow(other))]
    # This very question is another one now: the run finishes on the version it has.
    assert "Your new-style address?" in town.says("hm hm hm hm")
    town.knowledge.content = []
    assert "What does the display" in town.says("me@example.org")


def test_a_timer_reminds_once_and_closes(town: FlowTown) -> None:
    town.says("my printer is broken")
    assert town.later(timedelta(hours=23)) == 0
    assert town.later(timedelta(hours=2)) == 1
    assert "Are you still there?" in town.told()
    assert town.later(timedelta(hours=2)) == 0
    assert town.later(timedelta(days=3)) == 1
    assert "close" in town.told()
    assert [run.status for run in town.runs()] == ["closed"]


def test_a_thousand_timers_due_at_once_fire_once_each(town: FlowTown) -> None:
    town.says("my printer is broken")
    copy_run(town, 999)
    assert town.later(timedelta(hours=30)) == 1000
    posts = town.posts()
    assert len(posts) == len({post.address.thread for post in posts}) == 1000


def test_of_a_reply_and_a_timer_at_the_same_instant_one_wins(town: FlowTown) -> None:
    for number in range(20):
        town.says("my printer is broken", f"t{number}")
    town.now += timedelta(days=4)
    firing = threading.Thread(target=lambda: town.later(timedelta(0)))
    firing.start()
    for number in range(20):
        town.says("Windows", f"t{number}")
    firing.join()
    town.later(timedelta(0))
    runs = town.runs()
    assert len(runs) >= 20
    for run in runs[:20]:
        state = run_of(run.state)
        answered = dict(state.slots) == {"os": "Windows"}
        assert answered == (run.status == "active")


def test_approval_then_action_each_once(town: FlowTown) -> None:
    town.says("monitor purchase")
    assert "asked for approval" in town.says("27")
    town.work()
    (post,) = [p for p in town.posts() if p.address.thread == "the security room"]
    assert "27 inches" in post.text
    assert [c.label for c in post.choices] == ["Approve", "Refuse"]
    outside = town.outside
    assert isinstance(outside, Answers)
    outside.ends = Called("success", {"number": "A7"})
    for _ in range(2):
        town.says("Approve", "the security room", post.choices[0].id, "boss")
        town.work()
    assert "Ordered: A7." in town.told() or town.runs()[0].status == "solved"
    (request,) = outside.asked
    assert request[0] == "POST"
    assert request[2]["Authorization"] == "Bearer s3cret"
    assert request[3] == {"inches": 27}
    assert counted(town, FlowJob) == 2
    assert "s3cret" not in str([run.state for run in town.runs()])


def test_an_approval_that_takes_too_long_goes_on_by_its_time_out(town: FlowTown) -> None:
    town.says("monitor purchase")
    town.says("27")
    town.work()
    town.posts()
    assert town.later(timedelta(days=3)) == 1
    assert "ticket is #1" in town.told()


def test_the_state_rebuilt_from_what_was_said_is_the_state_that_is_kept(town: FlowTown) -> None:
    from tests.flow_support import player

    said = ["Windows", "no", "wrong", "me@example.org", "back", "you@example.org"]
    town.says("my printer is broken")
    again = player(flow(PRINTER))
    for text in said:
        town.says(text)
        again.say(text)
        kept = run_of(town.database.read(lambda s: s.scalars(select(FlowRun.state)).one()))
        assert again.run
        assert (kept.step, kept.slots, kept.visit, kept.tried) == (
            again.run.step, again.run.slots, again.run.visit, again.run.tried,
        )  # fmt: skip


def test_a_flow_in_a_called_flow_is_counted_as_its_own_and_as_its_caller(kept: str) -> None:
    from bot.flow_stats import counts, flow_stats

    sub = flow("title: Sub\nsteps:\n  q: {ask: Colour?}\n  e: {end: ''}\n", "sub")
    top = flow(
        "title: T\ntriggers: [paint]\nsteps:\n  c: {call: sub}\n  d: {solved: Done.}\n", "top"
    )
    with opened(kept) as database:
        town = FlowTown(database, top, sub)
        assert "Colour?" in town.says("paint")
        (run,) = town.runs()
        assert (run.flow, run.version, run.step) == ("top", top.version, "c")
        assert "Done." in town.says("red")
        stats = flow_stats(database, "top")
        assert (stats["started"], stats["solved"], stats["solved_at"]) == (1, 1, {"d": 1})
        assert counts(database, "sub") == {("q", "next"): 1, ("e", "end"): 1}
