"""What a user may say at any step: back, restart, cancel, a human, "no, I meant …". Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.channel import Choice
from bot.flow_answers import answer
from bot.flow_ends import MOVED, to_people
from bot.flow_state import Entry, Said
from bot.flow_walk import CHOICE, Walk
from bot.steps import STEPS
from bot.steps_asking import remember

HUMAN = "human"
"""The id of the choice that asks for a person, the same everywhere."""
RETRIES = 2
_ASKING = ("ask", "instruct", "fixes")
_EXACT = ("choice", "yes_no", "number", "email", "date", "pattern")


def command(walk: Walk, name: str) -> bool:
    """Do it; False when it means nothing here (`skip` where nothing can be skipped)."""
    if name == "back":
        _back(walk)
    elif name == "restart":
        _restart(walk)
    elif name == "cancel":
        walk.say(walk.aids.say("flow_cancelled"))
        walk.end("cancelled")
    elif name == "human":
        to_people(walk, reason=f"{walk.flow.title}: asked for a person at {walk.run.step}")
    else:
        return False
    return True


def _back(walk: Walk) -> None:
    if not walk.run.trail:
        repeat_question(walk, "flow_no_back")
        return
    _rewind(walk, len(walk.run.trail) - 1)
    walk.moved = MOVED


def _restart(walk: Walk) -> None:
    root = walk.run.callers[0].flow if walk.run.callers else walk.run.flow
    flow = walk.book.flow(root) or walk.flow
    walk.say(walk.aids.say("flow_restarted"))
    walk.flow = flow
    walk.change(
        flow=flow.id,
        version=flow.version,
        step=flow.first,
        callers=(),
        slots={},
        trail=(),
        tried=(),
        counts={},
        kept={},
        changed=(),
        place=0,
    )
    walk.moved = MOVED


def _rewind(walk: Walk, place: int) -> None:
    """The run as it was before that answer."""
    entry = walk.run.trail[place]
    flow = walk.book.flow(entry.flow, entry.version)
    if flow is not None:
        walk.flow = flow
        walk.change(
            flow=entry.flow,
            version=entry.version,
            step=entry.step,
            callers=entry.callers,
            slots=entry.slots,
            counts=entry.counts,
            tried=walk.run.tried[: entry.tried],
            place=entry.place,
            trail=walk.run.trail[:place],
            kept={},
            changed=(),
        )


def correct(walk: Walk, said: Said) -> bool:
    """ "No, I meant Windows": the latest earlier question that this answers otherwise is answered
    anew. What does not depend on it keeps its answer; the rest is asked again."""
    meant = walk.aids.ears.meant(said.text)
    if not meant:
        return False
    for place in range(len(walk.run.trail) - 1, -1, -1):
        entry = walk.run.trail[place]
        if (found := _other_answer(walk, entry, Said(meant))) is not None:
            _answer_anew(walk, place, found)
            return True
    return False


def _other_answer(walk: Walk, entry: Entry, said: Said) -> tuple[str, str, object] | None:
    """(way, words, value) of another answer to that question."""
    flow = walk.book.flow(entry.flow, entry.version)
    step = flow.steps.get(entry.step) if flow else None
    if flow is None or step is None or step.kind != "ask" or step.values["type"] not in _EXACT:
        return None
    there = Walk(replace(walk.run, slots=entry.slots), flow, walk.book, walk.aids, walk.now)
    found = answer(there, step, said)
    if found is None or found.said == entry.said or step.edge(found.way) is None:
        return None
    return found.way, found.said, found.value


def _answer_anew(walk: Walk, place: int, found: tuple[str, str, object]) -> None:
    way, said, value = found
    later = walk.run.trail[place + 1 :]
    _rewind(walk, place)
    slot = str(walk.step.values["slot"])
    kept = {f"{entry.flow}/{entry.step}": entry.said for entry in later if entry.kind == "ask"}
    walk.say(walk.aids.say("flow_corrected", label=said))
    remember(walk, said)
    walk.set(**{slot: value})
    walk.change(kept=kept, changed=(slot,))
    walk.moved = way


def old_button(walk: Walk, said: Said) -> bool:
    """A press that is not one of the present step's: answered, and the question asked again."""
    if said.choice == HUMAN:
        command(walk, "human")
        return True
    _, _, rest = str(said.choice).partition(CHOICE)
    if rest.startswith(f"{walk.run.token}:{walk.run.visit}:"):
        return False
    repeat_question(walk, "flow_old_button")
    return True


def repeat_question(walk: Walk, lead: str) -> None:
    """Say what is waited for again, below a word why."""
    before = len(walk.says)
    STEPS[walk.step.kind].show(walk)
    words = walk.aids.say(lead, title=walk.flow.title)
    if len(walk.says) == before:
        walk.say(words)
        return
    first = walk.says[before]
    walk.says[before] = replace(first, text=f"{words}\n\n{first.text}")


def not_understood(walk: Walk) -> str | None:
    """Ask again; after the limit offer a person, then pass on to one. An edge when the flow has
    its own way for that."""
    if walk.step.kind not in _ASKING:
        repeat_question(walk, "flow_reminder")
        return None
    attempts = walk.run.attempts + 1
    walk.change(attempts=attempts)
    retries = int(walk.step.values.get("retries", RETRIES))
    if attempts <= retries:
        _ask_again(walk)
    elif walk.step.edge("gave_up"):
        return "gave_up"
    elif not walk.run.offered:
        walk.change(offered=True)
        human = Choice(HUMAN, walk.aids.say("label_human"))
        repeat_question(walk, "flow_offer_human")
        last = walk.says[-1]
        walk.says[-1] = replace(last, choices=(*last.choices, human))
    else:
        to_people(walk, reason=f"{walk.flow.title}: not understood at {walk.run.step}")
    return None


def _ask_again(walk: Walk) -> None:
    own = walk.step.values.get("error")
    if not own:
        repeat_question(walk, "flow_again")
        return
    repeat_question(walk, "flow_again")
    first = walk.says[-1]
    question = first.text.partition("\n\n")[2]
    walk.says[-1] = replace(first, text=f"{walk.text(own)}\n\n{question}")
