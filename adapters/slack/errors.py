"""Slack's errors and ours: which are for ever, which pass, which break the whole channel. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import isfinite

from bot.channel import SendError

PERMANENT = frozenset(
    [
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "user_not_in_channel",
        "user_not_found",
        "user_disabled",
        "user_is_restricted",
        "cannot_dm_bot",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
        "messages_tab_disabled",
        "msg_too_long",
        "msg_blocks_too_long",
        "no_text",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_arguments",
        "invalid_arg_name",
        "invalid_array_arg",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "metadata_too_large",
        "metadata_must_be_sent_from_app",
        "cannot_reply_to_message",
        "message_not_found",
        "thread_not_found",
        "too_many_attachments",
        "ekm_access_denied",
        "method_not_supported_for_channel_type",
        "team_not_found",
        "external_channel_migrating",
        "slack_connect_file_link_sharing_blocked",
        "already_reacted",
        "no_reaction",
        "too_many_reactions",
        "too_many_emoji",
        "invalid_name",
    ]
)
"""This message can never be delivered; the next one may be."""

BROKEN = frozenset(
    [
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "missing_scope",
        "no_permission",
        "org_login_required",
        "not_allowed_token_type",
        "access_denied",
        "team_access_not_granted",
        "two_factor_setup_required",
        "ekm_key_unavailable",
        "app_not_installed",
    ]
)
"""Nothing can be sent any more until somebody re-authorises the app."""

GONE_THREAD = frozenset({"message_not_found", "thread_not_found"})
NOT_A_MEMBER = frozenset({"not_in_channel", "channel_not_found", "user_not_in_channel"})

LONGEST_WAIT = 3600.0
DEFAULT_WAIT = 30.0
"""Seconds to wait when Slack limits us and does not say how long (the SDK's own choice)."""


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """The seconds that Slack asks to wait: a number or a date; at most an hour."""
    value = next((headers[name] for name in headers if name.lower() == "retry-after"), "")
    try:
        seconds = float(value)
    except ValueError:
        seconds = seconds_until(value, now)
    return min(max(seconds, 0.0), LONGEST_WAIT) if isfinite(seconds) else DEFAULT_WAIT


def seconds_until(date: str, now: datetime) -> float:
    """The seconds until an HTTP date; the default when it is none."""
    try:
        return (parsedate_to_datetime(date) - now).total_seconds()
    except (ValueError, TypeError):
        return DEFAULT_WAIT


def send_error(method: str, code: str, status: int, wait: float | None) -> SendError:
    """What a refusal by Slack means for the message."""
    said = f"Slack refused {method}: {code or status}"
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return SendError(said, retry_after=DEFAULT_WAIT if wait is None else wait)
    if code in BROKEN or status in (401, 403):
        return SendError(f"{said}. {remedy(code)}", broken=True)
    if code in PERMANENT:
        return SendError(said, permanent=True)
    return SendError(said)


def remedy(code: str) -> str:
    """What an operator does about a broken channel."""
    if code == "missing_scope":
        return "Update the app from the manifest and install it to the workspace again."
    return "Install the app to the workspace again and check the bot token."
