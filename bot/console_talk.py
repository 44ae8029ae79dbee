"""Acts that reach requesters, or that make one ticket of two and two of one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot import tickets as rules
from bot.console_door import Door
from bot.limits import storable
from bot.model import Conversation, Ticket
from bot.model_tickets import Requester
from bot.opening import NewTicket, Route
from bot.people import Act, Person, may
from bot.store import inbox, replies, requesters, takeover, ticket_keys, ticket_text, tickets
from bot.summary import shortened
from bot.ticket_acts import Acted, Asked, Forbidden, Written
from bot.ticket_state import TicketState, state_of
from bot.ticket_values import SUBJECT, ActRefused

KEY = 25


class Talk(Door):
    """`version` as everywhere in the console."""

    def reply(
        self,
        person: Person,
        number: int,
        written: Written,
        version: int | None = None,
        key: str = "",
    ) -> Acted:
        """Say something to the requester, in their conversation: the bot is silent there from now on.

        The same `key` (at most 25 characters) is written once, however often it is sent: a form's
        own id, so that two clicks are one reply.
        """
        text = self._sayable(written)
        if len(key) > KEY:
            raise ActRefused(f"A key is at most {KEY} characters.")
        now, own = self._clock(), key or self._new_key()

        def work(session: Session) -> Acted:
            talks = takeover.talks_of(session, number)
            takeover.hold(session, talks, "agent")
            ticket = self._ticket(session, person, Act.WORK, number, None)
            if known := replies.known(session, ticket.conversation_id, own):
                if known.ticket_id != ticket.id or known.text != text:
                    raise ActRefused("This key was used for another message: take a new one.")
                return _again(ticket)
            self._as_seen(session, ticket, version)
            takeover.withhold(session, ticket, talks, now)
            said = self._say(session, ticket, person, own, text, now, written)
            change = rules.reply(
                state_of(ticket), person.id, written.then, said, now, written.article
            )
            acted = self._record(session, ticket, change, person, now)
            ticket_text.of_conversation(session, number, ticket.conversation_id)
            return acted

        with self._firsts.of([own]):
            return self._database.write(work)

    def open(self, person: Person, asked: Asked, key: str = "") -> Acted:
        """Open a ticket for somebody. Raises ActRefused when it is not known where to talk with them.

        The same `key` of the same person opens one ticket, however often it is sent.
        """
        if not may(person, Act.SEE_NOTES):
            raise Forbidden("Only agents, leads and admins open tickets for others.")
        subject, text = storable(asked.subject).strip(), storable(asked.text[: self._limits.text])
        if not subject and not text.strip():
            raise ActRefused("Say what it is about: a subject, or a text.")
        now, fingerprint = self._clock(), hashlib.sha256(repr(asked).encode()).hexdigest()
        route = self._opening.route(self._new_ticket(asked, subject, text))

        def work(session: Session) -> Acted:
            if key and (known := ticket_keys.find(session, person.id, key)):
                if known.fingerprint != fingerprint:
                    raise ActRefused("This key was used for another ticket: take a new one.")
                return _again(session.get_one(Ticket, known.ticket_id))
            talk = _where(session, asked, now)
            state = _opened(session, talk, asked, subject, text, route, person, now)
            ticket = tickets.open_new(
                session, state, person.id, now, name=person.name, routed=route.why
            )
            ticket_text.of_conversation(session, ticket.id, talk.id)
            if key:
                ticket_keys.keep(session, person.id, key, fingerprint, ticket.id, now)
            event = tickets.last_event_of(session, ticket.id)
            return Acted(ticket.id, ticket.version, event, ticket.status, ticket.assignee)

        return self._database.write(work)

    def merge(self, person: Person, number: int, into: int, version: int | None = None) -> Acted:
        """The ticket goes on in another one, with its conversations and followers; its requester
        is told there. Tells of the ticket that goes on."""
        now, key = self._clock(), self._new_key()
        words = self._wording.merged(number, into)

        def work(session: Session) -> Acted:
            talks = sorted({t for n in (number, into) for t in takeover.talks_of(session, n)})
            people_have_it = takeover.held(session, talks)
            takeover.hold(session, talks, "agent" if people_have_it else "bot")
            locked = self._both(session, person, number, into, version)
            here, there = locked[number], locked[into]
            gone, grown = rules.merge(state_of(here), number, into, state_of(there), now)
            tickets.add_link(session, number, into, "merged", person.id, now)
            replies.share_talks(session, number, into)
            self._say(session, there, person, key, words, now, Written(words))
            for talk in talks:
                ticket_text.of_conversation(session, into, talk)
            return self._record_all(session, [(there, grown), (here, gone)], person, now)

        with self._firsts.of([key]):
            return self._database.write(work)

    def split(
        self,
        person: Person,
        number: int,
        messages: Sequence[int],
        subject: str = "",
        version: int | None = None,
    ) -> Acted:
        """These messages are another matter: a ticket of its own, of which it tells."""
        now = self._clock()

        def work(session: Session) -> Acted:
            ticket = self._ticket(session, person, Act.WORK, number, version)
            state = state_of(ticket)
            rules.may_split(state, messages)
            chosen = replies.chosen(session, number, messages)
            apart = rules.apart(state, number, subject or chosen[0].text, chosen, now)
            new = tickets.open_new(session, apart, person.id, now, name=person.name, only_some=True)
            for message in chosen:
                message.ticket_id = new.id
            replies.find_by_words(session, new.id, chosen)
            tickets.add_link(session, new.id, number, "related", person.id, now)
            self._record(session, ticket, rules.split(messages, new.id), person, now)
            event = tickets.last_event_of(session, new.id)
            return Acted(new.id, new.version, event, new.status, new.assignee)

        return self._database.write(work)

    def _both(
        self, session: Session, person: Person, number: int, into: int, version: int | None
    ) -> dict[int, Ticket]:
        """The two, locked in the order of their numbers, so that two merges do not wait for each other."""
        seen = {number: version, into: None} if number != into else {number: version}
        return {n: self._ticket(session, person, Act.WORK, n, seen[n]) for n in sorted(seen)}

    def _sayable(self, written: Written) -> str:
        """The text as it is kept. Raises ActRefused for what cannot be sent."""
        if not written.text.strip() and not written.attachments:
            raise ActRefused("Write something: a reply cannot be empty.")
        if len(written.text) > self._limits.text:
            raise ActRefused(f"A reply is at most {self._limits.text} characters.")
        if len(written.attachments) > self._limits.attachments:
            raise ActRefused(f"A reply has at most {self._limits.attachments} files.")
        for file in written.attachments:
            if len(file.content) > self._limits.attachment:
                raise ActRefused(
                    f"{file.name} is too large: at most {self._limits.attachment} bytes."
                )
        return storable(written.text)

    def _say(
        self,
        session: Session,
        ticket: Ticket,
        person: Person,
        key: str,
        text: str,
        now: datetime,
        written: Written,
    ) -> int:
        name = self._opening.rules.team or person.name
        talk = session.get_one(Conversation, ticket.conversation_id)
        return replies.say(
            session,
            talk,
            ticket.id,
            (person.id, name),
            key,
            text,
            written.attachments,
            now,
            "solved" if written.then == "solved" else "with_people",
        )

    def _new_ticket(self, asked: Asked, subject: str, text: str) -> NewTicket:
        return NewTicket(
            text=text,
            reason=_reason(asked),
            channel=asked.address.channel if asked.address else "",
            requester=asked.sender,
            by=asked.by,
            subject=subject,
            tier=asked.tier,
            queue=asked.queue,
            priority=asked.priority,
            type=asked.type,
            tags=asked.tags,
        )


def _again(ticket: Ticket) -> Acted:
    """It was done already: two clicks."""
    return Acted(ticket.id, ticket.version, 0, ticket.status, ticket.assignee, new=False)


def _reason(asked: Asked) -> str:
    return "opened by an agent" if asked.by == "agent" else f"opened by the {asked.by}"


def _where(session: Session, asked: Asked, now: datetime) -> Conversation:
    if asked.address is not None:
        if asked.requester and session.get(Requester, asked.requester) is None:
            raise ActRefused(f"There is no requester {asked.requester}.")
        talk = inbox.conversation_at(session, asked.address, now)
        if not talk.requester:
            talk.requester = asked.sender
        return talk
    found = requesters.latest_conversation(session, asked.requester)
    if found is None:
        raise ActRefused("We never talked with them: give an address, where to reach them.")
    return found


def _opened(
    session: Session,
    talk: Conversation,
    asked: Asked,
    subject: str,
    text: str,
    route: Route,
    person: Person,
    now: datetime,
) -> TicketState:
    who = asked.requester or requesters.known(
        session, talk.channel, talk.requester, now, asked.sender_name
    )
    return TicketState(
        conversation_id=talk.id,
        requester_id=who,
        requester=talk.requester,
        subject=shortened(subject or text, SUBJECT),
        summary=f"Problem: {text or subject}\n\nOpened by {person.name}",
        reason=_reason(asked),
        opened_at=now,
        tier=route.tier,
        queue=route.queue,
        priority=route.priority,
        type=route.type,
        tags=route.tags,
        assignee=route.assignee,
    )
