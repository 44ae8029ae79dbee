"""A client of the HTTP API and its one conversation."""

from __future__ import annotations

from typing import Any

import httpx

API = "/api/v1"


class Conversation:
    """Begun at once; writes and reads with its token."""

    def __init__(self, client: httpx.Client) -> None:
        begun = client.post("/conversations")
        assert begun.status_code == 201
        self.id, self.token = begun.json()["id"], begun.json()["token"]
        self.path = f"/conversations/{self.id}"
        self.headers = {"authorization": f"Bearer {self.token}"}
        self._client = client

    def write(self, text: str, key: str = "", **more: Any) -> httpx.Response:
        headers = self.headers | ({"idempotency-key": key} if key else {})
        body = {"text": text} | more
        return self._client.post(f"{self.path}/messages", json=body, headers=headers)

    def news(self, after: int = 0, wait: float = 0) -> Any:
        query = {"after": str(after), "wait": str(wait)}
        return self._client.get(f"{self.path}/messages", params=query, headers=self.headers).json()

    def answer(self, after: int) -> Any:
        return self.news(after, wait=10)["messages"][0]
