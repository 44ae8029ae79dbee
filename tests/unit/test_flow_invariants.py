"""Whatever the flow and whatever users say: the engine never raises, always stops, says something
to somebody, and its state is what was said to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flow_book import FlowShelf
from bot.flow_state import Came, Event, Run, Said, Woke, run_of, run_record
from bot.flow_turns import settle
from bot.flow_walk import Aids
from bot.flows import advance, begin
from bot.turn import Reply
from knowledge.content import Problem
from knowledge.flows.check import check
from knowledge.flows.flow import Flow
from knowledge.flows.reading import read_flow
from tests.flow_support import NOON, ears, wording

KINDS = ["say", "ask", "choice", "yes_no", "number", "instruct", "fixes", "branch", "set", "repeat",
         "search", "action", "approve", "wait", "reply"]  # fmt: skip


def _step(kind: str, name: str, onward: list[str], back: str) -> str:
    """One step that leads only forward, by as many of the names as its kind has ways."""
    a, b, c = (onward * 3)[:3]
    return {
        "say": f"{{say: 'Hi {{{{ known }}}}', next: {a}}}",
        "ask": f"{{ask: Q {name}?, slot: text, skip: {b}, next: {a}}}",
        "choice": f"{{ask: Which?, choices: {{Red: {a}, Blue: {b}, Dark green: {c}}}, slot: colour}}",
        "yes_no": f"{{ask: Really?, type: yes_no, 'yes': {a}, 'no': {b}}}",
        "number": f"{{ask: How many?, type: number, min: 0, retries: 1, gave_up: {b}, next: {a}}}",
        "instruct": f"{{instruct: Do {name}., 'yes': {a}, 'no': {b}, timeout: 2h, timed_out: {c}}}",
        "fixes": f"{{fixes: [{{do: One}}, {{do: Two}}], solved: {a}, exhausted: {b}}}",
        "branch": f"{{branch: [{{when: \"problem is matching('a')\", to: {a}}}, {{else: {b}}}]}}",
        "set": f"{{set: {{x: \"(x | default('')) ~ 'ab'\"}}, next: {a}}}",
        "repeat": f"{{repeat: {back}, times: 2, next: {a}}}",
        "search": f"{{search: '{{{{ problem }}}}', found: {a}, nothing: {b}}}",
        "action": f"{{action: {{url: 'https://x.example'}}, into: {{y: $.a}}, success: {a}, failure: {b}, timed_out: {c}}}",
        "approve": f"{{approve: May I?, by: boss, approved: {a}, refused: {b}, timed_out: {c}}}",
        "wait": f"{{wait: 1h, next: {a}}}",
        "reply": f"{{wait: reply, reply: {a}}}",
    }[kind]  # fmt: skip


@st.composite
def flows(draw: st.DrawFn) -> str:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=9))
    names = [f"s{n}" for n in range(len(kinds))]
    lines = []
    for place, kind in enumerate(kinds):
        later = [*names[place + 1 :], "solved", "people", "end"]
        onward = [names[place + 1] if place + 1 < len(names) else "end"]
        onward += draw(st.lists(st.sampled_from(later), max_size=2))
        back = names[draw(st.integers(0, place))]
        lines.append(f"  {names[place]}: {_step(kind, names[place], onward, back)}")
    lines += ["  solved: {solved: ''}", "  people: {hand_off: ''}", "  end: {end: ''}"]
    return "title: t\ntriggers: [t]\ntimeout: 3d\nremind: 1d\nsteps:\n" + "\n".join(lines)


WORDS = st.sampled_from(
    ["yes", "no", "cannot", "1", "2", "99", "Red", "dark green", "a", "", " ", "42", "-1", "back",
     "restart", "skip", "no, I meant Blue", "actually 7", "Who are you?", "what?", "{{ x }}", "💥",
     "I meant", "\u202e", "x" * 5000, "cancel", "human"]
)  # fmt: skip
EVENTS = st.one_of(
    WORDS.map(lambda text: ("said", text)),
    st.text(max_size=20).map(lambda text: ("said", text)),
    st.integers(0, 5).map(lambda n: ("press", str(n))),
    st.sampled_from(["flow:1:0:1", "flow:9:9:9", "human", "flow:", "nonsense"]).map(
        lambda choice: ("old", choice)
    ),
    st.integers(0, 100).map(lambda hours: ("later", str(hours))),
    st.sampled_from(["success", "failure", "timed_out", "approved", "refused", "found", "??"]).map(
        lambda edge: ("came", edge)
    ),
)


@dataclass
class User:
    """One run, driven by events; keeps what happened so that it can be done again."""

    flow: Flow
    look: Callable[[str], tuple[Reply, ...] | None]
    happened: list[tuple[Event, timedelta]] = field(default_factory=list)
    passed: timedelta = timedelta(0)
    silent: int = 0

    def __post_init__(self) -> None:
        self.shelf = FlowShelf({self.flow.id: self.flow})
        self.aids = Aids(ears(), wording())
        first = begin(self.flow, self.shelf, "1", NOON, self.aids, {"problem": "p", "known": {}})
        self.last = settle(self.shelf, first, None, NOON, self.aids, self.look)

    @property
    def run(self) -> Run:
        return self.last.run

    def happens(self, event: Event, later: timedelta = timedelta(0)) -> None:
        self.passed += later
        now = NOON + self.passed
        said = event if isinstance(event, Said) else None
        first = advance(self.shelf, self.run, event, now, self.aids)
        self.happened.append((event, later))
        self.last = settle(self.shelf, first, said, now, self.aids, self.look)

    def event(self, kind: str, what: str) -> tuple[Event, timedelta]:
        offered = [c for reply in self.last.replies for c in reply.choices]
        if kind == "press" and offered:
            choice = offered[int(what) % len(offered)]
            return Said(choice.label, choice.id), timedelta(0)
        if kind == "old":
            return Said("x", what), timedelta(0)
        if kind == "later":
            return Woke(), timedelta(hours=int(what))
        if kind == "came":
            return Came(self.run.visit, what, {"a": 1}, "boss"), timedelta(0)
        return Said(what), timedelta(0)


def read(text: str) -> Flow:
    found, problems = read_flow(text, "one.yaml", id="one")
    assert found
    unproven: list[Problem] = [p for p in check([found]) if "No path reaches" not in p.what]
    assert (problems, unproven) == ([], []), text
    return found


def look(question: str) -> tuple[Reply, ...] | None:
    return (Reply("An answer."),) if "who" in question.lower() else None


@settings(max_examples=250, deadline=None)
@given(flows(), st.lists(EVENTS, max_size=25))
def test_it_never_raises_and_the_state_is_what_was_said(
    text: str, events: list[tuple[str, str]]
) -> None:
    user = User(read(text), look)
    for kind, what in events:
        event, later = user.event(kind, what)
        before = user.run
        user.happens(event, later)
        after = user.run
        assert run_of(run_record(after)) == after
        if before.over:
            assert after == before
            assert user.last.replies == ()
            continue
        assert after.over or (after.wakes_at and after.wakes_at >= NOON)
        # Whoever says something hears something: a run is never silent to its user.
        quiet = after.over == "handed_off" or user.last.request or not isinstance(event, Said)
        assert quiet or user.last.replies or user.flow.steps[after.step].kind == "wait"
        assert bool(user.last.handed) == (after.over == "handed_off")
        for reply in user.last.replies:
            assert reply.text.strip()
    again = User(user.flow, look)
    for event, later in user.happened:
        again.happens(event, later)
    assert again.run == user.run


@settings(max_examples=100, deadline=None)
@given(flows(), st.lists(st.integers(0, 5), min_size=150, max_size=150))
def test_who_only_answers_comes_to_an_end(text: str, presses: list[int]) -> None:
    user = User(read(text), look)
    for number in presses:
        if user.run.over:
            break
        kind = "press" if any(reply.choices for reply in user.last.replies) else "said"
        if user.last.request or user.last.approval:
            edge = "success" if user.last.request else "approved"
            user.happens(Came(user.run.visit, edge, {}, "boss"))
            continue
        event, _ = user.event(kind, str(number))
        if isinstance(event, Said) and event.choice == "human":
            event = Said("yes")
        user.happens(event)
        while not user.run.over and user.flow.steps[user.run.step].kind == "wait":
            user.happens(Woke() if user.flow.steps[user.run.step].edge("next") else Said("on"),
                         timedelta(hours=1))  # fmt: skip
    assert user.run.over


@settings(max_examples=100, deadline=None)
@given(flows(), st.lists(EVENTS, max_size=12))
def test_back_gives_the_slots_from_before_the_answer(
    text: str, events: list[tuple[str, str]]
) -> None:
    user = User(read(text), look)
    for kind, what in events:
        user.happens(*user.event(kind, what))
    if user.run.over or not user.run.trail:
        return
    entry = user.run.trail[-1]
    user.happens(Said("back"))
    assert dict(user.run.slots) == dict(entry.slots)
    assert user.run.step == entry.step


@settings(max_examples=60, deadline=None)
@given(flows(), st.lists(WORDS, max_size=8))
def test_silence_ends_every_run(text: str, said: list[str]) -> None:
    user = User(read(text), look)
    for each in said:
        user.happens(Said(each))
    for _ in range(200):
        wakes = user.run.wakes_at
        if user.run.over or wakes is None:
            break
        user.happens(Woke(), max(wakes - NOON - user.passed, timedelta(0)))
    assert user.run.over
