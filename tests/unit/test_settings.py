"""Settings: what is wrong is said with its place, and nothing is taken silently."""

import os
from pathlib import Path

import pytest

from config.problems import SettingsRefused
from config.settings import load


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in list(os.environ):
        if name.startswith("FIRSTLINE_"):
            monkeypatch.delenv(name)
    (tmp_path / "firstline.toml").write_text("", "utf-8")
    return tmp_path


def refusal(desk: Path, toml: str) -> str:
    (desk / "firstline.toml").write_text(toml, "utf-8")
    with pytest.raises(SettingsRefused) as refused:
        load(desk)
    return str(refused.value)


def test_an_empty_file_is_a_whole_desk(desk: Path) -> None:
    assert load(desk).desk.name == "Firstline"


def test_the_environment_wins_over_dotenv_and_dotenv_over_the_file(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / "firstline.toml").write_text('[desk]\nname = "file"\nlanguage = "file"\n', "utf-8")
    (desk / ".env").write_text("FIRSTLINE_DESK__NAME=dotenv\nOTHER_PROGRAM=1\n", "utf-8")
    assert load(desk).desk.name == "dotenv"
    monkeypatch.setenv("FIRSTLINE_DESK__NAME", "environment")
    assert load(desk).desk.name == "environment"
    assert load(desk).desk.language == "file"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[desk]\nnam = "x"', "desk.nam: there is no such key. Did you mean 'name'?"),
        ('[dsk]\nname = "x"', "dsk: there is no such key. Did you mean 'desk'?"),
        ("[database]\nurl = 3", "database.url: input should be a valid string (it is 3)"),
        ('[[sources]]\n[[sources]]\nkind = "x"', "sources[2].kind: input should be 'markdown'"),
        ('secret = "x"', "set FIRSTLINE_SECRET in the environment"),
        ('[slack]\nmodes = {C1 = "loud"}', "slack.modes.C1: input should be 'mention'"),
        ('[discord]\ntoken = "x"', "set FIRSTLINE_DISCORD__TOKEN in the environment"),
        ('[slack]\nbot_token = "x"', "set FIRSTLINE_SLACK__BOT_TOKEN in the environment"),
        ("[desk", "this is not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(desk: Path, toml: str, said: str) -> None:
    message = refusal(desk, toml)
    assert said in message
    assert str(desk / "firstline.toml") in message


def test_a_wrong_value_in_the_environment_is_blamed_on_the_variable(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTLINE_LOG__LEVEL", "loud")
    assert refusal(desk, "").startswith("FIRSTLINE_LOG__LEVEL: log.level: input should be 'debug'")


def test_a_misspelt_variable_is_refused(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTLINE_DESC__NAME", "x")
    assert "Did you mean 'FIRSTLINE_DESK__NAME'?" in refusal(desk, "")


def test_no_desk_here_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="firstline init"):
        load(tmp_path)


def test_a_secret_is_never_shown(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRSTLINE_SECRET", "canary-7f3a")
    assert "canary-7f3a" not in repr(load(desk))


def test_the_folder_of_the_desk_may_be_named_in_the_environment(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRSTLINE_HOME", str(desk))
    assert load(desk).desk.name == "Firstline"
