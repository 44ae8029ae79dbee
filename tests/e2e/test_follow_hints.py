"""A running follower: it sees what editors, bursts and vanishing folders do to the content."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from indexer.sources import FaqSheet
from tests.followed_desk import Desk
from tests.index_twins import write_article


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_edit_is_seen_and_written(desk):
    with desk.followed() as live:
        write_article(desk.folder, "invoice", "Pay it soon.")
        live.wait(lambda: live.bodies().get("invoice") == "Pay it soon.")
    assert desk.builds.version == live.index.version


def test_editors_that_write_by_rename_are_followed(desk):
    with desk.followed() as live:
        for text in ("First.", "Second."):
            new = write_article(desk.folder, ".invoice.md.swp", text)
            new.rename(desk.folder / "invoice.md")
            live.wait(lambda text=text: live.bodies().get("invoice") == text)


def test_a_file_source_that_is_replaced_is_followed(desk, tmp_path):
    sheet = tmp_path / "faq.csv"
    sheet.write_text("question,answer\nHow?,So.")
    desk.sources.append(FaqSheet(sheet))
    desk.start()
    with desk.followed() as live:
        for text in ("Thus.", "Otherwise."):
            new = tmp_path / "faq.csv.new"
            new.write_text(f"question,answer\nHow?,{text}")
            new.rename(sheet)
            live.wait(lambda text=text: live.bodies().get("how") == text)
        sheet.unlink()
        live.wait(lambda: live.state.problems)


def test_a_burst_of_files_is_followed(desk):
    with desk.followed() as live:
        for number in range(500):
            write_article(desk.folder, f"a{number}", f"Text {number}.")
        live.wait(lambda: len(live.bodies()) == 502)
        for number in range(500):
            (desk.folder / f"a{number}.md").unlink()
        live.wait(lambda: len(live.bodies()) == 2)


def test_a_folder_that_is_removed_and_comes_back_is_followed_again(desk):
    with desk.followed() as live:
        shutil.rmtree(desk.folder)
        live.wait(lambda: live.search("password").hits == ())
        desk.folder.mkdir()
        write_article(desk.folder, "password", "Back.")
        live.wait(lambda: live.bodies() == {"password": "Back."})
        write_article(desk.folder, "password", "And followed.")
        live.wait(lambda: live.bodies() == {"password": "And followed."})


def test_without_hints_the_content_is_looked_at(desk, monkeypatch):
    def no_watch(*paths, **options):
        raise OSError("inotify watch limit reached")

    monkeypatch.setattr("indexer.watch.watch", no_watch)
    with desk.followed() as live:
        write_article(desk.folder, "invoice", "Pay it soon.")
        live.wait(lambda: live.bodies().get("invoice") == "Pay it soon.")


def test_a_failure_while_following_leaves_the_last_good_index_serving(desk, caplog):
    embed = desk.embedder.embed

    failed = threading.Event()

    def failing(texts):
        if any("poison" in text for text in texts):
            failed.set()
            raise RuntimeError("the model failed")
        return embed(texts)

    desk.embedder.embed = failing
    with desk.followed() as live:
        write_article(desk.folder, "invoice", "The poison.")
        assert failed.wait(20)
        assert live.bodies()["invoice"] == "Pay it."
        write_article(desk.folder, "invoice", "Pay it, mended.")
        live.wait(lambda: live.bodies()["invoice"] == "Pay it, mended.")
    assert "the model failed" in caplog.text


def test_what_failed_once_is_tried_again(desk):
    embed = desk.embedder.embed
    failures = iter([RuntimeError("for once")])

    def failing(texts):
        for failure in failures:
            raise failure
        return embed(texts)

    desk.embedder.embed = failing
    with desk.followed() as live:
        write_article(desk.folder, "invoice", "Pay it soon.")
        live.wait(lambda: live.bodies()["invoice"] == "Pay it soon.")


def test_while_another_builds_the_edit_serves_and_is_written_later(desk):
    with desk.followed() as live:
        with desk.builds.building():
            write_article(desk.folder, "invoice", "Pay it soon.")
            live.wait(lambda: live.bodies()["invoice"] == "Pay it soon.")
            assert desk.builds.version != live.index.version
            desk.builds.published.clear()
        assert desk.builds.published.wait(20)
    assert desk.builds.current().version == live.index.version
