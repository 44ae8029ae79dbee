"""How a webhook's messages are signed. Pure.

X-Firstline-Timestamp   seconds since 1970, when it was sent
X-Firstline-Signature   v1=HMAC-SHA256(secret, timestamp + "." + body), in hexadecimal
X-Firstline-Delivery    the event's id, the same at every attempt
"""

from __future__ import annotations

import base64
import hashlib
import hmac

TIMESTAMP = "X-Firstline-Timestamp"
SIGNATURE = "X-Firstline-Signature"
DELIVERY = "X-Firstline-Delivery"


def secret_of(desk_secret: str, salt: str) -> str:
    """The secret of one webhook: made anew from the desk's own, so that none is kept."""
    message = b"firstline.webhook\0" + salt.encode()
    made = hmac.new(desk_secret.encode(), message, hashlib.sha256).digest()
    return "whsec_" + base64.urlsafe_b64encode(made).decode().rstrip("=")


def signed(secret: str, timestamp: int, body: bytes, delivery: str) -> dict[str, str]:
    """The headers of a message."""
    told = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return {
        TIMESTAMP: str(timestamp),
        SIGNATURE: f"v1={told.hexdigest()}",
        DELIVERY: delivery,
        "Content-Type": "application/json",
        "User-Agent": "Firstline",
    }
