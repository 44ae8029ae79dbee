"""What each kind of step does, seen by playing small flows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.flow_support import flow, player, texts
from tests.unit.test_flow_engine import PRINTER


def test_fixes_are_tried_in_order_until_one_helps() -> None:
    text = """
        title: t
        triggers: [t]
        steps:
          try:
            fixes:
              - do: First.
              - do: Second.
                when: channel == 'elsewhere'
              - do: Third.
            solved: done
            exhausted: people
          done: {solved: Good.}
          people: {hand_off: Sorry.}
        """
    p = player(flow(text))
    assert "Third." in texts(p.say("no"))
    assert "Good." in texts(p.say("yes"))
    p = player(flow(text))
    p.say("no")
    p.say("back")
    assert p.run
    assert p.run.place == 0
    p.say("cannot")
    assert "Sorry." in texts(p.say("no"))
    assert p.run
    assert [each.outcome for each in p.run.tried] == ["cannot", "no"]


def test_a_repeat_goes_back_so_often_and_then_on() -> None:
    p = player(
        flow("""
        title: t
        triggers: [t]
        steps:
          name: {ask: Which service?}
          again: {repeat: name, times: 2, while: name != 'last', next: done}
          done: {end: "Done with {{ name }}."}
        """)
    )
    for said in ("a", "b"):
        assert "Which service" in texts(p.say(said))
    assert "Done with c." in texts(p.say("c"))


def test_a_called_flow_comes_back_with_its_slots() -> None:
    sub = flow(
        """
        title: Sub
        needs: [topic]
        gives: [colour]
        steps:
          colour: {ask: "Colour for {{ topic }}?"}
          over: {end: ""}
        """,
        "two",
    )
    top = flow("""
        title: Top
        triggers: [top]
        steps:
          first: {ask: Topic?, slot: subject}
          sub: {call: two, with: {topic: subject}}
          last: {end: "So {{ colour }}."}
        """)
    p = player(top, sub)
    assert "Colour for walls?" in texts(p.say("walls"))
    assert texts(p.say("red")) == "So red."


def test_an_action_is_asked_for_once_and_its_result_fills_slots() -> None:
    p = player(
        flow("""
        title: t
        triggers: [t]
        steps:
          what: {ask: What?}
          open:
            action:
              url: https://tickets.example.org/new
              body: {short: "{{ what }}", urgent: true}
            into: {number: $.result.number}
            success: done
            failure: people
            timed_out: people
          done: {end: "It is {{ number }}."}
          people: {hand_off: Sorry.}
        """)
    )
    p.say('a "quoted" *thing*')
    assert p.last
    assert p.last.request
    assert p.last.request.body == {"short": 'a "quoted" *thing*', "urgent": True}
    assert "under way" in texts(p.say("hm"))
    assert p.last.request is None
    assert texts(p.comes("succeeds", {"result": {"number": "INC7"}})) == "It is INC7."


def test_a_search_inside_the_flow_comes_back() -> None:
    text = """
        title: t
        triggers: [t]
        steps:
          q: {ask: What do you look for?}
          look: {search: "{{ q }}", found: helped, nothing: people}
          helped: {ask: Did that help?, type: yes_no, "yes": done, "no": people}
          done: {solved: Good.}
          people: {hand_off: Sorry.}
        """
    p = player(flow(text), answers={"toner": "A powder."})
    replies = p.say("toner")
    assert [r.text for r in replies] == ["A powder.", "Did that help?"]
    assert p.say("yes")[0].text == "Good."
    p = player(flow(text))
    assert texts(p.say("ink")) == "Sorry."


def test_what_a_user_says_is_data() -> None:
    p = player(flow(PRINTER))
    for said in ("Windows", "no", "me@example.org"):
        p.say(said)
    p.say("{{ 7*7 }} {% import os %} **bold** `x`")
    handed = p.last and p.last.handed
    assert handed
    assert "49" not in handed.summary
    assert p.run
    assert p.run.slots["display"] == "{{ 7*7 }} {% import os %} **bold** `x`"


@pytest.mark.parametrize(
    ("until", "over"),
    [
        ("2026-11-25", None),
        ("2020-01-01", "ended"),
        ("9999-12-31", None),
        ("NaN", "ended"),
        ("soon", "ended"),
    ],
)
def test_a_wait_until_a_date_is_over_when_it_is_past_or_no_date(
    until: str, over: str | None
) -> None:
    text = f"title: t\ntriggers: [t]\nsteps:\n  w: {{wait: reply, until: \"'{until}'\", reply: e, next: e}}\n  e: {{end: x}}\n"
    p = player(flow(text))
    assert p.run
    assert p.run.over == over
    if over is None:
        assert p.run.wakes_at


def test_a_wait_ends_by_time_or_by_a_reply() -> None:
    text = "title: t\ntriggers: [t]\nsteps:\n  w: {wait: 2h, text: Wait., reply: r, next: e}\n  e: {end: Over.}\n  r: {end: Reply.}\n"
    p = player(flow(text))
    assert p.later(timedelta(hours=1)) == ()
    assert texts(p.later(timedelta(hours=1))) == "Over."
    assert texts(player(flow(text)).say("hello")) == "Reply."
