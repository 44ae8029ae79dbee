"""What every embedder promises, held by the fast one and by sentence-transformers on one model."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedder import Embedder, EmbedderRefused
from knowledge.embedder_cache import prepared, sha256
from knowledge.embedders import PACKAGED, PACKAGED_SHA256, model_folder, open_embedder
from tests.optional_extra import needs_extra

ROOT = Path(__file__).resolve().parents[2]

TEXTS = [
    "How do I reset my password?",
    "hi",
    "My browser shows ERR_CONNECTION_RESET since the update; what does 0x80070005 mean?",
    "Setup > Install\nRun `make demo`, then open http://127.0.0.1:8080 in a browser. " * 3,
    "- one\n- two\n- three\n\n| a | b |\n| - | - |\n| 1 | 2 |",
    "Wie setze ich mein Kennwort zurück?",
    "the same words again and again " * 100,
]
ODD = [
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udc00\ud800 x",
    "😀" * 500,
    "مرحبا",
    "x" * 1_000_000,
    "a b " * 250_000,
]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def lines() -> list[str]:
    return []


@pytest.fixture(scope="session")
def fast(cache: Path, lines: list[str]) -> Embedder:
    return open_embedder(cache=cache, progress=lines.append)


@pytest.fixture(scope="session")
def general(cache: Path) -> Embedder:
    needs_extra()
    return open_embedder("torch", cache=cache, progress=print)


@pytest.fixture(params=["fast", "general"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    found: Embedder = request.getfixturevalue(request.param)
    return found


def test_both_give_nearly_the_same_vectors(fast: Embedder, general: Embedder) -> None:
    cosines = np.einsum("ij,ij->i", fast.embed(TEXTS), general.embed(TEXTS))
    assert cosines.min() >= 0.98, dict(zip(TEXTS, cosines.tolist(), strict=True))
    assert cosines.mean() >= 0.992


def test_vectors_have_length_one_and_the_promised_shape(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension) == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_any_string_is_embedded(embedder: Embedder) -> None:
    vectors = embedder.embed(ODD)
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_gives_the_same_vector_whatever_stands_beside_it(embedder: Embedder) -> None:
    alone = embedder.embed(TEXTS[:1])[0]
    among = embedder.embed([*TEXTS, TEXTS[0]])
    np.testing.assert_allclose(among[0], alone, atol=1e-5)
    np.testing.assert_allclose(among[-1], alone, atol=1e-5)


def test_many_threads_get_what_one_gets(embedder: Embedder) -> None:
    expected = embedder.embed(TEXTS)
    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(lambda _: embedder.embed(TEXTS), range(8)):
            np.testing.assert_allclose(found, expected, atol=1e-5)


def test_related_texts_are_nearer_than_others(embedder: Embedder) -> None:
    asked, near, far = embedder.embed(["reset my password", "forgot the password", "blue whales"])
    assert asked @ near > asked @ far + 0.3


def test_the_name_tells_model_weights_and_precision(fast: Embedder, general: Embedder) -> None:
    assert fast.name != general.name
    for name in (fast.name, general.name):
        assert name.startswith(f"{PACKAGED} {PACKAGED_SHA256[:8]} ")


def test_the_preparation_tells_what_it_does(fast: Embedder, lines: list[str]) -> None:
    assert len(lines) >= 3
    assert PACKAGED in lines[0]


def test_serving_never_imports_torch(fast: Embedder, cache: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from knowledge.embedders import open_embedder;"
        "open_embedder(cache=Path(sys.argv[1]), progress=print).embed(['hello']);"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'bm25s'} & set(sys.modules);"
        "import knowledge.search; heavy |= {'torch', 'bm25s'} & set(sys.modules);"
        "sys.exit(','.join(heavy) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(cache)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def only_model(cache: Path) -> Path:
    (folder,) = (path for path in cache.iterdir() if path.is_dir())
    return folder


def test_a_damaged_model_is_prepared_again(fast: Embedder, cache: Path, tmp_path: Path) -> None:
    """Given a cache with a damaged model and the leftovers of a preparation that was killed."""
    source = only_model(cache)
    copy = tmp_path / source.name
    copy.mkdir()
    for path in source.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    (copy / "model.onnx").write_bytes(b"damaged")
    leftover = tmp_path / f"{source.name}.preparing-killed"
    leftover.mkdir()
    (leftover / "whole.onnx").write_bytes(b"half")

    again = open_embedder(cache=tmp_path, progress=print)

    assert again.name == fast.name
    np.testing.assert_array_equal(again.embed(TEXTS), fast.embed(TEXTS))
    assert not leftover.exists()
    assert {path.name for path in tmp_path.iterdir()} == {"lock", source.name}


def test_other_weights_than_the_pinned_ones_are_refused(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    for path in model_folder(PACKAGED).glob("*.json"):
        (model / path.name).write_bytes(path.read_bytes())
    (model / "model.safetensors").write_bytes(b"other")
    with pytest.raises(EmbedderRefused, match="force-reinstall"):
        prepared(model, tmp_path / "cache", name=PACKAGED, pin=PACKAGED_SHA256, progress=print)
    assert not list((tmp_path / "cache").glob("*int8*"))


def test_a_pickled_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[]")
    (tmp_path / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(EmbedderRefused, match="safetensors"):
        open_embedder("fast", str(tmp_path), cache=tmp_path / "cache", progress=print)
    needs_extra()
    with pytest.raises(EmbedderRefused, match="safetensors"):
        open_embedder("torch", str(tmp_path), cache=tmp_path / "cache", progress=print)


def test_a_model_that_cannot_be_exported_is_refused_in_one_line(tmp_path: Path) -> None:
    for path in model_folder(PACKAGED).rglob("*.json"):
        copy = tmp_path / path.relative_to(model_folder(PACKAGED))
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(EmbedderRefused, match="could not be prepared"):
        open_embedder("fast", str(tmp_path), cache=tmp_path / "cache", progress=print)
    assert [p.name for p in (tmp_path / "cache").iterdir() if "preparing" not in p.name] == ["lock"]


@pytest.mark.parametrize(("kind", "model"), [("slow", PACKAGED), ("fast", "no/such/folder")])
def test_what_does_not_exist_is_refused(tmp_path: Path, kind: str, model: str) -> None:
    with pytest.raises(EmbedderRefused):
        open_embedder(kind, model, cache=tmp_path, progress=print)


def test_the_pin_is_of_the_installed_weights() -> None:
    assert sha256(model_folder(PACKAGED) / "model.safetensors") == PACKAGED_SHA256
