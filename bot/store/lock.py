"""One process on one SQLite file: a lock that dies with its process and names its owner."""

from __future__ import annotations

import fcntl
import os
import socket
from datetime import UTC, datetime
from pathlib import Path

from bot.store.errors import DatabaseRefused


class FileLock:
    """Held from creation to `release`. Raises DatabaseRefused, with the owner's pid, host and start, when it is taken.

    The lock is the kernel's (flock), so it is free again however its owner ended; the
    file stays, since removing it would let two processes lock two files of one name.
    """

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + ".lock")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(self._file, 400).decode("utf-8", "replace").strip()
            os.close(self._file)
            raise DatabaseRefused(
                f"{database} is in use by process {owner or 'unknown'}: one process owns a SQLite "
                "file. Stop that process first, or give this one another database."
            ) from None
        os.ftruncate(self._file, 0)
        since = datetime.now(UTC).isoformat(" ", "seconds")
        owner = f"{os.getpid()} on {socket.gethostname()} since {since}"
        os.write(self._file, f"{owner}\n".encode())

    def release(self) -> None:
        """Let another process have the file."""
        os.close(self._file)
