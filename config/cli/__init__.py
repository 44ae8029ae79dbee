"""The command line: one module for each group of commands.

Modules of commands import what they need inside the commands, so that `firstline ask`
does not wait for what only `firstline serve` needs.
"""

from __future__ import annotations

import sys

import typer

from config.cli import (
    agent,
    ask,
    backup,
    content,
    database,
    dead,
    desk,
    evaluate,
    flow,
    platforms,
    requester,
    serve,
    stats,
    ticket,
    ticket_draft,
    ticket_files,
    tickets,
    token,
    webhook,
)

app = typer.Typer(
    name="firstline",
    help="Firstline answers support questions from your articles, or hands over to people.\n\n"
    "Begin with 'firstline demo', or 'firstline init DIR' for a desk of your own.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (
    desk,
    content,
    ask,
    serve,
    stats,
    ticket,
    ticket_draft,
    ticket_files,
    tickets,
    dead,
    agent,
    token,
    webhook,
    backup,
    requester,
    flow,
    platforms,
    evaluate,
    database,
):
    group.add_to(app)


def main() -> None:
    """Run the command line; what the user can mend is said in words, with exit code 2."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        from config.refusals import REFUSALS

        if not isinstance(error, REFUSALS):
            raise
        typer.secho(str(error), err=True, fg="red")
        sys.exit(2)
