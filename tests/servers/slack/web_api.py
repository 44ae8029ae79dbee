"""The Web API: what a bot calls. One function a method, each over the workspace."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from tests.servers.slack.limits import faults_of_message, faults_of_view
from tests.servers.slack.workspace import (
    APP,
    BOT,
    BOT_USER,
    TEAM,
    Channel,
    Message,
    Workspace,
)

Body = dict[str, Any]


class Refused(Exception):
    """Slack's `ok: false` with its error."""

    def __init__(self, code: str, *details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def channel_of(workspace: Workspace, body: Body, *, to_post: bool = False) -> Channel:
    channel = workspace.channels.get(str(body.get("channel") or body.get("channel_id")))
    if channel is None:
        raise Refused("channel_not_found")
    if to_post and channel.archived:
        raise Refused("is_archived")
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    return channel


def auth_test(workspace: Workspace, body: Body) -> Body:
    return {
        "url": "https://local.slack.com/",
        "team": "Local",
        "team_id": TEAM,
        "user": "firstline",
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def post_message(workspace: Workspace, body: Body) -> Body:
    channel = channel_of(workspace, body, to_post=True)
    check(body)
    message = bots_message(workspace, body)
    channel.messages.append(message)
    workspace.posted.append(message | {"channel": channel.id})
    workspace.post_times.setdefault(channel.id, []).append(time.monotonic())
    shown = {key: value for key, value in message.items() if key != "metadata"}
    return {"channel": channel.id, "ts": message["ts"], "message": shown}


def check(body: Body) -> None:
    found = faults_of_message(body)
    if found and found[0] in ("no_text", "msg_too_long", "msg_blocks_too_long"):
        raise Refused(found[0])
    if found:
        raise Refused("invalid_blocks", *found)


def bots_message(workspace: Workspace, body: Body) -> Message:
    kept = ("text", "blocks", "metadata", "thread_ts", "unfurl_links", "unfurl_media", "link_names")
    return {
        "type": "message",
        "user": BOT_USER,
        "bot_id": BOT,
        "app_id": APP,
        "ts": workspace.new_ts(),
        **{name: body[name] for name in kept if body.get(name) not in (None, "")},
    }


def post_ephemeral(workspace: Workspace, body: Body) -> Body:
    channel = channel_of(workspace, body, to_post=True)
    check(body)
    if body.get("user") not in channel.members:
        raise Refused("user_not_in_channel")
    message = bots_message(workspace, body) | {"channel": channel.id, "user": body["user"]}
    workspace.ephemeral.append(message)
    return {"message_ts": message["ts"]}


def update(workspace: Workspace, body: Body) -> Body:
    channel = channel_of(workspace, body, to_post=True)
    check(body)
    message = channel.message(str(body.get("ts")))
    if message is None:
        raise Refused("message_not_found")
    if message.get("bot_id") != BOT:
        raise Refused("cant_update_message")
    message.update({name: body[name] for name in ("text", "blocks", "metadata") if name in body})
    message["edited"] = {"user": BOT_USER, "ts": workspace.new_ts()}
    return {"channel": channel.id, "ts": message["ts"], "text": message.get("text", "")}


def history(workspace: Workspace, body: Body) -> Body:
    newest_first = channel_of(workspace, body).top_level()[::-1]
    return page(newest_first, body, most=999)


def replies(workspace: Workspace, body: Body) -> Body:
    channel = channel_of(workspace, body)
    root = channel.message(str(body.get("ts")))
    if root is None:
        raise Refused("thread_not_found")
    thread = channel.thread(root.get("thread_ts", root["ts"]))
    return page(thread, body, most=999, always=thread[0]["ts"])


def page(messages: list[Message], body: Body, *, most: int, always: str = "") -> Body:
    """One page, bounded by oldest and latest; `always` is the root, which every page of replies has."""
    inclusive = str(body.get("inclusive", "")).lower() in ("1", "true")
    oldest, latest = float(body.get("oldest") or 0), float(body.get("latest") or 1e12)

    def within(message: Message) -> bool:
        ts = float(message["ts"])
        return oldest < ts < latest or (inclusive and ts in (oldest, latest))

    found = [each for each in messages if within(each) or each["ts"] == always]
    start = int(body.get("cursor") or 0)
    limit = min(int(body.get("limit") or 100), most)
    rest = start + limit < len(found)
    with_metadata = str(body.get("include_all_metadata", "")).lower() in ("1", "true")
    shown = [
        each if with_metadata else {key: each[key] for key in each if key != "metadata"}
        for each in found[start : start + limit]
    ]
    cursor = str(start + limit) if rest else ""
    return {"messages": shown, "has_more": rest, "response_metadata": {"next_cursor": cursor}}


def list_channels(workspace: Workspace, body: Body) -> Body:
    kinds = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
    wanted = {kinds[kind] for kind in str(body.get("types") or "public_channel").split(",")}
    found = [each.described() for each in workspace.channels.values() if each.kind in wanted]
    start, limit = int(body.get("cursor") or 0), int(body.get("limit") or 100)
    cursor = str(start + limit) if start + limit < len(found) else ""
    return {
        "channels": found[start : start + limit],
        "response_metadata": {"next_cursor": cursor},
    }


def list_own_channels(workspace: Workspace, body: Body) -> Body:
    told = list_channels(workspace, body)
    return told | {"channels": [each for each in told["channels"] if each["is_member"]]}


def channel_info(workspace: Workspace, body: Body) -> Body:
    channel = workspace.channels.get(str(body.get("channel")))
    if channel is None:
        raise Refused("channel_not_found")
    return {"channel": channel.described()}


def channel_members(workspace: Workspace, body: Body) -> Body:
    return {"members": sorted(channel_of(workspace, body).members)}


def open_direct(workspace: Workspace, body: Body) -> Body:
    user = str(body.get("users"))
    for channel in workspace.channels.values():
        if channel.kind == "im" and user in channel.members:
            return {"channel": channel.described()}
    return {"channel": workspace.add_channel(f"D{user}", "", "im", user).described()}


def user_info(workspace: Workspace, body: Body) -> Body:
    user = workspace.users.get(str(body.get("user")))
    if user is None:
        raise Refused("user_not_found")
    return {"user": user}


def add_reaction(workspace: Workspace, body: Body) -> Body:
    reactions = reactions_of(workspace, body)
    if body["name"] in reactions:
        raise Refused("already_reacted")
    reactions.append(body["name"])
    return {}


def remove_reaction(workspace: Workspace, body: Body) -> Body:
    reactions = reactions_of(workspace, body)
    if body["name"] not in reactions:
        raise Refused("no_reaction")
    reactions.remove(body["name"])
    return {}


def reactions_of(workspace: Workspace, body: Body) -> list[str]:
    message = channel_of(workspace, body).message(str(body.get("timestamp")))
    if message is None:
        raise Refused("message_not_found")
    kept: list[str] = message.setdefault("bot_reactions", [])
    return kept


def keep_view(workspace: Workspace, body: Body) -> Body:
    found = faults_of_view(body["view"])
    if found:
        raise Refused("invalid_arguments", *found)
    view = body["view"] | {"id": f"V{len(workspace.views)}"}
    workspace.views.append({"user": body.get("user_id"), "trigger": body.get("trigger_id")} | view)
    return {"view": view}


def set_status(workspace: Workspace, body: Body) -> Body:
    channel_of(workspace, body)
    workspace.statuses.append(body)
    return {}


def set_prompts(workspace: Workspace, body: Body) -> Body:
    channel_of(workspace, body)
    workspace.prompts.append(body)
    return {}


def start_stream(workspace: Workspace, body: Body) -> Body:
    channel = channel_of(workspace, body, to_post=True)
    if not body.get("thread_ts"):
        raise Refused("invalid_arguments", "thread_ts is missing")
    message = bots_message(workspace, {"thread_ts": body["thread_ts"]})
    message |= {"text": body.get("markdown_text") or "", "streaming": True}
    channel.messages.append(message)
    return {"channel": channel.id, "ts": message["ts"]}


def append_stream(workspace: Workspace, body: Body) -> Body:
    message = streaming(workspace, body)
    message["text"] += body.get("markdown_text") or ""
    return {"channel": body["channel"], "ts": message["ts"]}


def stop_stream(workspace: Workspace, body: Body) -> Body:
    message = streaming(workspace, body)
    check({"text": message["text"] or "-", "blocks": body.get("blocks") or []})
    message["text"] += body.get("markdown_text") or ""
    message |= {name: body[name] for name in ("blocks", "metadata") if body.get(name)}
    message["streaming"] = False
    workspace.posted.append(message | {"channel": body["channel"]})
    return {"channel": body["channel"], "ts": message["ts"]}


def streaming(workspace: Workspace, body: Body) -> Message:
    message = channel_of(workspace, body, to_post=True).message(str(body.get("ts")))
    if message is None or not message.get("streaming"):
        raise Refused("message_not_in_streaming_state")
    return message


METHODS: dict[str, Callable[[Workspace, Body], Body]] = {
    "auth.test": auth_test,
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.startStream": start_stream,
    "chat.appendStream": append_stream,
    "chat.stopStream": stop_stream,
    "conversations.history": history,
    "conversations.replies": replies,
    "conversations.list": list_channels,
    "conversations.info": channel_info,
    "conversations.members": channel_members,
    "conversations.open": open_direct,
    "users.conversations": list_own_channels,
    "users.info": user_info,
    "reactions.add": add_reaction,
    "reactions.remove": remove_reaction,
    "views.open": keep_view,
    "views.publish": keep_view,
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_prompts,
}

JSON_FIELDS = ("blocks", "metadata", "view", "prompts", "attachments")


def decoded(fields: dict[str, Any]) -> Body:
    """A form as the methods take it: some of its fields are JSON in a string."""
    return {
        name: json.loads(value) if name in JSON_FIELDS and isinstance(value, str) else value
        for name, value in fields.items()
    }
