"""`firstline serve` and `chat`: the desk as a web page, and at this terminal."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli.options import HERE, Desk

if TYPE_CHECKING:
    from config.wiring import Place
    from knowledge.embedder import Embedder
    from knowledge.live import LiveKnowledge

Words = Callable[[str], str]
"""What is said when all is open, from the address of the page."""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(serve)
    app.command()(chat)


def serve(
    desk: Desk = HERE,
    port: Annotated[
        int | None, typer.Option(help="Listen on this port instead of the one in the settings.")
    ] = None,
) -> None:
    """Serve the desk: web page, help centre, API. Follows the articles; Ctrl-C stops it."""
    run_desk(desk, port, 1, lambda address: f"Serving {address}  (Ctrl-C stops)")


def chat(desk: Desk = HERE) -> None:
    """Talk to the bot here. Numbers choose; Ctrl-D ends.

    The conversation is kept like any other; the desk must not be served at the same time.
    """
    from config.cli.progress import say
    from config.log import set_up_logging
    from config.serving import chat_here
    from config.wiring import open_place

    place = open_place(desk)
    set_up_logging("warning", place.settings.log.format)
    knowledge, model = ready_knowledge(place)
    say(f"Ask {place.settings.desk.name}. A number chooses, Ctrl-D ends.\n")
    chat_here(place, knowledge, model)


def run_desk(folder: Path, port: int | None, tries: int, words: Words) -> None:
    """Open everything, say the words, serve until stopped. A port is bound before any work."""
    from adapters.http.server import listen
    from config.cli.progress import say
    from config.log import set_up_logging
    from config.platforms import refuse_what_cannot_work
    from config.serving import http_options, serve
    from config.wiring import open_place, site

    end_when_told()
    place = open_place(folder)
    set_up_logging(place.settings.log.level, place.settings.log.format)
    options = http_options(place, port)
    refuse_what_cannot_work(place)
    pages = "web" in place.settings.process.roles
    with listen(options.host, options.port, tries=tries) if pages else nullcontext() as listener:
        bound = listener.getsockname()[1] if listener else options.port
        if bound != options.port:
            say(f"Port {options.port} is taken, so this is on {bound}.")
        knowledge, model = ready_knowledge(place)
        address = site(place, bound)
        serve(place, knowledge, model, options, listener, announce=lambda: say(words(address)))
    say("Stopped.")


def end_when_told() -> None:
    """SIGTERM before anything is served ends the process at once, and as a wanted end: with 0."""

    def end(_number: int, _frame: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)


def ready_knowledge(place: Place) -> tuple[LiveKnowledge, Embedder]:
    """Model prepared, index there: built now, with a progress bar, if it never was."""
    from config.cli.progress import bar, say
    from config.wiring import build_index, builds, embedder, open_knowledge
    from knowledge.index import IndexRefused

    model = embedder(place, say)
    try:
        return open_knowledge(place, model), model
    except IndexRefused as refused:
        if builds(place).version:
            say(f"The index is built anew: {refused}")
    with bar("Indexing") as count:
        build_index(place, model, say, count)
    return open_knowledge(place, model), model
