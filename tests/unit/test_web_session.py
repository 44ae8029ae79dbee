"""Sessions and tokens: what one can name is one's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.api.tokens import Tokens
from adapters.http.options import HttpOptions
from adapters.web.session import MOST_CONVERSATIONS, Session, Sessions

SECRET = "a secret that is only good for tests"
OTHER = "another secret that is good for tests"


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(SECRET, days=1)


def test_a_session_comes_back_from_its_token(sessions: Sessions) -> None:
    session = sessions.new().with_new_conversation()
    assert sessions.read(sessions.token(session)) == session


def test_new_sessions_are_random_and_long(sessions: Sessions) -> None:
    ids = {sessions.new().id for _ in range(200)}
    assert len(ids) == 200
    assert all(len(id) >= 43 for id in ids)  # 256 bits in base64


@given(st.text(max_size=200))
def test_what_we_did_not_sign_is_no_session(token: str) -> None:
    assert Sessions(SECRET, days=1).read(token) is None


def test_a_token_of_another_secret_is_no_session(sessions: Sessions) -> None:
    foreign = Sessions(OTHER, days=1)
    assert sessions.read(foreign.token(foreign.new())) is None


def test_a_changed_token_is_no_session(sessions: Sessions) -> None:
    token, other = sessions.token(sessions.new()), sessions.token(sessions.new())
    signature = token.split(".", 1)[1]
    assert sessions.read(f"{other.split('.', 1)[0]}.{signature}") is None
    assert sessions.read(token) is not None


def test_an_old_token_is_no_session() -> None:
    short = Sessions(SECRET, days=0)
    token = short.token(short.new())
    short.seconds = -1
    assert short.read(token) is None


@given(st.integers(1, 50), st.integers(1, 50))
def test_threads_are_one_for_each_conversation_and_session(one: int, other: int) -> None:
    sessions = Sessions(SECRET, days=1)
    ann, ben = sessions.new(), sessions.new()
    assert sessions.thread(ann, one) != sessions.thread(ben, one)
    assert (sessions.thread(ann, one) == sessions.thread(ann, other)) == (one == other)


def test_neither_thread_nor_sender_shows_the_session(sessions: Sessions) -> None:
    session = sessions.new()
    for shown in (sessions.thread(session, 1), sessions.sender(session)):
        assert session.id not in shown
        assert len(shown) == 40  # 160 bits


def test_a_form_token_is_good_for_its_session_only(sessions: Sessions) -> None:
    ann, ben = sessions.new(), sessions.new()
    token = sessions.form_token(ann)
    assert sessions.is_form_token(ann, token)
    assert not sessions.is_form_token(ben, token)
    assert not sessions.is_form_token(ann, "")
    assert not sessions.is_form_token(ann, "é")


def test_a_session_cannot_begin_conversations_without_end() -> None:
    session = Session("x", MOST_CONVERSATIONS)
    assert session.with_new_conversation().conversations == MOST_CONVERSATIONS


def test_an_api_token_opens_its_own_conversation_only() -> None:
    tokens = Tokens(SECRET)
    token = tokens.new()
    assert tokens.opens(token, tokens.id(token))
    assert not tokens.opens(tokens.new(), tokens.id(token))
    assert not Tokens(OTHER).opens(token, tokens.id(token))
    assert not tokens.opens("", tokens.id(""))


def test_a_secret_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        HttpOptions(secret="short")


def test_secrets_are_not_shown_by_accident() -> None:
    options = HttpOptions(secret=SECRET, operator_token="operators-only")
    assert SECRET not in repr(options)
    assert "operators-only" not in repr(options)
