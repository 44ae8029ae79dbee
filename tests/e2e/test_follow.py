"""Edits, deletions and mistakes in a real folder, looked at once: what is served after that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.followed_desk import Desk
from tests.index_twins import write_article


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_nothing_new_changes_nothing(desk):
    served = desk.live.index
    assert desk.follower.follow() is False
    assert desk.live.index is served
    assert desk.embedder.embedded == []


def test_only_the_edited_article_is_embedded(desk):
    write_article(desk.folder, "invoice", "Pay it soon.")
    assert desk.follower.follow() is True
    assert desk.live.bodies() == {"invoice": "Pay it soon.", "password": "Reset it."}
    assert len(desk.embedder.embedded) == 1
    assert desk.live.search("pay soon").hits[0].article.id == "invoice"


def test_a_broken_article_keeps_its_last_good_version_and_says_why(desk):
    (desk.folder / "invoice.md").write_text("---\ntitle: [\n---\nPay never.")
    desk.follower.follow()
    assert desk.live.bodies()["invoice"] == "Pay it."
    (problem,) = desk.live.state.problems
    assert problem.path.endswith("invoice.md")
    write_article(desk.folder, "invoice", "Pay it, mended.")
    desk.follower.follow()
    assert desk.live.bodies()["invoice"] == "Pay it, mended."
    assert desk.live.state.problems == ()


def test_a_broken_article_that_is_then_deleted_is_gone(desk):
    file = desk.folder / "invoice.md"
    file.write_text("")
    desk.follower.follow()
    file.unlink()
    desk.follower.follow()
    assert set(desk.live.bodies()) == {"password"}


def test_a_deleted_article_is_withdrawn_before_anything_is_embedded(desk):
    (desk.folder / "invoice.md").unlink()
    write_article(desk.folder, "new", "Something new.")
    shown: list[set[str]] = []
    embed = desk.embedder.embed

    def looking(texts):
        shown.append(set(desk.live.bodies()))
        return embed(texts)

    desk.embedder.embed = looking
    desk.follower.follow()
    assert shown == [{"password"}]
    assert set(desk.live.bodies()) == {"new", "password"}


def test_an_article_deleted_while_others_are_embedded_is_withdrawn_meanwhile(desk):
    for number in range(40):
        write_article(desk.folder, f"new{number}", f"Text {number}.")
    shown: list[bool] = []
    embed = desk.embedder.embed

    def deleting(texts):
        shown.append("password" in desk.live.bodies())
        (desk.folder / "password.md").unlink(missing_ok=True)
        return embed(texts)

    desk.embedder.embed = deleting
    desk.follower.follow()
    assert shown == [True, False, False]


def test_a_renamed_article_keeps_its_vectors(desk):
    write_article(desk.folder, "invoice", "Pay it.", id="kept")
    desk.follower.follow()
    desk.embedder.embedded.clear()
    (desk.folder / "invoice.md").rename(desk.folder / "bill.md")
    desk.follower.follow()
    assert desk.embedder.embedded == []
    assert desk.live.article("kept").path.endswith("bill.md")


def test_a_folder_that_is_away_is_not_answered_from_and_comes_back_whole(desk):
    away = desk.folder.with_name("away")
    desk.folder.rename(away)
    desk.follower.follow()
    assert desk.live.bodies() == {}
    assert "no such folder" in desk.live.state.problems[0].what
    away.rename(desk.folder)
    desk.follower.follow()
    assert desk.live.bodies() == {"invoice": "Pay it.", "password": "Reset it."}
    assert desk.embedder.embedded == []
    assert len(desk.live.search("reset").hits) == 2


def test_what_is_served_is_written_for_the_next_start(desk):
    write_article(desk.folder, "invoice", "Pay it soon.")
    desk.follower.follow()
    desk.follower.persist()
    assert desk.builds.current().version == desk.live.index.version
    desk.start()
    assert desk.live.bodies()["invoice"] == "Pay it soon."


def test_an_article_deleted_while_nothing_ran_is_gone_at_the_first_look(desk):
    (desk.folder / "invoice.md").unlink()
    with desk.followed() as live:
        live.wait(lambda: set(live.bodies()) == {"password"})
