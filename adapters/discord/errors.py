"""What a refusal of Discord means for a delivery: a table, and the reading of its exceptions.

never again         the message or its place cannot be: `permanent`
nothing at all now  the token is not good any more: `broken`, the channel is parked
later               everything else, after `retry_after` where Discord says so
"""

from __future__ import annotations

import aiohttp
import discord

from adapters.discord.words import NO_INTENT
from bot.channel import SendError


class NoMessageText(discord.ClientException):
    """The application has not been given the message-content intent."""


PLACE_GONE = {
    10003: "the channel or thread is gone",
    10008: "the question was deleted",
    10013: "the user is gone",
    10004: "the bot is not in that server any more",
    50001: "the bot cannot see that channel; give it 'View Channel' there",
    50007: "the user takes no direct messages from this bot",
    50013: "the bot lacks a permission there; 'firstline doctor discord' says which",
    50024: "that cannot be done in this kind of channel",
    50035: "Discord does not take the message as it is",
    50083: "the thread is archived and cannot be opened again",
    160005: "the thread is locked",
}
REVOKED = (
    "Discord refuses the bot's token. Make a new one in the Developer Portal (your application, "
    "Bot, Reset Token) and set FIRSTLINE_DISCORD__TOKEN"
)
UNREACHABLE = (OSError, aiohttp.ClientError, TimeoutError)
FAILURES = (discord.DiscordException, *UNREACHABLE)


def refusal(status: int, code: int, text: str, retry_after: float | None = None) -> SendError:
    """What an HTTP answer other than success means."""
    if status == 401:
        return SendError(f"{REVOKED} ({text})", broken=True)
    if status == 429 or status >= 500:
        return SendError(f"Discord answers {status}: {text}", retry_after=retry_after)
    if code in PLACE_GONE:
        return SendError(f"{PLACE_GONE[code]} (Discord {code}: {text})", permanent=True)
    if status == 403:
        return SendError(f"Discord forbids it ({code}: {text})", broken=True)
    return SendError(f"Discord refuses it with {status} ({code}: {text})", permanent=True)


def send_error(error: BaseException) -> SendError:
    """The same for whatever discord.py raised."""
    if isinstance(error, discord.RateLimited):
        return SendError("Discord asks to wait", retry_after=error.retry_after)
    if isinstance(error, discord.HTTPException):
        return refusal(error.status, error.code, error.text or "no reason given", _wait(error))
    if isinstance(error, NoMessageText | discord.PrivilegedIntentsRequired):
        return SendError(NO_INTENT, broken=True)
    if isinstance(error, discord.LoginFailure):
        return SendError(REVOKED, broken=True)
    if isinstance(error, discord.ConnectionClosed) and error.code == 4004:
        return SendError(REVOKED, broken=True)
    return SendError(f"Discord cannot be reached: {error or type(error).__name__}")


def _wait(error: discord.HTTPException) -> float | None:
    """The seconds a 429 asks for, where they are a number."""
    try:
        return max(0.0, float(error.response.headers.get("Retry-After", "")))
    except ValueError:
        return None
