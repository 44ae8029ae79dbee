"""What each refusal of Discord means for a delivery."""

from __future__ import annotations

import aiohttp
import discord
import pytest

from adapters.discord.errors import NoMessageText, refusal, send_error


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (400, 50035, "permanent"),
        (401, 0, "broken"),
        (403, 50001, "permanent"),
        (403, 50007, "permanent"),
        (403, 50013, "permanent"),
        (403, 0, "broken"),
        (403, 40001, "broken"),
        (404, 10003, "permanent"),
        (404, 10008, "permanent"),
        (404, 0, "permanent"),
        (429, 0, "later"),
        (500, 0, "later"),
        (502, 0, "later"),
        (503, 50013, "later"),
    ],
)
def test_what_an_answer_means(status: int, code: int, meaning: str) -> None:
    error = refusal(status, code, "words of Discord", 7.0)
    found = "broken" if error.broken else "permanent" if error.permanent else "later"
    assert found == meaning
    assert "words of Discord" in str(error)
    assert error.retry_after == (7.0 if meaning == "later" else None)


@pytest.mark.parametrize(
    ("error", "broken"),
    [
        (discord.LoginFailure("no"), True),
        (NoMessageText(), True),
        (discord.PrivilegedIntentsRequired(None), True),
        (aiohttp.ServerDisconnectedError(), False),
        (ConnectionResetError("reset"), False),
        (TimeoutError(), False),
        (discord.GatewayNotFound(), False),
    ],
)
def test_what_an_exception_means(error: Exception, broken: bool) -> None:
    told = send_error(error)
    assert (told.broken, told.permanent) == (broken, False)
    assert str(told)


def test_a_long_wait_is_told() -> None:
    assert send_error(discord.RateLimited(120.0)).retry_after == 120.0
