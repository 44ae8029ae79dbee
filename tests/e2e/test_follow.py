"""Edits, deletions and mistakes in a real folder, answered from while the server runs."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer.build import build
from indexer.builds import IndexFolder
from indexer.follow import Follower
from indexer.sources import FaqSheet, MarkdownFolder, Source
from knowledge.live import LiveKnowledge
from tests.index_twins import NOW, HashedWords, NearestVectors, quiet, write_article


class Seen(LiveKnowledge):
    """Live knowledge that a test can wait for."""

    def __init__(self, *args: object) -> None:
        self.changed = threading.Condition()
        self.looked = threading.Event()
        super().__init__(*args)  # type: ignore[arg-type]

    def switch(self, *args, **values) -> None:
        super().switch(*args, **values)
        self._tell()

    def withdraw(self, ids) -> None:
        super().withdraw(ids)
        self._tell()

    def report(self, problems) -> None:
        super().report(problems)
        self.looked.set()
        self._tell()

    def _tell(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def wait(self, condition: Callable[[], object]) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, timeout=20), "it never came"

    def bodies(self) -> dict[str, str]:
        return {article.id: article.body for article in self.articles()}


class NoticedFolder(IndexFolder):
    """Builds of which a test can wait for the next."""

    published = threading.Event()

    def publish(self, index, **options) -> None:
        super().publish(index, **options)
        self.published.set()


class Desk:
    """A folder with two articles, indexed and served."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "articles"
        self.folder.mkdir()
        write_article(self.folder, "password", "Reset it.")
        write_article(self.folder, "invoice", "Pay it.")
        self.embedder = HashedWords()
        self.builds = NoticedFolder(folder / "index")
        self.sources: list[Source] = [MarkdownFolder(self.folder)]
        self.start()

    def start(self) -> None:
        articles = [article for source in self.sources for article in source.read().articles]
        _, index = build(articles, self.embedder, self.builds, now=NOW, progress=quiet)
        self.live = Seen(index, NearestVectors(index, self.embedder))
        self.follower = Follower(
            self.sources,
            self.live,
            self.embedder,
            self.builds,
            lambda index: NearestVectors(index, self.embedder),
            lambda: NOW,
        )
        self.embedder.embedded.clear()

    @contextmanager
    def followed(self) -> Iterator[Seen]:
        stop = threading.Event()
        thread = threading.Thread(target=self.follower.run, args=(stop,))
        thread.start()
        assert self.live.looked.wait(20)
        try:
            yield self.live
        finally:
            stop.set()
            thread.join(20)
            assert not thread.is_alive()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


# --- one look at a time


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


# --- followed by the operating system's hints


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
