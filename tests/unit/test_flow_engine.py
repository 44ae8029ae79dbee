"""The engine of flows: what each step does, and what a user may say in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.flow_state import run_of, run_record
from tests.flow_support import NOON, flow, player, texts

PRINTER = """
    title: The printer does not print
    triggers: [my printer is broken]
    remind: 1d
    timeout: 3d
    steps:
      os:
        ask: Which system do you use?
        choices:
          Windows: {to: restart, means: [PC with win11]}
          macOS: restart
          Something else: people
      restart:
        instruct: Switch the printer off and on.
        code: echo {{ os }}
        yes: done
        no: mail
      mail:
        ask: Which address may we write to?
        type: email
        error: That is no e-mail address.
        skip: people
      note:
        ask: What does the display of your {{ os }} machine say?
        slot: display
        next: people
      done:
        solved: Good.
      people:
        hand_off: I pass you on.
        tier: 2
        priority: high
    """


def test_the_first_question_offers_its_choices_and_a_label_or_number_or_word_answers_it() -> None:
    for said in ("Windows", "1", "windows please", "I have a PC with win11"):
        p = player(flow(PRINTER))
        assert p.last
        assert [c.label for c in p.last.replies[0].choices] == [
            "Windows",
            "macOS",
            "Something else",
        ]
        assert "echo Windows" in texts(p.say(said))
        assert p.run
        assert p.run.slots == {"os": "Windows"}


def test_solved_ends_the_run() -> None:
    p = player(flow(PRINTER))
    p.say("macOS")
    assert texts(p.say("that fixed it")) == "Good."
    assert p.run
    assert p.run.over == "solved"
    assert p.say("hello?") == ()


def test_a_hand_off_carries_all_that_is_known() -> None:
    p = player(flow(PRINTER))
    for said in ("Windows", "no", "me@example.org", "PC LOAD LETTER"):
        p.say(said)
    handed = p.last and p.last.handed
    assert handed
    assert (handed.tier, handed.priority) == (2, "high")
    for part in ("it is broken", "display: PC LOAD LETTER", "Switch the printer off", "no"):
        assert part in handed.summary


def test_what_is_no_answer_is_asked_again_then_a_person_is_offered_then_given() -> None:
    p = player(flow(PRINTER))
    for said in ("Windows", "no"):
        p.say(said)
    assert texts(p.say("not an address")).startswith("That is no e-mail address.")
    p.say("still none")
    offered = p.say("again none")
    assert offered[-1].choices[-1].id == "human"
    p.say("none")
    assert p.run
    assert p.run.over == "handed_off"


def test_a_question_in_between_is_answered_and_the_flow_goes_on() -> None:
    p = player(flow(PRINTER), answers={"What is toner?": "A powder."})
    p.say("Windows")
    replies = p.say("What is toner?")
    assert replies[0].text == "A powder."
    assert 'Back to "The printer does not print"' in replies[1].text
    assert "Switch the printer off" in replies[1].text
    assert "Which address" in texts(p.say("no"))


def test_back_asks_the_last_question_again_and_forgets_its_answer() -> None:
    p = player(flow(PRINTER))
    p.say("Windows")
    p.say("no")
    assert "Switch the printer off" in texts(p.say("back"))
    assert p.run
    assert (p.run.tried, dict(p.run.slots)) == ((), {"os": "Windows"})
    assert "Which system" in texts(p.say("go back"))
    assert p.run.slots == {}
    assert "nothing to go back to" in texts(p.say("back"))


def test_a_correction_asks_again_only_what_depends_on_it() -> None:
    p = player(
        flow(PRINTER.replace("next: people", "next: more\n      more: {ask: More?, next: people}"))
    )
    for said in ("Windows", "no", "me@example.org", "LOAD"):
        p.say(said)
    replies = texts(p.say("No, I meant macOS"))
    assert "I changed that to: macOS" in replies
    assert "Switch the printer off" in replies
    # The address stays; what the display said was asked with the system's name in it.
    assert "What does the display of your macOS machine say?" in texts(p.say("no"))
    assert p.run
    assert p.run.slots["mail"] == "me@example.org"
    assert "display" not in p.run.slots


def test_a_correction_of_the_same_answer_changes_nothing() -> None:
    p = player(flow(PRINTER))
    p.say("Windows")
    before = p.run
    p.say("no, I meant Windows")
    assert p.run
    assert before
    assert p.run.slots == before.slots


@pytest.mark.parametrize(
    ("said", "over", "words"),
    [
        ("cancel", "cancelled", "stopped"),
        ("a human please", "handed_off", ""),
        ("restart", None, "Which system"),
    ],
)
def test_commands(said: str, over: str | None, words: str) -> None:
    p = player(flow(PRINTER))
    p.say("Windows")
    assert words in texts(p.say(said))
    assert p.run
    assert p.run.over == over
    assert over or p.run.slots == {}


def test_a_press_on_an_old_button_is_answered_and_changes_nothing() -> None:
    p = player(flow(PRINTER))
    assert p.last
    old = p.last.replies[0].choices[1]
    p.say("Windows")
    from bot.flow_state import Said

    replies = p._happens(Said(old.label, old.id))
    assert "earlier question" in texts(replies)
    assert "Switch the printer off" in texts(replies)
    assert p.run
    assert p.run.slots == {"os": "Windows"}


def test_silence_is_reminded_once_and_then_closed() -> None:
    p = player(flow(PRINTER))
    p.say("Windows")
    assert "Are you still there?" in texts(p.later(timedelta(days=2)))
    assert "Are you" not in texts(p.later(timedelta(hours=12)))
    assert "close" in texts(p.later(timedelta(days=1)))
    assert p.run
    assert p.run.over == "closed"


def test_the_state_survives_as_json() -> None:
    p = player(flow(PRINTER))
    for said in ("Windows", "no", "me@example.org"):
        p.say(said)
        assert p.run
        assert run_of(run_record(p.run)) == p.run
    assert p.run
    assert p.run.started_at == NOON
