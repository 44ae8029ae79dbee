"""The secret of an API conversation, and the id that follows from it."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class Tokens:
    """Nothing is kept: the id of a conversation is a keyed hash of its token."""

    def __init__(self, secret: str) -> None:
        self._key = secret.encode()

    def new(self) -> str:
        """A token of 256 random bits."""
        return secrets.token_urlsafe(32)

    def id(self, token: str) -> str:
        """The id (and the thread) of the conversation that the token opens."""
        message = b"firstline.api.conversation\0" + token.encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:40]

    def opens(self, token: str, id: str) -> bool:
        return bool(_TOKEN.fullmatch(token)) and hmac.compare_digest(self.id(token), id)
