"""Who is reading: a random session, signed, and the conversations that are its own.

A conversation's thread is derived from the session by a keyed hash. So a session can
name only its own conversations, by small numbers, and nobody can name another's.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

from itsdangerous import BadData, URLSafeTimedSerializer

MOST_CONVERSATIONS = 1_000


@dataclass(frozen=True, slots=True)
class Session:
    """`id` is secret and random (256 bits); `conversations` counts those it has begun, from 1."""

    id: str
    conversations: int = 1

    def with_new_conversation(self) -> Session:
        """The same session with one more conversation (the last ones are re-used at the limit)."""
        return replace(self, conversations=min(self.conversations + 1, MOST_CONVERSATIONS))


class Sessions:
    """Makes, signs and reads sessions. A token is good for `days` after it was signed."""

    def __init__(self, secret: str, days: int) -> None:
        self._key = secret.encode()
        self._signer = URLSafeTimedSerializer(secret, salt="firstline.web.session")
        self.seconds = days * 24 * 3600

    def new(self) -> Session:
        return Session(secrets.token_urlsafe(32))

    def token(self, session: Session) -> str:
        """What the browser keeps."""
        return self._signer.dumps([session.id, session.conversations])

    def read(self, token: str) -> Session | None:
        """The session of a token; None when it is forged, damaged or too old."""
        try:
            id, conversations = self._signer.loads(token, max_age=self.seconds)
        except (BadData, ValueError, TypeError):
            return None
        return Session(str(id), int(conversations))

    def thread(self, session: Session, conversation: int) -> str:
        """The `Address.thread` of the session's conversation number `conversation`."""
        return self._derived("thread", f"{session.id}:{conversation}")

    def sender(self, session: Session) -> str:
        """The `Sender.id`: the same for all conversations of a session, and not its secret."""
        return self._derived("sender", session.id)

    def form_token(self, session: Session) -> str:
        """Proves that a form was given to this very session."""
        return self._derived("form", session.id)

    def is_form_token(self, session: Session, token: str) -> bool:
        return hmac.compare_digest(self.form_token(session).encode(), token.encode())

    def _derived(self, purpose: str, text: str) -> str:
        message = f"firstline.web.{purpose}\0{text}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:40]
