"""Discord's objects as its API sends them. Pure: plain dicts in, plain dicts out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

Payload = dict[str, Any]

EPOCH = 1_420_070_400_000
TEXT, DIRECT, VOICE, FORUM = 0, 1, 2, 15
PUBLIC_THREAD, PRIVATE_THREAD = 11, 12
EPHEMERAL, COMPONENTS_V2 = 1 << 6, 1 << 15
MESSAGE_CONTENT_INTENT = 1 << 15
MESSAGE_CONTENT_FLAG = 1 << 19
MENTION = re.compile(r"<@!?(\d+)>")
ROLE_MENTION = re.compile(r"<@&(\d+)>")
ALL_PERMISSIONS = str((1 << 50) - 1 - 8)  # all but "administrator", which would hide the others


def user(user_id: int, name: str, bot: bool = False) -> Payload:
    return {
        "id": str(user_id),
        "username": name.lower(),
        "global_name": name,
        "discriminator": "0",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        "bot": bot,
    }


def me(user_id: int, name: str) -> Payload:
    return {**user(user_id, name, bot=True), "mfa_enabled": False, "locale": "en-US"}


def application(app_id: int, owner: Payload, flags: int) -> Payload:
    return {
        "id": str(app_id),
        "name": "Firstline",
        "icon": None,
        "description": "",
        "type": None,
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": owner,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "bot_public": True,
        "bot_require_code_grant": False,
    }


def role(role_id: int, name: str, permissions: str, bot: int | None = None) -> Payload:
    tags = {"tags": {"bot_id": str(bot)}} if bot else {}
    return {
        "id": str(role_id),
        "name": name,
        "description": None,
        "permissions": permissions,
        "position": 0 if bot is None else 1,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": bot is not None,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
        **tags,
    }


def guild(guild_id: int, name: str, roles: list[Payload]) -> Payload:
    return {
        "id": str(guild_id),
        "name": name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": "1",
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": roles,
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": "en-US",
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "premium_progress_bar_enabled_user_updated_at": None,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
        "inventory_settings": None,
        "embed_enabled": False,
        "embed_channel_id": None,
        "owner_configured_content_level": 0,
    }


def channel(channel_id: int, guild_id: int, name: str, kind: int, tags: list[str]) -> Payload:
    voice = {"bitrate": 64_000, "user_limit": 0} if kind == VOICE else {}
    return {
        **voice,
        "id": str(channel_id),
        "type": kind,
        "flags": 0,
        "guild_id": str(guild_id),
        "name": name,
        "position": 0,
        "parent_id": None,
        "permission_overwrites": [],
        "nsfw": False,
        "topic": None,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "available_tags": [forum_tag(9_000 + at, tag) for at, tag in enumerate(tags)],
    }


def forum_tag(tag_id: int, name: str) -> Payload:
    return {
        "id": str(tag_id),
        "name": name,
        "moderated": False,
        "emoji_id": None,
        "emoji_name": None,
    }


def direct(channel_id: int, recipient: Payload) -> Payload:
    return {
        "id": str(channel_id),
        "type": DIRECT,
        "flags": 0,
        "last_message_id": None,
        "recipients": [recipient],
    }


def thread(thread_id: int, parent: Payload, name: str, owner: int, kind: int) -> Payload:
    return {
        "id": str(thread_id),
        "type": kind,
        "flags": 0,
        "guild_id": parent["guild_id"],
        "parent_id": parent["id"],
        "name": name,
        "owner_id": str(owner),
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "applied_tags": [],
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": iso(snowflake_time(thread_id)),
            "auto_archive_duration": 1440,
            "locked": False,
            "create_timestamp": iso(snowflake_time(thread_id)),
        },
    }


def thread_member(thread_id: str, user_id: int) -> Payload:
    return {
        "id": thread_id,
        "user_id": str(user_id),
        "join_timestamp": iso(datetime.now(UTC)),
        "flags": 1,
    }


def member(who: Payload, roles: list[str]) -> Payload:
    return {
        "user": who,
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": roles,
        "joined_at": "2026-01-01T00:00:00+00:00",
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }


def message(message_id: int, channel_id: str, author: Payload, content: str) -> Payload:
    return {
        "id": str(message_id),
        "channel_id": channel_id,
        "type": 0,
        "content": content,
        "author": author,
        "mentions": [],
        "mention_roles": ROLE_MENTION.findall(content),
        "mention_everyone": False,
        "attachments": [],
        "embeds": [],
        "components": [],
        "timestamp": iso(snowflake_time(message_id)),
        "edited_timestamp": None,
        "flags": 0,
        "pinned": False,
        "tts": False,
    }


def attachment(attachment_id: int, url: str, name: str, kind: str, size: int) -> Payload:
    return {
        "id": str(attachment_id),
        "filename": name,
        "content_type": kind,
        "size": size,
        "url": url,
        "proxy_url": url,
    }


def command(command_id: int, app_id: int, asked: Payload) -> Payload:
    return {
        "id": str(command_id),
        "application_id": str(app_id),
        "version": str(command_id),
        "default_member_permissions": None,
        "description": "",
        **asked,
    }


def snowflake_time(snowflake: int) -> datetime:
    return datetime.fromtimestamp(((snowflake >> 22) + EPOCH) / 1000, UTC)


def iso(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
