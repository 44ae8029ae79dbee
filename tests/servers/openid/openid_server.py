"""A small OpenID Connect provider on a real socket. See README.md."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "firstline", "a client secret that is only good for tests"


@dataclass
class OpenIdProvider:
    """What it says of the next person, and what it gave out."""

    url: str
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "1"})
    lies: dict[str, Any] = field(default_factory=dict)
    down: bool = False
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signs_with: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        given = {"code": code, "state": asked["state"], "iss": self.url}
        return f"{asked['redirect_uri']}?{urlencode(given)}"

    def token(self, sent: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """What a code is worth, once."""
        asked = self.codes.pop(sent.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or authorization not in (f"Basic {basic}", f"Basic {quoted()}")
            or asked["redirect_uri"] != sent.get("redirect_uri")
            or asked["code_challenge"] != challenge
        ):
            return None
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.person,
            **self.lies,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.signs_with or self.key)
        return {"access_token": "unused", "token_type": "Bearer", "id_token": signed}


def quoted() -> str:
    """RFC 6749 has id and secret form-encoded inside the header; not every client does."""
    both = urlencode({CLIENT: SECRET}).replace("=", ":")
    return base64.b64encode(both.encode()).decode()


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    """A running provider, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    provider = OpenIdProvider(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = handler(provider)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def handler(provider: OpenIdProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            if provider.down:
                self.answer(503, {})
            elif place.path == "/.well-known/openid-configuration":
                self.answer(200, provider.described())
            elif place.path == "/keys":
                self.answer(200, {"keys": [provider.key.as_dict(private=False)]})
            elif place.path == "/authorize":
                self.answer(302, {}, provider.authorize(first(place.query)))
            else:
                self.answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            given = provider.token(first(body), self.headers.get("authorization", ""))
            self.answer(200, given) if given else self.answer(400, {"error": "invalid_grant"})

        def answer(self, status: int, body: dict[str, Any], where: str = "") -> None:
            sent = json.dumps(body).encode()
            self.send_response(status)
            if where:
                self.send_header("location", where)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is printed."""

    return Handler


def first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
