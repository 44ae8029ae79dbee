"""Which port can be listened on."""

from __future__ import annotations

import socket

TRIES = 50


def free_port(first: int, host: str = "127.0.0.1") -> int:
    """The first port from `first` on that nobody listens on; after 50 any free one."""
    for port in (*range(first, min(first + TRIES, 65536)), 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"no free port on {host}")
