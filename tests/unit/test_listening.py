"""Where the bot speaks."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.listening import ListeningRules, Mode, Overheard, heard_by_people, judge

HERE = Overheard(places=("C1", "category"))
THREAD = replace(HERE, in_thread=True)
OURS = replace(THREAD, bot_in_thread=True, before="bot")
DIRECT = Overheard(places=("D1",), direct=True)


def rules(mode: Mode = "mention", **changes: object) -> ListeningRules:
    return replace(ListeningRules(mode=mode), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mode", "speak", "only_if_sure"),
    [
        ("mention", False, False),
        ("questions", True, True),
        ("all", True, False),
        ("off", False, False),
    ],
)
def test_a_new_message_is_heard_as_the_mode_says(mode, speak, only_if_sure):
    verdict = judge(rules(mode), HERE)
    assert (verdict.speak, verdict.only_if_sure) == (speak, only_if_sure)


@pytest.mark.parametrize("mode", ["mention", "questions", "all"])
def test_a_mention_is_always_heard_and_answered_also_when_unsure(mode):
    for heard in (HERE, THREAD, OURS, replace(OURS, before="other", addresses_others=True)):
        verdict = judge(rules(mode), replace(heard, mentions_bot=True))
        assert verdict.speak
        assert not verdict.only_if_sure


def test_off_and_the_lists_silence_even_a_mention():
    asked = replace(HERE, mentions_bot=True)
    assert not judge(rules("off"), asked).speak
    assert not judge(rules(deny=frozenset({"category"})), asked).speak
    assert not judge(rules(allow=frozenset({"C2"})), asked).speak
    assert judge(rules(allow=frozenset({"category"})), asked).speak


def test_deny_wins_over_allow():
    both = frozenset({"C1"})
    assert not judge(rules("all", allow=both, deny=both), HERE).speak


def test_the_narrowest_place_decides_the_mode():
    modes: dict[str, Mode] = {"category": "off", "C1": "all"}
    assert judge(rules(modes=modes), HERE).speak
    assert not judge(rules("all", modes=modes), replace(HERE, places=("C2", "category"))).speak


@pytest.mark.parametrize("mode", ["mention", "questions", "all"])
def test_a_follow_up_needs_no_mention_but_other_peoples_threads_are_left_alone(mode):
    assert judge(rules(mode), OURS).speak
    assert judge(rules(mode), replace(OURS, before="sender")).speak
    assert not judge(rules(mode), THREAD).speak


def test_people_who_talk_to_each_other_in_our_thread_are_left_alone():
    assert not judge(rules("all"), replace(OURS, before="other")).speak
    assert not judge(rules("all"), replace(OURS, addresses_others=True)).speak


def test_a_question_to_somebody_else_is_not_ours():
    assert not judge(rules("questions"), replace(HERE, addresses_others=True)).speak


def test_direct_messages_have_their_own_switch_and_the_deny_list():
    assert judge(rules("off"), DIRECT).speak
    assert judge(rules(allow=frozenset({"C9"})), DIRECT).speak
    assert not judge(rules(direct=False), DIRECT).speak
    assert not judge(rules(deny=frozenset({"D1"})), DIRECT).speak


overheard = st.builds(
    Overheard,
    places=st.just(("C1",)),
    direct=st.booleans(),
    mentions_bot=st.booleans(),
    addresses_others=st.booleans(),
    in_thread=st.booleans(),
    bot_in_thread=st.booleans(),
    before=st.sampled_from(["nobody", "bot", "sender", "other"]),
)


@given(heard=overheard, mode=st.sampled_from(["mention", "questions", "all", "off"]))
def test_never_itself_nor_other_bots_and_always_with_a_reason(heard, mode):
    assert judge(rules(mode), heard).reason
    assert not judge(rules(mode), replace(heard, by_self=True)).speak
    assert not judge(rules(mode), replace(heard, by_bot=True)).speak


@pytest.mark.parametrize("chatter", [{"before": "other"}, {"addresses_others": True}])
@pytest.mark.parametrize("asks", [True, False])
async def test_a_requester_whom_people_help_is_heard_between_others(
    chatter: dict[str, Any], asks: bool
) -> None:
    async def answer() -> bool:
        return asks

    verdict = await heard_by_people(rules(), replace(OURS, **chatter), answer)
    assert verdict.speak == asks
    assert not verdict.only_if_sure


@pytest.mark.parametrize(
    ("agreed", "heard"),
    [
        (rules(), replace(THREAD, before="other")),
        (rules(), OURS),
        (rules("off"), replace(OURS, before="other")),
        (rules(), replace(OURS, before="other", by_bot=True)),
        (rules(), HERE),
    ],
)
async def test_who_waits_for_people_is_asked_only_where_it_decides(
    agreed: ListeningRules, heard: Overheard
) -> None:
    async def answer() -> bool:
        raise AssertionError("asked for nothing")

    assert await heard_by_people(agreed, heard, answer) == judge(agreed, heard)
