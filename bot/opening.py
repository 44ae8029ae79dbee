"""How tickets come about: what is known of a new one, and where it goes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.model import FOR_PEOPLE, Message
from bot.summary import problem, subject
from bot.turn import HandOff, Response

FIRST_TIER = 1
QUEUE = "support"


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket that is about to be opened. `by`: `bot`, `person` (a form), `agent` or `api`.

    `tier`, `queue`, `priority`, `type` and `tags` are what was wished for: tier 0 and empty
    texts when nothing was. `text` is the problem in the requester's words, `flow` and
    `articles` are the ids of what was tried before.
    """

    text: str
    reason: str
    channel: str
    requester: str
    by: str = "bot"
    subject: str = ""
    tier: int = 0
    queue: str = ""
    priority: str = ""
    type: str = ""
    tags: tuple[str, ...] = ()
    flow: str = ""
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Where a new ticket goes. `why` says so in words, for its first event."""

    tier: int = FIRST_TIER
    queue: str = QUEUE
    priority: str = "normal"
    type: str = "question"
    tags: tuple[str, ...] = ()
    assignee: str | None = None
    why: str = ""


Routing = Callable[[NewTicket], Route]
Similar = Callable[[str, Sequence[str]], Sequence[float]]
"""How near in meaning each text is to the first, from 0 to 1."""


def as_wished(new: NewTicket) -> Route:
    """Where it was wished for: else to the first tier and the queue `support`."""
    wished = Route()
    return Route(
        tier=new.tier or wished.tier,
        queue=new.queue or wished.queue,
        priority=new.priority or wished.priority,
        type=new.type or wished.type,
        tags=tuple(dict.fromkeys(new.tags)),
    )


@dataclass(frozen=True, slots=True)
class TicketRules:
    """What is agreed about tickets.

    `tiers` in the order of escalation. A requester's message reopens a ticket that was solved
    at most `reopen_within` ago; later it opens a new one that is linked. A solved ticket is
    closed after `close_after`, and its conversation is the bot's again. `team` is the name
    that requesters see instead of the agent's own (empty: the agent's). A requester who asks
    the same within `same_within` is shown the ticket they have, if it is at least `same` near
    in meaning.
    """

    tiers: tuple[int, ...] = (1, 2, 3)
    reopen_within: timedelta = timedelta(days=3)
    close_after: timedelta = timedelta(days=7)
    same_within: timedelta = timedelta(days=7)
    same: float = 0.75
    team: str = ""

    def __post_init__(self) -> None:
        if self.close_after < self.reopen_within:
            raise ValueError(
                "close_after must not be shorter than reopen_within: a closed ticket stays closed"
            )


@dataclass(frozen=True, slots=True)
class Opening:
    """How tickets are opened at this desk."""

    rules: TicketRules = field(default_factory=TicketRules)
    route: Routing = as_wished

    def routed(self, response: Response, channel: str, messages: Sequence[Message]) -> Response:
        """The response with its hand-off sent where it is to go; `messages` lead to it.

        Done before the transaction that opens the ticket, for the routing may take its time.
        """
        to = response.hand_off
        if to is None:
            return response
        run = response.flow.run if response.flow else None
        new = _new_ticket(to, channel, messages, run.flow if run else "")
        return replace(response, hand_off=directed(to, self.route(new)))


def directed(to: HandOff, route: Route) -> HandOff:
    """The hand-off with what the routing said of it."""
    return replace(
        to,
        tier=route.tier,
        queue=route.queue,
        priority=route.priority,
        type=route.type,
        tags=route.tags,
        assignee=route.assignee or "",
        routed=route.why,
    )


def _new_ticket(to: HandOff, channel: str, messages: Sequence[Message], flow: str) -> NewTicket:
    found = problem(messages)
    by_form = bool(found and found.choice == FOR_PEOPLE)
    articles = [
        str(article)
        for message in messages
        if message.evidence and message.sort == "answer"
        for article in message.evidence.get("articles", ())[:1]
    ]
    return NewTicket(
        text=found.text if found else "",
        reason=to.reason,
        channel=channel,
        requester=found.sender if found else "",
        by="person" if by_form else "bot",
        subject=subject(messages),
        tier=to.tier,
        queue=to.queue,
        priority=to.priority,
        type=to.type,
        tags=to.tags,
        flow=flow,
        articles=tuple(dict.fromkeys(articles)),
    )
