"""Passwords: what is accepted, and their Argon2 hashes."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 1_000
AT_ONCE = 2
"""Each hash takes 64 MiB for some 50 ms: a flood of guesses must not take all memory."""


class PasswordRefused(ValueError):
    """A password that is not accepted; says what to do."""


def require_good(password: str, login: str) -> None:
    """Raises PasswordRefused for a password that is easily guessed, or cannot be one."""
    if len(password) < SHORTEST:
        raise PasswordRefused(
            f"The password is too short. Take at least {SHORTEST} characters: "
            "four words that do not belong together are easy to remember."
        )
    if len(password) > LONGEST:
        raise PasswordRefused(f"The password is too long: take at most {LONGEST:,} characters.")
    if len(set(password)) < 5 or (login in password.casefold() and len(login) * 2 > len(password)):
        raise PasswordRefused(
            "The password is too easily guessed: it is mostly the login or one character. "
            "Take four words that do not belong together."
        )


class Passwords:
    """Makes and checks hashes. Slow on purpose; safe to be called from many threads."""

    def __init__(self, *, memory: int = 65_536, rounds: int = 3) -> None:
        """`memory` is in KiB."""
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory, parallelism=1)
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._nobodys = self._hasher.hash("nobody's")

    def hash(self, password: str) -> str:
        """The hash to keep."""
        with self._turn:
            return self._hasher.hash(_bytes(password))

    def matches(self, hash: str, password: str) -> bool:
        """Whether it is that password. An empty hash matches none, and takes as long to say so."""
        with self._turn:
            try:
                right = self._hasher.verify(hash or self._nobodys, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False
        return right and bool(hash)

    def is_outdated(self, hash: str) -> bool:
        """Whether it was made with other costs than those of today."""
        return self._hasher.check_needs_rehash(hash)


def _bytes(password: str) -> bytes:
    """The same for a password however the keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
