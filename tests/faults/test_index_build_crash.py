"""A build that is killed at any step leaves the former index serving, and the next one repairs."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.build import build
from indexer.builds import BuildRunning, IndexFolder
from knowledge.index import Index, IndexRefused
from tests.index_twins import NOW, HashedWords, article, quiet

STEPS = ["writing", "written", "named", "pointed", "switched", "pruned"]
ARTICLES = [article("a", "One."), article("b", "Two.")]

BUILDER = """
import os, signal, sys
from pathlib import Path
from indexer.build import embed, plan
from indexer.builds import IndexFolder
from tests.index_twins import NOW, HashedWords, article, quiet

def die_at(step):
    if step == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)

folder, embedder = IndexFolder(Path(sys.argv[1]), keep=2), HashedWords()
with folder.building():
    if sys.argv[2] == "waiting":
        print("holding", flush=True)
        sys.stdin.read()
    work = plan([article("a", "One, edited."), article("c", "New.")], None, embedder=embedder.name)
    index = embed(work, embedder, now=NOW, progress=quiet)
    folder.publish(index, step=die_at)
"""


def builder(folder: Path, step: str) -> list[str]:
    return [sys.executable, "-c", BUILDER, str(folder), step]


def rebuild(folder: IndexFolder, *articles) -> Index:
    return build(articles or ARTICLES, HashedWords(), folder, now=NOW, progress=quiet)[1]


def bodies(index: Index) -> dict[str, str]:
    return {each.id: each.body for each in index.articles}


OLD = {"a": "One.", "b": "Two."}
NEW = {"a": "One, edited.", "c": "New."}


@pytest.mark.parametrize("step", STEPS)
def test_a_build_killed_at_a_step_leaves_a_whole_index(tmp_path, step):
    folder = IndexFolder(tmp_path / "index", keep=2)
    rebuild(folder)
    dead = subprocess.run(builder(folder.path, step), timeout=60, cwd=Path.cwd())
    assert dead.returncode == -signal.SIGKILL
    serving = bodies(folder.current(embedder="hashed-words-1"))
    assert serving == (NEW if step in ("switched", "pruned") else OLD)
    # And whoever builds next is not in the dead one's way.
    index = rebuild(folder, article("z", "Later."))
    assert bodies(folder.current()) == {"z": "Later."}
    assert not list(folder.path.glob(".new-*"))
    assert folder.version == index.version


def test_two_builders_at_once_are_refused_by_name(tmp_path):
    folder = IndexFolder(tmp_path / "index")
    with subprocess.Popen(
        builder(folder.path, "waiting"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "holding\n"
        with pytest.raises(BuildRunning, match=f"process {other.pid}"):
            rebuild(folder)
        other.communicate("", timeout=60)
    assert bodies(folder.current()) == NEW
    assert bodies(rebuild(folder)) == OLD


def test_nothing_is_written_when_nothing_changed(tmp_path):
    folder = IndexFolder(tmp_path / "index")
    first = rebuild(folder)
    before = sorted(path.name for path in folder.path.iterdir())
    assert rebuild(folder).version == first.version
    assert sorted(path.name for path in folder.path.iterdir()) == before


def test_old_builds_are_pruned_and_the_current_one_stays(tmp_path):
    folder = IndexFolder(tmp_path / "index", keep=2)
    versions = [rebuild(folder, article("a", f"Text {n}.")).version for n in range(4)]
    kept = {path.name for path in folder.path.iterdir() if path.is_dir()}
    assert kept == set(versions[-2:])
    assert folder.version == versions[-1]


def test_a_desk_without_an_index_is_told_what_to_do(tmp_path):
    with pytest.raises(IndexRefused, match="firstline index"):
        IndexFolder(tmp_path / "index").current()


@pytest.mark.parametrize("pointer", ["", "../elsewhere", "no-such-build", "\0"])
def test_a_pointer_to_nothing_is_refused_and_built_anew(tmp_path, pointer):
    folder = IndexFolder(tmp_path / "index")
    rebuild(folder)
    (folder.path / "current").write_text(pointer)
    with pytest.raises(IndexRefused):
        folder.current()
    rebuild(folder)
    assert bodies(folder.current()) == OLD


def test_a_damaged_index_is_refused_and_built_anew(tmp_path):
    folder = IndexFolder(tmp_path / "index")
    version = rebuild(folder).version
    vectors = folder.path / version / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"\x7f")
    with pytest.raises(IndexRefused):
        folder.current()
    rebuild(folder)
    assert bodies(folder.current()) == OLD
