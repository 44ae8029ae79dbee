"""What is kept, for reading: conversations, the way of a message, tickets."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.channel import Address, Outgoing
from bot.limits import identity
from bot.store import dead, history, inbox, outbox, ticket_examples, ticket_lists
from bot.store.database import Database
from bot.views import DeadLetter, Line, TicketLine, TicketPage, Trace


class Records:
    """Reads from a database, also beside the process that owns it (`open_for_reading`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, address: Address) -> bool:
        """Whether the bot still owes something there: a message not handled or a reply not sent."""

        def work(session: Session) -> bool:
            conversation = inbox.conversation_id(session, address)
            return conversation is not None and history.waiting(session, conversation)

        return self._database.read(work)

    def asks_people(self, address: Address, person: str) -> bool:
        """Whether people have the conversation there, and the person is its requester: then all
        that the person writes in it is for them."""
        who = identity(person)
        return self._database.read(lambda s: inbox.asks_people(s, address, who))

    def transcript(self, address: Address, after: int = 0, sender: str = "") -> tuple[Line, ...]:
        """The conversation after the line `after`, in order; `rated` is told for `sender`."""

        def work(session: Session) -> tuple[Line, ...]:
            conversation = inbox.conversation_id(session, address)
            if conversation is None:
                return ()
            return history.transcript(session, conversation, after, identity(sender))

        return self._database.read(work)

    def trace(self, message_id: int) -> Trace | None:
        """The way of a user's message; None when there is no such message."""
        return self._database.browse(lambda s: history.trace(s, message_id))

    def tickets(self) -> tuple[TicketLine, ...]:
        """All tickets, the newest first."""
        return self._database.browse(ticket_lists.listed)

    def open_tickets(self, channel: str, requester: str) -> tuple[TicketLine, ...]:
        """The tickets of one person on a channel that are still worked on, the newest first."""
        who = identity(requester)
        return self._database.browse(lambda s: ticket_lists.open_of(s, channel, who))

    def said(self, address: Address, key: str) -> Outgoing | None:
        """What the bot said there under that key; None when it said no such thing there."""
        return self._database.browse(lambda s: outbox.said(s, address, key))

    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """What was given up and waits for a decision, the oldest first."""
        return self._database.browse(dead.listed)

    def ticket(self, number: int) -> TicketPage | None:
        """One ticket; None when there is no such number."""
        return self._database.browse(lambda s: history.ticket_page(s, number))

    def solved(self) -> tuple[tuple[str, str, str], ...]:
        """Subject, problem and queue of each solved or closed ticket, oldest first."""
        return self._database.browse(lambda s: tuple(ticket_examples.solved(s)))
