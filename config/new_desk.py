"""Making a desk: a folder with settings, articles and its own secret, that runs at once."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from config.problems import SettingsRefused

TEMPLATE = Path(__file__).parent / "template"
OUR_ARTICLES = Path(__file__).parent.parent / "knowledge" / "articles"
OUR_FLOWS = Path(__file__).parent.parent / "knowledge" / "flows"

MADE_BY_DEMO = "# The demo answers from Firstline's own help centre. Made by 'firstline demo'."
DEMO_SETTINGS = f"""\
{MADE_BY_DEMO}

[desk]
name = "Firstline"

[[sources]]
kind = "markdown"
path = "{{articles}}"

[[sources]]
kind = "flows"
path = "{{flows}}"

[[tiers]]
number = 1
name = "First line"

[[tiers]]
number = 2
name = "Engineers"

[[tiers]]
number = 3
name = "Developers"

[[queues]]
name = "support"

[[queues]]
name = "engineers"
tier = 2

[[queues]]
name = "developers"
tier = 3

[[sla]]
first_response = "1h"
next_response = "4h"
resolution = "2d"
"""


def make_desk(folder: Path) -> None:
    """Make a desk from the template in a new or empty folder. Raises SettingsRefused."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsRefused(f"{folder} is not an empty folder. Name a new one.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(TEMPLATE, folder, dirs_exist_ok=True)
        (folder / "env.example").rename(folder / ".env.example")
        (folder / "gitignore").rename(folder / ".gitignore")
        (folder / "flows").mkdir()
        write_secret(folder)
    except OSError as error:
        raise SettingsRefused(f"{folder} cannot be made: {error.strerror}.") from error


def make_demo(folder: Path) -> None:
    """Make the demo's desk if it is not there. It reads the articles where they are."""
    if (folder / "firstline.toml").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    articles, flows = (
        os.path.relpath(ours, folder.resolve()) for ours in (OUR_ARTICLES, OUR_FLOWS)
    )
    settings = DEMO_SETTINGS.format(articles=articles, flows=flows)
    (folder / "firstline.toml").write_text(settings, "utf-8")
    write_secret(folder)


def is_demo(folder: Path) -> bool:
    """Whether `make_demo` made the desk, by the first line of its settings."""
    return (folder / "firstline.toml").read_text("utf-8").startswith(MADE_BY_DEMO)


def write_secret(folder: Path) -> None:
    """A fresh secret in .env, readable by its owner only."""
    descriptor = os.open(folder / ".env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"FIRSTLINE_SECRET={secrets.token_urlsafe(32)}\n")
