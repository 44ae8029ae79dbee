"""What `firstline check` refuses in a flow: each with its line, and the path in words."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.flows import language
from knowledge.flows.graph import paths
from knowledge.flows.patterns import doubt
from knowledge.flows.reading import read_flow
from tests.flow_support import flow, wrong

TOP = "title: t\ntriggers: [t]\n"


def steps(*lines: str) -> str:
    return TOP + "steps:\n" + "".join(f"  {line}\n" for line in lines)


MISTAKES = [
    (["a: {say: x, next: ende}", "end: {end: x}"], 4, "`ende`, which is no step", "`end`"),
    (["a: {say: x, next: end}", "b: {say: y}", "end: {end: x}"], 5, "No path reaches step `b`", ""),
    (["a: {say: x}", "b: {say: y}"], 5, "The path a → b stops there", "`solved`"),
    (
        ["a: {say: x}", "b: {ask: q, choices: {Yes: a, No: c}}", "c: {end: x}"],
        5,
        "The path a → b (Yes) → a can go round for ever",
        "`repeat: step`",
    ),
    (
        ["a: {ask: q, slot: name}", "b: {say: 'Hi {{ nam }}'}", "c: {end: x}"],
        5,
        "reads `nam`",
        "`name`",
    ),
    (
        ["a: {ask: q, slot: name, skip: b}", "b: {say: 'Hi {{ name }}'}", "c: {end: x}"],
        5,
        "not set on the path a (skip) → b",
        "default",
    ),
    (["a: {ask: q, choices: [Yes, No]}", "b: {end: x}"], 4, "The choice `Yes` leads nowhere", ""),
    (
        ["a: {action: {url: 'https://x.org'}, success: b}", "b: {end: x}"],
        4,
        "has no `failure`",
        "Add `failure: step`",
    ),
    (
        ["a: {action: {url: 'https://x.org'}, success: b, failure: b}", "b: {end: x}"],
        4,
        "has no `timed_out`",
        "",
    ),
    (["a: {branch: [{when: channel, to: b}]}", "b: {end: x}"], 4, "no way for all others", "else"),
    (["a: {repeat: a}", "b: {end: x}"], 4, "without bound", "times: 3"),
    (["a: {sya: x}", "b: {end: x}"], 4, "Step `a` has no kind", "`say`"),
    (["a: {say: x, nxt: b}", "b: {end: x}"], 4, "Unknown key `nxt`", "`next`"),
    (["a: {ask: q, type: emial}", "b: {end: x}"], 4, "Unknown type `emial`", "`email`"),
    (["a: {say: 'Hi {{ 7 * 7 }}'}", "b: {end: x}"], 4, "Mul is not part of the language", ""),
    (["a: {say: 'Hi {{ x.__class__ }}'}", "b: {end: x}"], 4, "There is no `__class__`", ""),
    (["a: {say: '{% for i in x %}{% endfor %}'}", "b: {end: x}"], 4, "For is not part", ""),
    (["a: {say: '{{ open }'}", "b: {end: x}"], 4, "cannot be read", "`say`"),
    (["a: {ask: q, type: pattern, pattern: '(?=a)'}", "b: {end: x}"], 4, "pattern", ""),
    (["a: {ask: q, timeout: soon}", "b: {end: x}"], 4, "`timeout` cannot be used", "30m"),
    (
        ["a: {ask: q, type: pattern, pattern: '(E\\d+) (x)'}", "b: {end: x}"],
        4,
        "first of its groups",
        "(?:…)",
    ),
    (
        ["a: {ask: q, type: pattern, pattern: '(E\\d+)|none'}", "b: {end: x}"],
        4,
        "without its first",
        "(?:…)",
    ),
    (
        ["a: {set: {n: \"problem | found('(a)?b')\"}}", "b: {end: x}"],
        4,
        "without its first",
        "(?:…)",
    ),
    (
        ["a: {say: \"{{ problem | found('(a)(b)') }}\"}", "b: {end: x}"],
        4,
        "first of its groups",
        "",
    ),
    (["a: {hand_off: x, priority: hihg}"], 4, "Unknown priority `hihg`", "`high`"),
    (["a: {hand_off: x, priority: 1}"], 4, "Unknown priority `1`", "low, normal, high, urgent"),
    (["a: {hand_off: x, tier: 0}"], 4, "There is no tier 0", "begin at 1"),
    (
        ["a: {call: two, with: {topic: problem}}", "b: {end: x}"],
        4,
        "`two` is for `staff`",
        "same `audience`",
    ),
    (["a: {call: twoo}", "b: {end: x}"], 4, "`twoo` is no flow", "`two`"),
    (["a: {call: two}", "b: {end: x}"], 4, "needs `topic`", "`with:"),
]


@pytest.mark.parametrize(("lines", "line", "what", "do"), MISTAKES)
def test_a_mistake_is_said_with_its_line(lines: list[str], line: int, what: str, do: str) -> None:
    sub = "title: Sub\naudience: staff\nneeds: [topic]\nsteps:\n  a: {end: x}\n"
    found = [p for p in wrong(steps(*lines), sub) if p.path == "one.yaml"]
    matching = [p for p in found if what in p.what]
    assert matching, [str(each) for each in found]
    assert matching[0].line == line
    assert do in matching[0].do


def test_flows_that_call_one_another_are_refused() -> None:
    one = TOP + "steps:\n  a: {call: two}\n  b: {end: x}\n"
    two = "title: t\nsteps:\n  a: {call: one}\n  b: {end: x}\n"
    assert "one → two → one" in str([str(each) for each in wrong(one, two)])


def test_what_nothing_starts_is_refused() -> None:
    assert "Nothing starts this flow" in str(wrong("title: t\nsteps:\n  a: {end: x}\n"))


def test_a_sound_flow_has_no_problems_and_its_paths_are_listed() -> None:
    text = steps("a: {ask: q, choices: {Yes: b, No: c}}", "b: {solved: x}", "c: {hand_off: x}")
    assert wrong(text) == []
    assert [str(path) for path in paths(flow(text))] == ["a (Yes) → b", "a (No) → c"]


def test_the_version_changes_with_the_content_alone() -> None:
    one = flow(steps("a: {say: x}", "b: {end: x}"))
    same = flow("# a comment\n" + steps("a:  {say: 'x'}", "b: {end: x}"))
    other = flow(steps("a: {say: y}", "b: {end: x}"))
    assert one.version == same.version != other.version
    assert one.steps["b"].hash == other.steps["b"].hash


@pytest.mark.parametrize(
    "text",
    ["", "[]", "a: [", "a: &x {b: *x}", "steps: 5", "steps: {a: 5}", "steps: {a: {say: [1]}}",
     "a: !!python/object:os.system {}", "steps: {a: {ask: {b: c}}}", "x: " + "[" * 500,
     "a: &a [1]\nb: [*a,*a]", "steps: {a: {fixes: [1]}}", "steps: {a: {branch: 7}}",
     "steps: {a: {action: x}}", "steps: {a: {set: [1]}}", "steps: {a: {ask: x, choices: 7}}"],
)  # fmt: skip
def test_what_is_no_flow_is_said_and_never_raised(text: str) -> None:
    assert wrong(text)


JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["a", "b", "say", "{{ x }}"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["say", "ask", "choices", "next", "branch", "when", "to", "else", "repeat",
                             "times", "fixes", "do", "solved", "set", "call", "action", "url", "wait"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "c"]), JUNK, min_size=1))
def test_reading_and_checking_never_raise(written: object) -> None:
    import json

    wrong(TOP + "steps: " + json.dumps(written))


def test_no_pattern_of_a_writer_can_be_blown_up() -> None:
    began = time.process_time()
    for pattern in (r"(a+)+$", r"(a|a)*$", r"(.*a){20}$", r"^(\w+\s?)*$"):
        language.Pattern(pattern).found("a" * 30_000 + "!")
    assert time.process_time() - began < 2


def test_two_hundred_steps_are_read() -> None:
    many = [f"s{n}: {{say: x}}" for n in range(200)]
    found, problems = read_flow(steps(*many, "e: {end: x}"), "one.yaml", id="one")
    assert found
    assert (len(found.steps), problems) == (201, [])


@pytest.mark.parametrize(
    "pattern",
    ["a", "(a)", "(a|b)", "(?:x|y)(a)", r"\(a\)|b", "[(|](a)", "(?i)(a)b", r"v(\d+)(?:\.\d+)?", "(?:x)?(a)",
     "a|b"],
)  # fmt: skip
def test_a_pattern_whose_group_is_always_there_is_sound(pattern: str) -> None:
    assert doubt(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    ["(a)?b", "(a)|b", "x|(a)", "(?:(a)|b)c", "(?:(a))*", "(a){0,3}", "(?P<n>a)*", "((a)|b)?"],
)
def test_a_pattern_whose_group_may_be_missing_is_told(pattern: str) -> None:
    assert doubt(pattern) != ""
