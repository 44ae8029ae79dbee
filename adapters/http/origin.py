"""Whether a page of ours made the request, as far as the browser tells."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request


def is_same_origin(request: Request, public_url: str) -> bool:
    """False for what a page of another site sent."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site") != "cross-site"
    public = urlsplit(public_url).netloc or None
    return urlsplit(origin).netloc in {request.headers.get("host"), public}
