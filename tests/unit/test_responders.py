"""Each way to respond, and their order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answers import ARTICLE, Thresholds
from bot.ask import Asking
from bot.context import FORGET
from bot.intents import Intents
from bot.model import Message
from bot.responders import respond
from bot.responders.command import command
from bot.responders.hand_off import failed, hand_off
from bot.responders.search import HUMAN, NONE, SOLVED, search
from bot.responders.with_agent import with_agent
from bot.turn import TICKET_NUMBER, Outcome, Response
from bot.wording import load_wording
from knowledge.content import Article
from tests.answers_support import SmallKnowledge, remembered, turn
from tests.index_twins import HashedWords

SAY = load_wording()
INTENTS = Intents(SAY.phrasings(), HashedWords(dimension=4096))

ARTICLES = (
    Article(
        "port", "Change the port", "Set the port in the settings.\n\n## Windows\n\nUse WSL.", "/p"
    ),
    Article("proxy", "Run behind a proxy", "The proxy forwards to the port of the server.", "/x"),
    Article("backup", "Make a backup", "Copy the database file to make a backup.", "/b"),
)
ANSWERS = Thresholds(in_scope=0.4, answer=0.0, sure=0.0)
ASKS_BACK = Thresholds(in_scope=0.4, answer=1.1, near=0.1)


class Desk:
    """A conversation with all the responders over a small knowledge base."""

    def __init__(self, thresholds: Thresholds = ANSWERS) -> None:
        self.knowledge = SmallKnowledge(ARTICLES)
        asking = Asking(self.knowledge, SAY, thresholds)
        self.responders = (with_agent, command(asking, INTENTS), search(asking), hand_off(SAY))
        self.history: tuple[Message, ...] = ()

    def says(self, text: str, choice: str | None = None, holder: str = "bot") -> Response:
        asked = turn(text, self.history, choice=choice, holder=holder)
        response = respond(asked, self.responders)
        self.history = remembered(asked, response)
        return response


def choice_ids(response: Response) -> list[str]:
    return [choice.id for choice in response.replies[-1].choices]


def test_a_question_is_answered_with_sources_choices_and_evidence() -> None:
    response = Desk().says("How do I make a backup of the database?")
    assert response.outcome is Outcome.ANSWERED
    (reply,) = response.replies
    assert reply.sort == "answer"
    assert reply.rateable
    assert reply.sources[0].title == "Make a backup"
    assert choice_ids(response) == [SOLVED, HUMAN]
    assert reply.evidence is not None
    assert reply.evidence.question == "How do I make a backup of the database?"
    assert reply.evidence.articles == ("backup",)
    assert reply.evidence.index == "small-1"


def test_the_bot_is_silent_while_an_agent_has_the_conversation() -> None:
    response = Desk().says("hello?", holder="agent")
    assert (response.outcome, response.replies) == (Outcome.IGNORED, ())
    assert "agent" in response.reason


def test_an_unknown_question_is_met_with_not_sure_and_the_offer_of_a_person() -> None:
    response = Desk().says("What does a pizza cost in Rome?")
    assert response.outcome is Outcome.ABSTAINED
    assert response.replies[0].text == SAY("abstain")
    assert choice_ids(response) == [HUMAN]


def test_nothing_found_twice_in_a_row_goes_to_people() -> None:
    desk = Desk()
    desk.says("What does a pizza cost in Rome?")
    response = desk.says("I mean a quattro stagioni pizza")
    assert response.outcome is Outcome.HUMAN
    assert response.hand_off is not None
    assert response.hand_off.tier == 1
    assert TICKET_NUMBER in response.replies[0].text


def test_an_answer_in_between_begins_the_count_anew() -> None:
    desk = Desk()
    desk.says("What does a pizza cost in Rome?")
    desk.says("How do I make a backup?")
    assert desk.says("Which pizza do you prefer?").outcome is Outcome.ABSTAINED


@pytest.mark.parametrize("said", ["talk to a human", "Human please!", "agent"])
def test_a_person_is_fetched_at_once(said: str) -> None:
    response = Desk().says(said)
    assert response.outcome is Outcome.HUMAN
    assert TICKET_NUMBER in response.replies[0].text


def test_pressed_choices_are_exact() -> None:
    desk = Desk()
    desk.says("How do I make a backup?")
    solved = desk.says(SAY("label_solved"), choice=SOLVED)
    assert solved.resolved
    assert solved.outcome is Outcome.ANSWERED
    assert desk.says(SAY("label_human"), choice=HUMAN).outcome is Outcome.HUMAN


@pytest.mark.parametrize("said", ["2", "the second one", "Run behind a proxy", "number 2"])
def test_a_topic_can_be_chosen_by_its_number_or_its_words(said: str) -> None:
    desk = Desk(ASKS_BACK)
    asked = desk.says("the port of the proxy")
    assert asked.outcome is Outcome.ASKED_BACK
    ids = choice_ids(asked)
    assert ids[-1] == NONE
    place = ids.index(ARTICLE + "proxy") + 1
    said = said.replace("2", str(place)).replace("second", ["", "first", "second"][place])
    response = desk.says(said)
    assert response.outcome is Outcome.ANSWERED
    assert response.replies[0].sources[0].title == "Run behind a proxy"
    assert response.replies[0].evidence is not None
    assert response.replies[0].evidence.question == "the port of the proxy"


def test_a_number_out_of_range_or_without_topics_is_no_choice() -> None:
    assert Desk().says("7").outcome is not Outcome.ANSWERED
    desk = Desk(ASKS_BACK)
    desk.says("the port of the proxy")
    assert desk.says("9").outcome is not Outcome.ANSWERED


def test_a_choice_whose_article_was_withdrawn_is_not_answered_from() -> None:
    desk = Desk(ASKS_BACK)
    desk.says("the port of the proxy")
    desk.knowledge.withdrawn.add("proxy")
    response = desk.says("Run behind a proxy", choice=ARTICLE + "proxy")
    assert response.outcome is Outcome.ABSTAINED
    assert response.replies[0].text == SAY("withdrawn")


def test_a_choice_that_is_not_ours_is_read_as_text() -> None:
    assert Desk().says("How do I make a backup?", choice="forged").outcome is Outcome.ANSWERED


def test_that_did_not_help_brings_another_article_and_then_a_person() -> None:
    desk = Desk()
    first = desk.says("the port of the server")
    second = desk.says("that did not help")
    assert second.replies[0].sources[0].title != first.replies[0].sources[0].title
    assert second.replies[0].text.startswith(SAY("next_best"))
    third = desk.says("that did not help")
    assert third.replies[0].text == SAY("not_helped")
    assert choice_ids(third) == [HUMAN]
    assert desk.says("that did not help").outcome is Outcome.HUMAN


def test_yes_to_the_offer_of_a_person_is_yes_and_after_an_answer_it_is_not() -> None:
    desk = Desk()
    desk.says("What does a pizza cost in Rome?")
    assert desk.says("yes please").outcome is Outcome.HUMAN
    desk = Desk()
    desk.says("How do I make a backup?")
    assert desk.says("yes").outcome is Outcome.ANSWERED


def test_start_over_forgets_the_topic() -> None:
    desk = Desk()
    desk.says("How do I change the port?")
    assert desk.says("start over").reason == FORGET
    assert desk.says("and on Windows?").replies[0].text != SAY("nothing_more")
    assert desk.history[-1].evidence["question"] == "and on Windows?"  # type: ignore[index]


def test_a_follow_up_is_searched_for_with_its_topic() -> None:
    desk = Desk(Thresholds(in_scope=0.4, answer=0.0, sure=1.1))
    desk.says("How do I change the port?")
    response = desk.says("and on Windows?")
    assert "Use WSL." in response.replies[0].text
    assert response.replies[0].evidence is not None
    assert response.replies[0].evidence.question.startswith("How do I change the port?\n")


def test_a_follow_up_about_something_unknown_does_not_bring_the_topic_again() -> None:
    desk = Desk()
    desk.says("How do I change the port?")
    assert desk.says("and pizza?").outcome is Outcome.ABSTAINED


@pytest.mark.parametrize("said", ["hi", "Thanks!", "bye", "help", "are you a bot", "👍", "😡"])
def test_small_talk_is_met_shortly_and_never_searched_for(said: str) -> None:
    response = Desk().says(said)
    assert response.outcome is Outcome.ANSWERED
    assert response.reason.startswith("small talk")
    assert response.replies[0].evidence is None


@pytest.mark.parametrize(
    "said",
    [
        "Hi, how do I make a backup of the database?",
        "How do I make a backup of the database? Thanks!",
        "hello! How do I make a backup of the database? thank you",
    ],
)
def test_a_question_with_manners_is_a_question(said: str) -> None:
    response = Desk().says(said)
    assert response.replies[0].sort == "answer"
    assert response.replies[0].sources[0].title == "Make a backup"


def test_the_message_that_could_not_be_handled_goes_to_people() -> None:
    response = failed(SAY, tier=2)(turn("x"))
    assert response.hand_off is not None
    assert response.hand_off.tier == 2


def test_the_last_responder_must_always_respond() -> None:
    with pytest.raises(ValueError, match="hand_off"):
        respond(turn("x"), (with_agent,))


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300))
def test_any_text_gets_one_response_with_one_outcome(said: str) -> None:
    desk = Desk()
    response = desk.says(said)
    assert response.outcome in Outcome
    assert response.replies
    assert all(reply.text.strip() for reply in response.replies)
    desk.says(said)


def test_every_sentence_of_an_answer_is_the_knowledge_bases_or_our_wording() -> None:
    response = Desk().says("How do I make a backup of the database?")
    quoted, source = response.replies[0].text.split("\n\n")
    assert quoted in ARTICLES[2].body
    assert source == SAY("source", number=1)
