"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Desk = Annotated[
    Path,
    typer.Option(
        "--desk",
        "-d",
        envvar="FIRSTLINE_HOME",
        help="The folder of the desk: where its firstline.toml is.",
        show_default="this folder",
    ),
]
HERE = Path()

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
