"""A flow at the terminal: what the bot says, and a prompt."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import typer

from bot.flow_book import FlowShelf
from bot.flow_play import CAME, Player
from bot.flow_walk import Aids, Ears
from bot.turn import Reply
from bot.wording import load_wording
from knowledge.flows.flow import Flow
from knowledge.flows.forms import duration

HELP = """Answer as a user would: type, or the number of a choice. As the world outside, say
  /succeeds {"number": 7}   /fails   /times out   /approved   /refused   /2d later"""


def play_at_terminal(flows: dict[str, Flow], flow: Flow, ears: Ears) -> None:
    """Until the flow ends, or the input does."""
    aids = Aids(ears, load_wording("en"))
    player = Player(FlowShelf(flows), aids, datetime.now(UTC), lambda _question: None)
    typer.echo(HELP + "\n")
    facts = {
        "problem": "(tried at the terminal)",
        "audience": flow.audience,
        "channel": "terminal",
        "known": {},
        "requester": "you",
    }
    show(player, player.begin(flow, facts))
    while player.run and not player.run.over:
        try:
            text = input("> ")
        except EOFError:
            break
        show(player, happens(player, text))
    if player.run:
        typer.echo(f"({player.run.over or 'left'} at {player.run.step})")


def happens(player: Player, text: str) -> tuple[Reply, ...]:
    """What the user typed: said to the bot, or something from outside."""
    if not text.startswith("/"):
        return player.say(text)
    command = text[1:].strip()
    try:
        if command.endswith(" later"):
            return player.later(duration(command.removesuffix(" later")))
        how = next(how for how in CAME if command.startswith(how))
        rest = command.removeprefix(how).strip()
        return player.comes(how, json.loads(rest) if rest else {})
    except (StopIteration, ValueError):
        return (Reply(HELP),)


def show(player: Player, replies: tuple[Reply, ...]) -> None:
    """The replies with their numbered choices, and what is asked for outside."""
    for reply in replies:
        typer.echo(reply.text)
        for number, choice in enumerate(reply.choices, start=1):
            typer.echo(f"  {number}. {choice.label}")
        typer.echo("")
    last = player.last
    if last and last.request:
        typer.echo(f"[action: {last.request.url or last.request.function} {last.request.body}]")
    if last and last.approval:
        typer.echo(f"[asked of {last.approval.by}: {last.approval.text}]")
    if last and last.handed:
        typer.echo(f"[handed off]\n{last.handed.summary}\n")
