"""When a channel that cannot send is tried again, and with what."""

from __future__ import annotations

from bot.channel import Address, Outgoing
from bot.channel_pauses import ChannelPauses
from bot.first_attempts import FirstAttempts


def test_a_channel_that_works_may_fill_its_room() -> None:
    pauses = ChannelPauses(30.0)
    assert pauses.room("slack", 4, 16, now=0.0) == 12
    assert pauses.tried("slack") == frozenset()


def test_a_broken_channel_is_probed_one_at_a_time() -> None:
    pauses = ChannelPauses(30.0)
    pauses.broken("slack", "a", now=100.0)
    pauses.broken("slack", "b", now=101.0)
    assert pauses.room("slack", 0, 16, now=130.9) == 0
    assert pauses.room("slack", 1, 16, now=131.0) == 0
    assert pauses.room("slack", 0, 16, now=131.0) == 1
    assert pauses.room("web", 0, 16, now=110.0) == 16
    pauses.probed("slack", 131.0, found=True)
    assert pauses.room("slack", 0, 16, now=160.9) == 0


def test_what_was_tried_comes_again_only_after_all_others() -> None:
    """So that one reply which alone is refused does not hold up a channel that works."""
    pauses = ChannelPauses(30.0)
    pauses.broken("slack", "a", now=0.0)
    assert pauses.tried("slack") == {"a"}
    pauses.probed("slack", 10.0, found=False)
    assert pauses.tried("slack") == {"a"}
    pauses.probed("slack", 30.0, found=False)
    assert pauses.tried("slack") == frozenset()


def test_a_delivery_that_goes_through_ends_the_pause() -> None:
    pauses = ChannelPauses(30.0)
    assert not pauses.mended("slack")
    pauses.broken("slack", "a", now=0.0)
    assert pauses.mended("slack")
    assert pauses.room("slack", 0, 16, now=1.0) == 16


def outgoing(key: str, attempt: int = 1) -> Outgoing:
    return Outgoing(key, Address("memory", "main"), "x", attempt=attempt)


def test_only_what_this_process_made_and_never_gave_out_is_a_first_attempt() -> None:
    firsts = FirstAttempts()
    with firsts.of(["a"]):
        pass
    assert firsts.counted(outgoing("a")).attempt == 1
    assert firsts.counted(outgoing("a")).attempt == 2
    assert firsts.counted(outgoing("of another process")).attempt == 2
    assert firsts.counted(outgoing("a", attempt=5)).attempt == 5


def test_what_was_not_kept_is_forgotten() -> None:
    firsts = FirstAttempts()
    try:
        with firsts.of(["a"]):
            raise RuntimeError("not kept")
    except RuntimeError:
        pass
    assert firsts.counted(outgoing("a")).attempt == 2
