"""An index comes back as it was written, or is refused with what to do; never anything between."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.index import Index, IndexRefused, keywords_of, load, write
from tests.unit_index import an_index

WHEN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(codec=None), max_size=30)
"""Lone surrogates, NUL, line separators: whatever Python can hold."""


@given(st.lists(ANY_TEXT, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, texts) -> None:  # type: ignore[no-untyped-def]
    index = an_index(tuple(texts))
    folder = tmp_path_factory.mktemp("index")

    write(index, folder)
    read = load(folder, embedder="test-embedder")

    assert (read.version, read.embedder, read.built_at) == ("v1", "test-embedder", WHEN)
    assert read.articles == index.articles
    assert read.passages == index.passages
    np.testing.assert_array_equal(read.vectors, index.vectors)
    assert read.keywords is not None
    assert read.keywords.words == keywords_of(index).words
    np.testing.assert_array_equal(read.keywords.entries.weights, keywords_of(index).entries.weights)


def test_an_index_of_nothing_comes_back(tmp_path: Path) -> None:
    empty = Index("v0", "test-embedder", WHEN, (), (), np.zeros((0, 8), np.float32))
    write(empty, tmp_path / "index")
    assert load(tmp_path / "index").vectors.shape == (0, 8)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    write(an_index(), folder)
    return folder


FILES = sorted(
    ["manifest.json", "articles.jsonl", "passages.jsonl", "vectors.npy", "words.jsonl"]
    + [f"{t}.{a}.npy" for t in ("entries", "articles") for a in ("weights", "rows", "starts")]
)


def test_nothing_but_the_known_files_is_written(written: Path) -> None:
    assert sorted(path.name for path in written.iterdir()) == FILES


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(written: Path, name: str) -> None:
    (written / name).unlink()
    with pytest.raises(IndexRefused, match="firstline index"):
        load(written)


@pytest.mark.parametrize("name", FILES)
def test_a_single_changed_byte_is_refused(written: Path, name: str) -> None:
    content = bytearray((written / name).read_bytes())
    content[len(content) // 2] ^= 1
    (written / name).write_bytes(content)
    with pytest.raises(IndexRefused):
        load(written)


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_short_is_refused(written: Path, name: str) -> None:
    content = (written / name).read_bytes()
    (written / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(IndexRefused):
        load(written)


def test_a_pickle_in_place_of_an_array_is_refused_and_not_run(written: Path) -> None:
    ran = written.parent / "ran"
    pickle = b"cos\nsystem\n(S'touch " + str(ran).encode() + b"'\ntR."
    (written / "vectors.npy").write_bytes(pickle)
    with pytest.raises(IndexRefused):
        load(written)
    assert not ran.exists()


def reseal(folder: Path, name: str, content: bytes) -> None:
    """What an attacker does who can write the manifest too: every checksum right again."""
    from knowledge.index_files import MANIFEST, seal

    facts = json.loads((folder / MANIFEST).read_text())
    files = {file: (folder / file).read_bytes() for file in facts["files"]} | {name: content}
    kept = {k: v for k, v in facts.items() if k not in ("files", "seal", "format")}
    for path in folder.iterdir():
        path.unlink()
    seal(folder, files, kept)


def test_a_header_that_lies_about_its_size_is_refused_without_the_memory(written: Path) -> None:
    lying = bytearray((written / "vectors.npy").read_bytes())
    shape = lying.index(b"(2, 8)")
    lying[shape : shape + 16] = b"(9999999999, 8)}"
    reseal(written, "vectors.npy", bytes(lying))
    with pytest.raises(IndexRefused, match=r"vectors\.npy"):
        load(written)


def test_an_array_of_python_objects_is_refused(written: Path) -> None:
    content = (written / "vectors.npy").read_bytes().replace(b"'<f4'", b"'|O' ")
    reseal(written, "vectors.npy", content)
    with pytest.raises(IndexRefused):
        load(written)


def test_a_table_that_points_outside_is_refused(written: Path) -> None:
    content = (written / "entries.rows.npy").read_bytes()
    reseal(written, "entries.rows.npy", content[:-4] + np.int32(999).tobytes())
    with pytest.raises(IndexRefused, match="outside"):
        load(written)


def test_vectors_that_are_not_numbers_are_refused(written: Path) -> None:
    content = (written / "vectors.npy").read_bytes()
    reseal(written, "vectors.npy", content[:-4] + np.float32("nan").tobytes())
    with pytest.raises(IndexRefused, match="length 1"):
        load(written)


def test_another_format_is_refused(written: Path) -> None:
    facts = json.loads((written / "manifest.json").read_text())
    (written / "manifest.json").write_text(json.dumps(facts | {"format": 99}))
    with pytest.raises(IndexRefused, match="format 99"):
        load(written)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"7", b"{}", b"\xff", b"[" * 50_000])
def test_any_other_manifest_is_refused(written: Path, content: bytes) -> None:
    (written / "manifest.json").write_bytes(content)
    with pytest.raises(IndexRefused, match="firstline index"):
        load(written)


def test_an_index_of_another_embedder_is_refused(written: Path) -> None:
    with pytest.raises(IndexRefused, match="test-embedder"):
        load(written, embedder="another")


def test_an_index_is_never_written_over_another(written: Path) -> None:
    before = {path.name: path.read_bytes() for path in written.iterdir()}
    with pytest.raises(FileExistsError):
        write(an_index(("Other.", "Words.")), written)
    assert {path.name: path.read_bytes() for path in written.iterdir()} == before


def test_an_index_written_halfway_is_refused(written: Path) -> None:
    (written / "manifest.json").unlink()
    (written / "words.jsonl").unlink()
    with pytest.raises(IndexRefused, match="no whole index"):
        load(written)
