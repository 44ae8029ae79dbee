"""Random tokens: what is kept of one."""

from __future__ import annotations

import hashlib


def hashed_token(token: str) -> str:
    """The SHA-256 of a token of 256 random bits, which needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
