"""One HTTP request of a flow or a webhook: to public addresses only, within its time, and never
too much back.

The host is looked up once; every address it has must be public, and the one that was checked is
the one connected to, so a name that changes its mind in between gains nothing. Redirects are
not followed: each would be another address.
"""

from __future__ import annotations

import ipaddress
import json
import socket
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

LARGEST = 1_000_000
"""Bytes of a response that are read."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
Resolve = Callable[[str, int], Iterable[str]]


class RequestRefused(Exception):
    """A request that is not made; says why."""


class NotAnswered(Exception):
    """No answer was had; says why. `timed_out`: it took too long."""

    def __init__(self, why: str, *, timed_out: bool = False) -> None:
        super().__init__(why)
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class Called:
    """How a request ended: `success`, `failure` or `timed_out`, and what came back."""

    edge: str
    result: Any = None


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def public_address(
    host: str,
    port: int,
    resolve: Resolve,
    private: Collection[str],
    setting: str = "flows.private_hosts",
) -> str:
    """An address of the host to connect to. Raises RequestRefused when one of them is not public,
    unless the host is one of the `private` ones that the settings allow by `setting`."""
    try:
        addresses = list(resolve(host, port))
    except (OSError, UnicodeError) as error:
        raise RequestRefused(f"{host} has no address") from error
    if not addresses:
        raise RequestRefused(f"{host} has no address")
    if host not in private and not all(map(is_public, addresses)):
        raise RequestRefused(
            f"{host} is a private address. Allow it by `{setting}` in the settings."
        )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether the address is one of the internet's; one of IPv4 written as IPv6 counts as itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        translated = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF) if found in _NAT64 else None
        inner = (
            translated or found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        )
        if inner:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def call(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: Any,
    seconds: float,
    *,
    private: Collection[str] = (),
    resolve: Resolve = resolve,
    clock: Callable[[], float] = time.monotonic,
) -> Called:
    """Make the request. Never raises for what the other side does."""
    try:
        status, content = exchange(
            method, url, headers, seconds, data=body, private=private, resolve=resolve, clock=clock
        )
    except NotAnswered as error:
        if error.timed_out:
            return Called("timed_out")
        return Called("failure", {"error": str(error)[:500]})
    return Called("success" if 200 <= status < 300 else "failure", _parsed(content, status))


def exchange(
    method: str,
    url: str,
    headers: Mapping[str, str],
    seconds: float,
    *,
    data: Any = None,
    content: bytes | None = None,
    private: Collection[str] = (),
    setting: str = "flows.private_hosts",
    resolve: Resolve = resolve,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[int, bytes]:
    """Send `content` as it is, or `data` as JSON; the status and the body of the answer.

    Raises NotAnswered. `private` are the hosts with private addresses that `setting` allows.
    """
    ends = clock() + seconds
    try:
        target = httpx.URL(url)
        if target.scheme not in ("http", "https") or not target.host or target.userinfo:
            raise RequestRefused("only plain http and https addresses are called")
        port = target.port or (443 if target.scheme == "https" else 80)
        address = public_address(target.host, port, resolve, private, setting)
        host = target.netloc.decode("ascii")
        with httpx.Client(trust_env=False, follow_redirects=False, timeout=seconds) as client:
            request = client.build_request(
                method,
                target.copy_with(host=address),
                headers={**headers, "Host": host},
                json=data,
                content=content,
                extensions={"sni_hostname": target.host},
            )
            response = client.send(request, stream=True)
            try:
                return response.status_code, _read(response, ends, clock)
            finally:
                response.close()
    except httpx.TimeoutException as error:
        raise NotAnswered("it took too long", timed_out=True) from error
    except (RequestRefused, httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError) as error:
        raise NotAnswered(str(error)) from error


def _read(response: httpx.Response, ends: float, clock: Callable[[], float]) -> bytes:
    """What comes, not longer than it may take, not more than it may be."""
    content = b""
    for part in response.iter_bytes(65536):
        content += part
        if clock() > ends:
            raise NotAnswered("it took too long", timed_out=True)
        if len(content) > LARGEST:
            raise RequestRefused(f"the answer is larger than {LARGEST:,} bytes")
    return content


def _parsed(content: bytes, status: int) -> Any:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = {"text": content[:10_000].decode("utf-8", "replace")}
    return found if isinstance(found, dict | list) else {"value": found, "status": status}
