"""Where new tickets go: by rule, by wish, by queue, by learned category."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.opening import NewTicket
from bot.routing import Directions, Queue, Rule, route
from knowledge.categories import Judgement

QUEUES = (
    Queue("support", 1),
    Queue("discord", 1, channels=("discord",)),
    Queue("german", 1, languages=("de",)),
    Queue("engineers", 2),
    Queue("billing", 2, tags=("invoice",)),
)


def new(**values: object) -> NewTicket:
    told: dict[str, object] = {"text": "", "reason": "", "channel": "web", "requester": "ann"}
    return NewTicket(**{**told, **values})  # type: ignore[arg-type]


def by(*rules: Rule, first_tier: int = 1) -> Directions:
    return Directions(QUEUES, rules, first_tier)


def test_without_rules_the_first_queue_takes_it() -> None:
    found = route(new(tier=1), by())
    assert (found.queue, found.tier, found.priority, found.type) == (
        "support",
        1,
        "normal",
        "question",
    )
    assert found.why == "no rule fits"


@pytest.mark.parametrize(
    ("rule", "fitting", "other"),
    [
        (Rule("r", tags=("vip*",)), {"tags": ("vip-gold",)}, {"tags": ("other",)}),
        (Rule("r", flows=("wifi",)), {"flow": "wifi"}, {"flow": ""}),
        (Rule("r", articles=("pay-*",)), {"articles": ("x", "pay-late")}, {"articles": ()}),
        (Rule("r", priorities=("normal",)), {"priority": ""}, {"priority": "low"}),
        (Rule("r", types=("bug",)), {"type": "bug"}, {"type": ""}),
        (Rule("r", requesters=("ann",)), {"requester": "ann"}, {"requester": "ben"}),
        (Rule("r", channels=("slack",)), {"channel": "slack"}, {"channel": "web"}),
        (Rule("r", words=("Refund",)), {"text": "a REFUND please"}, {"text": "hello"}),
        (Rule("r", words=("Refund",)), {"subject": "refund"}, {"subject": "hello"}),
    ],
)
def test_a_condition_chooses(
    rule: Rule, fitting: dict[str, object], other: dict[str, object]
) -> None:
    desk = by(Rule(**{**{n: getattr(rule, n) for n in rule.__slots__}, "queue": "engineers"}))
    assert route(new(**fitting), desk).queue == "engineers"
    assert route(new(**other), desk).queue != "engineers"


def test_every_condition_of_a_rule_has_to_fit() -> None:
    desk = by(Rule("both", tags=("a",), channels=("slack",), queue="engineers"))
    assert route(new(tags=("a",), channel="slack"), desk).queue == "engineers"
    assert route(new(tags=("a",)), desk).queue == "support"


def test_the_first_rule_that_fits_decides_unless_it_lets_others_add() -> None:
    first = Rule("first", priority="high", add_tags=("x",))
    second = Rule("second", priority="low", queue="engineers", add_tags=("y",))
    alone = route(new(), by(first, second))
    assert (alone.priority, alone.queue, alone.tags) == ("high", "support", ("x",))
    on = Rule("first", priority="high", add_tags=("x",), on=True)
    both = route(new(), by(on, second))
    assert (both.priority, both.queue, both.tags) == ("high", "engineers", ("x", "y"))
    assert both.why == "rule first; rule second"


def test_a_wish_wins_over_a_rule_and_the_usual_tier_is_no_wish() -> None:
    desk = by(Rule("r", queue="engineers", priority="low", type="bug"))
    found = route(new(queue="support", priority="urgent", type="incident", tier=1), desk)
    assert (found.queue, found.tier, found.priority, found.type) == (
        "support",
        1,
        "urgent",
        "incident",
    )
    assert route(new(tier=1), desk).tier == 2
    assert route(new(tier=2), by()).queue == "engineers"


@pytest.mark.parametrize(
    ("values", "queue"),
    [
        ({"channel": "discord"}, "discord"),
        ({"tags": ("lang:de",)}, "german"),
        ({"tags": ("invoice",), "tier": 2}, "billing"),
        ({"tags": ("invoice",)}, "billing"),
        ({"tier": 2}, "engineers"),
        ({"tier": 9}, "support"),
        ({"queue": "gone"}, "gone"),
    ],
)
def test_a_queue_takes_what_it_is_for(values: dict[str, object], queue: str) -> None:
    assert route(new(**values), by()).queue == queue


def test_a_category_counts_only_when_it_is_sure() -> None:
    desk = by(Rule("sync", categories=("sync",), queue="engineers"))
    sure, guess = Judgement("sync", 0.9, sure=True), Judgement("sync", 0.4, sure=False)
    assert route(new(), desk, sure).queue == "engineers"
    assert route(new(), desk, sure).why == "rule sync; text like sync (90%)"
    assert route(new(), desk, guess).queue == "support"
    assert route(new(), desk, guess).why == "no rule fits; text like sync (40%, not sure enough)"
    assert route(new(), desk).queue == "support"


words = st.sampled_from(("", "a", "invoice", "lang:de", "x*"))


@given(
    tags=st.lists(words, max_size=3),
    tier=st.integers(0, 4),
    channel=words,
    rules=st.lists(
        st.builds(
            Rule,
            name=st.just("r"),
            tags=st.lists(words, max_size=2).map(tuple),
            queue=st.sampled_from(("", *(queue.name for queue in QUEUES))),
            tier=st.integers(0, 2),
            on=st.booleans(),
        ),
        max_size=4,
    ),
)
def test_every_ticket_goes_somewhere_and_keeps_its_tags(
    tags: list[str], tier: int, channel: str, rules: list[Rule]
) -> None:
    found = route(new(tags=tuple(tags), tier=tier, channel=channel), by(*rules))
    assert found.queue in {queue.name for queue in QUEUES}
    assert found.tier >= 1
    assert set(tags) <= set(found.tags)
