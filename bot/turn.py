"""The nouns of one turn of a conversation, data only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.channel import Attachment, Choice, Sort, Source, Standing
from bot.flow_state import Approval, Request, Run
from bot.model import Conversation, Message

TICKET_NUMBER = "\ufffcticket number\ufffc"
"""Stands for the ticket's number in the replies of a hand-off, until the ticket is opened.

The number is known only inside the transaction that writes the reply, and no wording
is worked out in there. So the responder says it with this mark (a template is given
it as its variable `ticket`) and the store puts `#17` in its place. The mark cannot be
typed by accident; in a response without a hand-off it means nothing.
"""


class Outcome(StrEnum):
    """What became of a message: exactly one of these, recorded with it."""

    ANSWERED = "answered"
    ASKED_BACK = "asked_back"
    ABSTAINED = "abstained"
    FLOW = "flow"
    HUMAN = "human"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Turn:
    """A message to respond to, and what is known when it is taken up.

    `history` is the conversation before the message, oldest first: its last messages,
    each of the user's followed by what was replied to it. `attachments` came with the
    message; their bytes are untrusted.
    """

    conversation: Conversation
    message: Message
    history: tuple[Message, ...]
    now: datetime
    attachments: tuple[Attachment, ...] = ()
    run: Run | None = None
    """The flow that the requester is in."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why the bot said what it said; kept with the message and with every rating of it.

    `question` is what was searched for (it may hold words of earlier turns),
    `passages` are ids with their scores, best first.
    """

    question: str
    confidence: float
    index: str
    passages: tuple[tuple[str, float], ...] = ()
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to say: Markdown, with its sources and choices."""

    text: str
    sort: Sort = "notice"
    choices: tuple[Choice, ...] = ()
    sources: tuple[Source, ...] = ()
    rateable: bool = False
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class HandOff:
    """The conversation goes to people: to which tier, and why.

    A conversation whose ticket is still open gets no second one: the ticket is told,
    and its number is said again. An empty `summary` lets the store write its own. An empty
    `priority` or `queue` leaves it to the routing, which may add `tags`.
    """

    tier: int
    reason: str
    summary: str = ""
    transcript: bool = False
    """Whether the store's own summary, with the last messages, comes below the given one."""
    priority: str = ""
    """`low`, `normal`, `high` or `urgent`; empty where nobody said."""
    queue: str = ""
    tags: tuple[str, ...] = ()
    type: str = ""
    assignee: str = ""
    """The account that gets the ticket; nobody when empty."""
    routed: str = ""
    """Why it goes there, in words: what the routing says."""
    into: int = 0
    """The number of a ticket that the requester has, and wants this to be added to."""


@dataclass(frozen=True, slots=True)
class FlowChange:
    """What becomes of a flow's run: kept in the same transaction as what is said.

    `passed` are (flow, step, edge) for counting; `sources` (flow, version, text) of the
    versions that the run is pinned to. `request` and `approval` are done afterwards, once.
    """

    run: Run
    passed: tuple[tuple[str, str, str], ...] = ()
    sources: tuple[tuple[str, str, str], ...] = ()
    request: Request | None = None
    approval: Approval | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A person approved or refused what a flow asked for: the job's key, and the edge.

    `by` is what they are called, `who` their identity as the channel vouches for it
    (`slack:U0123456`).
    """

    job: str
    edge: str
    by: str
    who: str


@dataclass(frozen=True, slots=True)
class SolvedTicket:
    """A ticket as its closing message needs it: `requester` is the sender in its conversation,
    `asked` says that its requester was asked how it was."""

    number: int
    version: int
    requester: str
    solved: bool
    may_reopen: bool
    asked: bool


@dataclass(frozen=True, slots=True)
class AfterWord:
    """What a requester said of a solution: a score from 1 to 5, a word, or that it is none.

    It is decided upon the `version` of the ticket; number 0 keeps nothing.
    """

    ticket: int
    version: int
    score: int = 0
    word: str = ""
    reopen: bool = False

    @classmethod
    def nothing(cls) -> AfterWord:
        """Nothing to keep: the requester is only told something."""
        return cls(0, 0)


@dataclass(frozen=True, slots=True)
class Response:
    """What to do about a message. `reason` says why, in words for the trace.

    With a `hand_off`, one of the replies says `TICKET_NUMBER`: a user who is handed
    over always learns the number. Raises ValueError when none does.

    `after` answers what a requester pressed under a closing message; it is told also where
    a person has the conversation, for nobody is talked over by it.
    """

    outcome: Outcome
    replies: tuple[Reply, ...] = ()
    reason: str = ""
    hand_off: HandOff | None = None
    resolved: bool = False
    flow: FlowChange | None = None
    decision: Decision | None = None
    after: AfterWord | None = None

    def __post_init__(self) -> None:
        if self.hand_off and not any(TICKET_NUMBER in reply.text for reply in self.replies):
            raise ValueError("a hand-off must say TICKET_NUMBER in one of its replies")

    @property
    def standing(self) -> Standing:
        """How the conversation stands after it."""
        if self.resolved:
            return "solved"
        if self.after:
            return "with_people" if self.after.reopen else "solved"
        return "with_people" if self.hand_off else "open"


Responder = Callable[[Turn], Response | None]
"""One way to respond; None leaves the message to the next."""

Respond = Callable[[Turn], Response]
"""All ways to respond together: there is always a response."""
