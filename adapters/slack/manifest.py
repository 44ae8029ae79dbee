"""The app manifest: exactly the scopes, events and surfaces that this channel uses. Pure."""

from __future__ import annotations

from typing import Any, Literal

from adapters.slack.interactions import ASK, SHORTCUT, TICKET

SCOPES = {
    "app_mentions:read": "hear mentions",
    "assistant:write": "show its status and suggest prompts in the app's own messages",
    "channels:history": "read the public channels it is in, and what it missed there",
    "channels:read": "know which public channels it is in",
    "chat:write": "answer, and keep tickets' cards up to date",
    "commands": "offer /ask, /ticket and the message shortcut",
    "files:read": "read text files that are attached to a question",
    "groups:history": "read the private channels it is in, and what it missed there",
    "groups:read": "know which private channels it is in",
    "im:history": "read direct messages",
    "im:read": "know its direct messages",
    "im:write": "go on with a ticket in direct messages",
    "mpim:history": "read the group messages it is in",
    "mpim:read": "know which group messages it is in",
    "reactions:read": "act on reactions such as 🎫",
    "reactions:write": "show 👀 while it works, and which replies were delivered",
    "users:read": "call people by their names",
}
"""Every bot scope, and what it is for."""

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "reaction_added",
    "tokens_revoked",
)
ASSISTANT_EVENTS = ("assistant_thread_context_changed", "assistant_thread_started")


def manifest(
    *,
    name: str = "Firstline",
    description: str = "Answers from your knowledge base, or hands over to people.",
    mode: Literal["socket", "http"] = "socket",
    request_url: str = "https://YOUR-ADDRESS/slack/events",
    assistant: bool = False,
) -> dict[str, Any]:
    """The manifest to create the app from, ready for JSON or YAML.

    `request_url` is only used in the mode `http`. `assistant` asks for the older assistant
    view, which Slack gives to no new app.
    """
    events = {"bot_events": sorted(EVENTS + (ASSISTANT_EVENTS if assistant else ()))}
    interactivity: dict[str, Any] = {"is_enabled": True}
    if mode == "http":
        events["request_url"] = request_url  # type: ignore[assignment]
        interactivity["request_url"] = request_url
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": name[:35], "description": description[:140]},
        "features": features(name, description, mode, request_url, assistant),
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": mode == "socket",
            "token_rotation_enabled": False,
        },
    }


def features(
    name: str, description: str, mode: str, request_url: str, assistant: bool
) -> dict[str, Any]:
    """What the app shows of itself in Slack."""
    url = {"url": request_url} if mode == "http" else {}
    view = {"assistant_view": {"assistant_description": description[:300]}}
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        **(view if assistant else {"agent_view": {"agent_description": description[:300]}}),
        "bot_user": {"display_name": name[:80], "always_online": True},
        "shortcuts": [
            {
                "name": "Create a ticket",
                "type": "message",
                "callback_id": SHORTCUT,
                "description": "Make a ticket from this message and its thread",
            }
        ],
        "slash_commands": [
            command(ASK, "Ask a question; only you see the answer", "how do I …") | url,
            command(TICKET, "Open a ticket, or see your own", "what it is about, or: list") | url,
        ],
    }


def command(name: str, description: str, hint: str) -> dict[str, Any]:
    """One slash command."""
    return {
        "command": name,
        "description": description,
        "usage_hint": hint,
        "should_escape": False,
    }
