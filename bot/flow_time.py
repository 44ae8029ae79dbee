"""Timeouts of a run: when to look again, and what is done then. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.flow_commands import repeat_question
from bot.flow_ends import give_up
from bot.flow_walk import Walk
from bot.steps_outside import LATEST, wait_until
from knowledge.flows.kinds import KINDS

_APPROVAL = timedelta(days=2)


def wakes_at(walk: Walk) -> datetime | None:
    """The next moment at which something is to be done if nobody says anything."""
    times = [_step_over(walk), _reminds_at(walk), _flow_over(walk)]
    return min((time for time in times if time is not None), default=None)


def woke(walk: Walk) -> str | None:
    """Do what is due now; the edge by which the step is left, if it is.

    Nothing is done twice: what is due is worked out from the run, not from who woke it.
    """
    over, now = _step_over(walk), walk.now
    if over is not None and over <= now:
        edge = "next" if walk.step.kind == "wait" else "timed_out"
        if walk.step.edge(edge):
            return edge
        _close(walk)
    elif _flow_over(walk) <= now:
        _close(walk)
    elif (reminds := _reminds_at(walk)) is not None and reminds <= now:
        walk.change(reminded=True)
        repeat_question(walk, "flow_still_there")
    return None


def _step_over(walk: Walk) -> datetime | None:
    if walk.step.kind == "wait":
        return wait_until(walk)
    timeout = walk.step.values.get("timeout")
    if walk.step.kind == "action" or (timeout is None and walk.step.kind != "approve"):
        return None
    return after(walk.run.entered_at, timeout or _APPROVAL)


def _reminds_at(walk: Walk) -> datetime | None:
    if walk.run.reminded or "remind" not in KINDS[walk.step.kind].keys:
        return None
    remind = walk.step.values.get("remind") or walk.flow.patience.remind
    return after(max(walk.run.entered_at, walk.run.heard_at), remind) if remind else None


def _flow_over(walk: Walk) -> datetime:
    waited_from = max(walk.run.entered_at, walk.run.heard_at)
    waits_long = walk.step.kind in ("wait", "approve") and _step_over(walk)
    if waits_long:
        return after(max(waited_from, waits_long), walk.flow.patience.after)
    return after(waited_from, walk.flow.patience.after)


def after(moment: datetime, length: timedelta) -> datetime:
    """The later moment; the calendar's last one when there is none so late."""
    try:
        return min(moment + length, LATEST)
    except OverflowError:
        return LATEST


def _close(walk: Walk) -> None:
    if walk.flow.patience.then == "hand_off":
        walk.say(walk.aids.say("flow_timed_out_people"))
        give_up(walk, f"no answer at step {walk.run.step}")
        return
    walk.say(walk.aids.say("flow_timed_out", title=walk.flow.title))
    walk.end("closed")
