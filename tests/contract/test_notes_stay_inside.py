"""No word of a note is in anything that is sent, shown to, or told to a requester, whatever is done."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channel import Address
from bot.console import ActRefused, Written
from tests.desk_support import Database, deliver_all, opened
from tests.ticket_support import ANN, LEA, House

THREADS = count(1)
SECRETS = count(1)
ACTS = (
    "note",
    "suggest",
    "reply",
    "claim",
    "give_back",
    "escalate",
    "merge",
    "split",
    "says",
    "solve",
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("notes") / "desk.db") as database:
        yield House(with_ann(database))


def with_ann(database: Database) -> Database:
    """Ann has an account: what she sees of her tickets is looked at too."""
    house = House(database)
    number = house.handed_over("first")
    house.console.link_identity(LEA, number, "account", "ann")
    return database


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTS), st.text(max_size=20), st.booleans()),
        min_size=1,
        max_size=10,
    )
)
def test_no_note_reaches_a_requester(house: House, done: list[tuple[str, str, bool]]) -> None:
    threads = [f"t{next(THREADS)}", f"t{next(THREADS)}"]
    numbers = [house.handed_over(thread) for thread in threads]
    secrets, told = [], []
    for act, text, first in done:
        secret = f"secret{next(SECRETS)}x {text}"
        thread, number = (threads[0], numbers[0]) if first else (threads[1], numbers[1])
        if act in ("note", "suggest"):
            secrets.append(secret)
        if act == "says":
            told += house.says(text or "hm", thread)
            continue
        try:
            perform(house, act, number, numbers[first], secret, text)
        except ActRefused:
            continue
        told += [str(outgoing) for outgoing in deliver_all(house.desk)]
    shown = [repr(house.desk.transcript(Address("memory", thread))) for thread in threads]
    shown += [repr(house.console.ticket(ANN, number)) for number in numbers]
    everything = "\n".join(told + shown)
    for secret in secrets:
        assert secret.split()[0] not in everything


def perform(house: House, act: str, number: int, other: int, secret: str, text: str) -> None:
    console = house.console
    if act == "note":
        console.note(LEA, number, secret)
    elif act == "suggest":
        console.note(LEA, number, secret, kind="suggestion")
    elif act == "reply":
        console.reply(LEA, number, Written(text))
    elif act == "escalate":
        console.escalate(LEA, number, why="higher")
    elif act == "merge":
        console.merge(LEA, number, other)
    elif act == "split":
        lines = console.ticket(LEA, number).lines
        console.split(LEA, number, [line.id for line in lines[:1]])
    else:
        getattr(console, act)(LEA, number)
