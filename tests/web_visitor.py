"""A visitor of the pages who has no JavaScript: a client that fills in forms."""

from __future__ import annotations

import itertools
import re

import httpx

from tests.web_support import Site

_numbers = itertools.count()


def visitor(site: Site) -> httpx.Client:
    """Somebody new."""
    return httpx.Client(base_url=site.url, timeout=15)


def form_token(client: httpx.Client) -> str:
    """The token that the visitor's page carries."""
    found = re.search(r'name="form_token" value="(\w+)"', client.get("/").text)
    assert found
    return found[1]


def say(client: httpx.Client, text: str, number: int = 1, **more: str) -> httpx.Response:
    """Send the form of the page; the page that comes then."""
    message = f"message-{next(_numbers)}"
    fields = {"form_token": form_token(client), "message": message, "text": text}
    path = f"/conversations/{number}/messages"
    return client.post(path, data=fields | more, follow_redirects=True)


def start_of(client: httpx.Client, path: str, headers: dict[str, str]) -> str:
    """What comes at once; a stream goes on for ever."""
    text = ""
    with client.stream("GET", path, headers=headers) as response:
        for line in response.iter_lines():
            text += line + "\n"
            if line.startswith("event: state"):
                break
    return text
