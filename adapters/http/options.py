"""What an operator can set about everything that is served over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """Settings of the web page, the help centre, the widget and the API.

    `secret` signs sessions and derives conversations from them: changing it ends all
    sessions. `public_url` is the address people use (`https://help.example.com`), empty
    when they use the one that is listened on. `site` begins the links that the API gives to
    our own pages; empty leaves them relative. `embed_origins` are the sites that may
    show the widget (`https://www.example.com`). `operator_token` opens the operator's
    pages from elsewhere than this machine. Rates are messages a minute
    (requests, for the token of a program); `max_body`
    is in bytes, `max_text` in characters, `answer_wait` in seconds: how long a page
    without JavaScript waits for the answer before it says "not yet".
    """

    secret: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    title: str = "Firstline"
    public_url: str = ""
    site: str = ""
    embed_origins: tuple[str, ...] = ()
    operator_token: str = field(default="", repr=False)
    trusted_proxies: tuple[str, ...] = ("127.0.0.1",)
    rate_per_session: int = 20
    rate_per_client: int = 120
    rate_per_token: int = 600
    max_body: int = 2_000_000
    max_text: int = 100_000
    max_streams: int = 1_000
    session_days: int = 180
    answer_wait: float = 3.0

    def __post_init__(self) -> None:
        """Raises ValueError for a secret that can be guessed."""
        if len(self.secret) < 32:
            raise ValueError(
                "the web secret needs at least 32 characters: run `openssl rand -hex 32`"
            )
