"""The agents' door on platforms: cards in triage channels, and what agents do there.

    follow             events and messages -> cards and lines that are due    (one worker at a time)
    due                what is to be posted: the first thing of each card
    posted, failed     what became of it, and what is next
    press, submit      a button, a form
    said, edited       what was written in a card's thread: a note, or with the prefix a reply

Who acts is asked of the accounts by what the platform says of the sender, and every act goes
through `Console`, so that a forged press can do nothing that its sender may not do.
"""

from __future__ import annotations

import logging
import random
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bot.backoff import next_attempt
from bot.card_model import CardLine
from bot.cards import (
    FORMS,
    Button,
    Card,
    CardPosting,
    Triage,
    after_prefix,
    key_of,
    more_buttons,
    press_id,
    pressed,
)
from bot.channel import Attachment, SendError
from bot.console import Acted, ActRefused, Console, Forbidden, Written
from bot.limits import identity
from bot.people import Act, Person, may
from bot.store import card_postings, cards
from bot.store.database import Database

__all__ = ["AgentsSide", "Button", "Card", "CardPosting", "Told", "Triage", "press_id", "pressed"]

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
BROKEN = 30.0
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is told of what they did, for their eyes only; empty when the card shows it.

    `form` asks for words first: its title and its label. `buttons` offer more.
    """

    text: str = ""
    done: bool = True
    form: tuple[str, str] | None = None
    buttons: tuple[Button, ...] = ()


class AgentsSide:
    """Safe to be called from many threads. `person_of` says whose account somebody on a platform
    is; `prefix` makes a reply of what is written in a card's thread; `site` begins links. `seen` is told
    of agents' signs of life."""

    def __init__(
        self,
        database: Database,
        console: Console,
        person_of: Callable[[str, str], Person | None],
        triages: Sequence[Triage],
        *,
        prefix: str = "!reply ",
        site: str = "",
        seen: Callable[[str], None] = lambda _agent: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_key: Callable[[], str] = lambda: secrets.token_hex(12),
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._console = console
        self._person_of = person_of
        self._triages = tuple(triages)
        self._prefix = prefix
        self._site = site
        self._seen = seen
        self._clock = clock
        self._new_key = new_key
        self._chance = chance
        self._bell = threading.Event()

    def places(self, channel: str) -> frozenset[str]:
        """The triage channels of a platform."""
        here = (each.address for each in self._triages)
        return frozenset(each.thread for each in here if each.channel == channel)

    def follow(self) -> int:
        """Bring cards and their threads up to what happened; how much there was to do."""
        if not self._database.read(lambda s: cards.news(s, cards.mark(s))):
            return 0
        now = self._clock()
        return self._database.write(lambda s: cards.follow(s, self._triages, self._new_key, now))

    def rung(self) -> int:
        """Wait a moment for an act of an agent: a chore, so that its reply is sent at once."""
        self._bell.wait(0.2)
        self._bell.clear()
        return 1

    @property
    def stirred(self) -> int:
        """Another number as soon as this process wrote something: there may be news to follow."""
        return self._database.writes

    def due(self, channel: str, *, sure: bool = False) -> list[CardPosting]:
        """What is to be posted on a platform now: the first thing of each card that has something.

        The card is the caller's until `posted` or `failed` give None for it, or for two minutes.
        `sure` spares a look beforehand, after `follow` had something to do.
        """
        now = self._clock()
        if not sure and not self._database.read(lambda s: cards.some_due(s, channel, now)):
            return []

        def work(session: Session) -> list[CardPosting]:
            taken = cards.free(session, channel, now, LEASE, AT_ONCE)
            found = (card_postings.first(session, card, self._site, now) for card in taken)
            return [posting for posting in found if posting is not None]

        return self._database.write(work)

    def posted(self, posting: CardPosting, external_id: str) -> CardPosting | None:
        """It is there, under the platform's id; what comes next with its card."""
        now = self._clock()

        def work(session: Session) -> CardPosting | None:
            card_postings.done(session, posting, identity(external_id))
            return card_postings.first(session, posting.card_id, self._site, now)

        return self._database.write(work)

    def failed(self, posting: CardPosting, error: SendError) -> CardPosting | None:
        """It is not: again later, or never, and then what comes next with its card."""
        now = self._clock()
        wait = BROKEN if error.broken else error.retry_after
        later = next_attempt(now, posting.attempt, wait, self._chance())
        level = logging.ERROR if error.permanent or error.broken else logging.WARNING
        log.log(level, "card not posted", extra={"kind": posting.kind, "why": str(error)})
        never = error.permanent

        def work(session: Session) -> CardPosting | None:
            card_postings.failed(session, posting, str(error), later, never)
            return card_postings.first(session, posting.card_id, self._site, now)

        return self._database.write(work)

    def press(self, channel: str, who: str, number: int, act: str, identity: str) -> Told:
        """A button of a card. An act that asks for words gives the form to show."""
        person = self._person_of(channel, who)
        if person is None:
            return unknown(channel, who)
        if act in FORMS:
            return self._form(person, number, act)
        if act == "more":
            return self._more(person, number)
        return self._try(person, lambda: self._act(person, number, act, "", identity))

    def submit(
        self, channel: str, who: str, number: int, act: str, text: str, identity: str
    ) -> Told:
        """A form that was filled in; `identity` is the same when it is delivered again."""
        person = self._person_of(channel, who)
        if person is None:
            return unknown(channel, who)
        key = key_of(channel, identity)
        return self._try(person, lambda: self._act(person, number, act, text, key))

    def said(
        self,
        channel: str,
        who: str,
        card: str,
        external_id: str,
        text: str,
        attachments: tuple[Attachment, ...] = (),
    ) -> Told | None:
        """Something written in the thread of the message `card`; None when that is no card.

        A note, whatever it says; a reply only when it begins with the prefix.
        """
        known = self._database.read(lambda s: cards.whose(s, channel, card))
        if known is None:
            return None
        person = self._person_of(channel, who)
        if person is None:
            return unknown(channel, who)
        key, reply = key_of(channel, external_id), after_prefix(text, self._prefix)
        number, what = known[1], "note" if reply is None else "agent"
        line = CardLine(card_id=known[0], what=what, key=key, state="sent", external_id=external_id)
        self._database.write(lambda s: card_postings.heard(s, line))
        if reply is None:
            named = "\n".join([text, *(f"📎 {each.name} {each.url}" for each in attachments)])
            return self._try(
                person, lambda: self._console.note(person, number, named.strip(), key=key)
            )
        written = Written(reply, attachments)
        return self._try(person, lambda: self._console.reply(person, number, written, key=key))

    def edited(self, channel: str, who: str, card: str, external_id: str, text: str) -> Told | None:
        """What was written in a card's thread reads otherwise now: a note says so, for a reply
        that went out cannot be taken back."""
        known = self._database.read(lambda s: cards.whose(s, channel, card))
        if known is None:
            return None
        person = self._person_of(channel, who)
        if person is None:
            return unknown(channel, who)
        key = key_of(channel, f"{external_id} {text}")
        line = CardLine(card_id=known[0], what="note", key=key, state="sent", external_id="")
        self._database.write(lambda s: card_postings.heard(s, line))
        note = f"✏️ (changed afterwards, not sent) {text}"
        return self._try(person, lambda: self._console.note(person, known[1], note, key=key))

    def _form(self, person: Person, number: int, act: str) -> Told:
        try:
            tier = self._console.ticket(person, number).ticket.tier
        except Forbidden as refused:
            return Told(str(refused), done=False)
        if not may(person, Act.WORK, tier=tier):
            return Told(f"#{number} is in tier {tier}, and you do not work there.", done=False)
        return Told(form=FORMS[act])

    def _more(self, person: Person, number: int) -> Told:
        try:
            shown = self._console.ticket(person, number)
        except Forbidden as refused:
            return Told(str(refused), done=False)
        holder = "people have" if shown.holder == "agent" else "the bot has"
        text = f"#{number} {shown.ticket.subject} – {holder} the conversation."
        return Told(text, buttons=more_buttons(number, shown.ticket.status))

    def _act(self, person: Person, number: int, act: str, text: str, key: str) -> Acted:
        console = self._console
        match act:
            case "claim":
                return console.claim(person, number)
            case "reply":
                return console.reply(person, number, Written(text), key=key)
            case "note":
                return console.note(person, number, text, key=key)
            case "escalate":
                return console.escalate(person, number, why=text)
            case "solve":
                return console.solve(person, number)
            case "hold":
                return console.hold(person, number)
            case "resume":
                return console.resume(person, number)
            case "release":
                return console.assign(person, number, None)
            case "give_back":
                return console.give_back(person, number)
            case "reopen":
                return console.reopen(person, number)
        raise ActRefused("This cannot be done here.")

    def _try(self, person: Person, act: Callable[[], Acted]) -> Told:
        """Done, or why not."""
        self._seen(person.id)
        try:
            act()
        except (Forbidden, ActRefused) as refused:
            return Told(str(refused), done=False)
        self._bell.set()
        return Told()


def unknown(channel: str, who: str) -> Told:
    """Somebody who is no agent that we know is told how to become one."""
    text = (
        "You are not known here as an agent, so nothing was done. If you work on tickets, ask "
        f"an admin to run: firstline agent identity YOUR-LOGIN {channel} {who}"
    )
    return Told(text, done=False)
