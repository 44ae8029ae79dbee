"""The dialogs of the core, with the small responder of the tests; and the runner itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.desk import Desk
from tests.desk_support import new_desk, opened
from tests.dialog_runner import converse, read_dialog

DIALOGS = Path(__file__).parents[1] / "dialogs/core"


@pytest.fixture
def desk(kept: str) -> Iterator[Desk]:
    with opened(kept) as database:
        yield new_desk(database)


@pytest.mark.parametrize("path", sorted(DIALOGS.glob("*.md")), ids=lambda path: path.stem)
def test_dialog(desk: Desk, path: Path) -> None:
    assert converse(desk, path) == []


@pytest.mark.parametrize(
    "text",
    [
        "> hello\nyou said: hullo…\n",
        "> hello\n(nothing)\n",
        "> quiet\nsomething\n",
        "> many\npart 1\n---\npart 2\n",
        "> hello\nyou said: hello [1] …\n---\nand more\n",
    ],
)
def test_a_dialog_that_goes_otherwise_fails(desk: Desk, tmp_path: Path, text: str) -> None:
    path = tmp_path / "wrong.md"
    path.write_text(text)
    (difference,) = converse(desk, path)
    assert f"{path}:1" in difference
    assert "expected:" in difference


@pytest.mark.parametrize("text", ["", "# only a title\n", "> hello\n\n> bye\n"])
def test_a_dialog_without_expectation_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.md"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"empty\.md"):
        read_dialog(path)
