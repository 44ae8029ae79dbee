"""`firstline ask`: one question, one answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from config.cli.options import HERE, Desk, Json

if TYPE_CHECKING:
    from bot.answers import Answer
    from bot.ask import Asking
    from config.wiring import Place


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(ask)


def ask(
    question: Annotated[str, typer.Argument(help="The question; - reads it from standard input.")],
    desk: Desk = HERE,
    as_json: Json = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what was found, the scores, and why this.")
    ] = False,
) -> None:
    """Answer one question with its sources, or say that it is not sure."""
    from config.wiring import open_place, site

    text = typer.get_text_stream("stdin").read() if question == "-" else question
    place = open_place(desk)
    how = how_to_ask(place)
    answer = with_whole_addresses(how.ask(text), site(place))
    if as_json:
        typer.echo(json.dumps(facts(how, text, answer, explain), ensure_ascii=False))
        return
    echo_answer(answer)
    if explain:
        echo_hits(how, text, answer)


def how_to_ask(place: Place) -> Asking:
    """The desk's way to answer, over an index that is up to its articles."""
    from config.cli.serve import ready_knowledge
    from config.wiring import asking, follower, sources
    from indexer.outdated import outdated

    knowledge, model = ready_knowledge(place)
    if outdated(knowledge.index, sources(place)):
        following = follower(place, knowledge, model)
        if following.follow():
            following.persist()
    return asking(place, knowledge)


def with_whole_addresses(answer: Answer, address: str) -> Answer:
    """The answer with addresses that can be opened from anywhere."""
    from dataclasses import replace

    from adapters.text import whole

    sources = tuple(replace(each, url=whole(each.url, address)) for each in answer.sources)
    return replace(answer, sources=sources)


def facts(how: Asking, question: str, answer: Answer, explain: bool) -> dict[str, Any]:
    """An answer for scripts."""
    from bot.ask import in_json

    found = in_json(answer)
    if explain:
        found["reason"] = answer.reason
        found["hits"] = [
            {
                "article": hit.article.id,
                "score": hit.score,
                "passage": hit.best.passage.id,
                "cosine": hit.best.cosine,
                "words": hit.best.words,
            }
            for hit in how.search(question).hits
        ]
    return found


def echo_answer(answer: Answer) -> None:
    """An answer for people."""
    typer.echo(answer.text)
    for number, choice in enumerate(answer.choices, 1):
        typer.echo(f"  {number}. {choice.label}")
    if answer.sources:
        typer.echo()
    for source in answer.sources:
        section = f" > {source.section}" if source.section else ""
        typer.echo(f"[{source.number}] {source.title}{section}  {source.url}")
    typer.secho(f"\n{answer.outcome}, confidence {answer.confidence:.2f}", dim=True)


def echo_hits(how: Asking, question: str, answer: Answer) -> None:
    """What was found and why this outcome."""
    typer.echo(f"\nWhy: {answer.reason}\nIndex: {answer.index}")
    for place, hit in enumerate(how.search(question).hits, 1):
        best = hit.best
        typer.echo(
            f"{place:>2}. {hit.score:.3f}  {hit.article.title}  "
            f"[{best.passage.kind} {best.passage.id}: cosine {best.cosine:.3f}, words {best.words:.2f}]"
        )
