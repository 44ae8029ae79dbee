"""`firstline serve` on a local Slack: asked, answered, pressed, edited, killed and caught up."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.program_support import SITE, Program, until
from tests.servers.slack.people import pressable
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_program_support import desk_on, listens
from tests.slack_support import prepare

PORT = "How do I change the port of the web page?"
BACKUP = "How do I back up the database?"
MENTION = "<@U0BOT> "


@pytest.fixture
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[SlackServer]:
    async with slack_server(getattr(request, "param", "socket")) as server:
        prepare(server)
        yield server


@pytest.fixture
def desk(slack: SlackServer, tmp_path: Path) -> Program:
    return desk_on(slack, tmp_path)


async def answers(slack: SlackServer, root: str, count: int = 1) -> list[dict[str, Any]]:
    """The bot's posts in a thread, once there are so many."""

    def found() -> list[dict[str, Any]]:
        posts = [each for each in slack.workspace.posted if each.get("thread_ts") == root]
        return posts if len(posts) >= count else []

    return list(await until(found))


def shown(slack: SlackServer, post: dict[str, Any]) -> str:
    """All that the post shows now."""
    return json.dumps(slack.workspace.channels["C1"].message(post["ts"]), ensure_ascii=False)


@pytest.mark.parametrize("slack", ["socket", "http"], indirect=True)
async def test_a_question_is_answered_rated_and_handed_over(
    slack: SlackServer, desk: Program
) -> None:
    async with desk.serving():
        await listens(slack)
        root = slack.people.say("U1", "C1", MENTION + PORT)
        (post,) = await answers(slack, root)
        assert f"<{SITE}/help/change-port" in json.dumps(post["blocks"])
        slack.people.press("U1", post, "👍")
        await until(lambda: "u1 found this helpful" in shown(slack, post))
        assert desk.rows("select sender, helpful from feedback") == [("U1", 1)]
        slack.people.press("U1", post, "Talk to a human")
        await until(lambda: "u1 chose" in shown(slack, post))
        slack.people.press("U2", post, "Talk to a human")
        *_, handed = await answers(slack, root, 2)
        assert "#1" in json.dumps(handed["blocks"])
        (ticket,) = await desk.tickets()
        assert (ticket["subject"], ticket["channel"], ticket["requester"]) == (PORT, "slack", "U1")
        slack.people.open_home("U1", "home")
        (view,) = await until(lambda: slack.workspace.views)
        assert PORT in json.dumps(view)
        assert f"{SITE}/help/change-port" in json.dumps(view)
    assert len(slack.workspace.posted) == 2


async def test_an_edit_after_the_answer_is_answered_when_wanted(
    slack: SlackServer, desk: Program
) -> None:
    async with desk.serving():
        await until(slack.socket.connected.is_set)
        root = slack.people.say("U1", "C1", MENTION + PORT)
        await answers(slack, root)
        slack.people.edit("C1", root, MENTION + BACKUP)
        *_, offer = await answers(slack, root, 2)
        ((label, _),) = pressable(offer)
        slack.people.press("U1", offer, label)
        *_, again = await answers(slack, root, 3)
        assert f"{SITE}/help/back-up" in json.dumps(again["blocks"])
        assert desk.rows("select text from earlier_text") == [(PORT,)]


async def test_a_thread_that_is_solved_is_marked_and_a_form_takes_the_words_to_a_thumb_down(
    slack: SlackServer, desk: Program
) -> None:
    async with desk.serving():
        await listens(slack)
        root = slack.people.say("U1", "C1", MENTION + PORT)
        (post,) = await answers(slack, root)
        slack.people.press("U1", post, "👎")
        (form,) = await until(lambda: slack.workspace.views)
        slack.people.submit("U1", form, text="Which file?")
        await until(lambda: desk.rows("select 1 from feedback where comment = 'Which file?'"))
        slack.people.press("U1", post, "That solved it")
        question = slack.workspace.channels["C1"].message(root)
        assert question
        await until(lambda: "white_check_mark" in question.get("bot_reactions", []))


async def test_what_was_missed_after_a_kill_is_answered_once_and_as_edited(
    slack: SlackServer, desk: Program
) -> None:
    async with desk.serving() as process:
        await until(slack.socket.connected.is_set)
        root = slack.people.say("U1", "C1", MENTION + PORT)
        await answers(slack, root)
        await until(lambda: desk.rows("select 1 from bookmark where place = 'alive'"))
        process.kill()
    await until(lambda: not slack.socket.connected.is_set())
    other = slack.people.say("U2", "C1", MENTION + PORT, quiet=True)
    slack.people.edit("C1", other, MENTION + BACKUP, quiet=True)
    slack.people.say("U1", "C1", BACKUP, thread_ts=root, quiet=True)
    gone = slack.people.say("U1", "C1", MENTION + "never mind", quiet=True)
    slack.people.delete("C1", gone, quiet=True)
    async with desk.serving():
        (edited,) = await answers(slack, other)
        assert f"{SITE}/help/back-up" in json.dumps(edited["blocks"])
        *_, follow_up = await answers(slack, root, 2)
        assert f"{SITE}/help/back-up" in json.dumps(follow_up["blocks"])
        last = slack.people.say("U1", "C1", MENTION + PORT)
        await answers(slack, last)
    assert len(slack.workspace.posted) == 4
