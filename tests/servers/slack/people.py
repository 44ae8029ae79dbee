"""What people do in Slack. Each deed changes the workspace and tells the bot as Slack would."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.servers.slack.delivery import Delivery
from tests.servers.slack.workspace import APP, BOT_USER, TEAM, Channel, Message, Workspace

Dispatch = Callable[[str, dict[str, Any]], Delivery]
TYPES = {"channel": "channel", "group": "group", "im": "im", "mpim": "mpim"}


class People:
    """`quiet` deeds change the workspace without a word to the bot: as if it had been down."""

    def __init__(self, workspace: Workspace, dispatch: Dispatch) -> None:
        self.workspace = workspace
        self.dispatch = dispatch
        self.url = ""
        self.numbers = itertools.count(1)

    def event(self, event: dict[str, Any]) -> Delivery:
        """Deliver any event in its wrapper."""
        number = next(self.numbers)
        payload = {
            "token": "unused",
            "team_id": TEAM,
            "api_app_id": APP,
            "type": "event_callback",
            "event_id": f"Ev{number:08d}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
            "event": event,
        }
        return self.dispatch("events_api", payload)

    def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        quiet: bool = False,
        **more: Any,
    ) -> str:
        """Write a message; its ts. A mention of the bot in a channel is told twice, as Slack does."""
        where = self.workspace.channels[channel]
        ts = self.workspace.new_ts()
        message: Message = {"type": "message", "user": user, "text": text, "ts": ts, "team": TEAM}
        message |= {"client_msg_id": f"client-{ts}"} | more
        if thread_ts:
            message["thread_ts"] = thread_ts
        where.messages.append(message)
        if not quiet and BOT_USER in where.members:
            self.tell(where, message)
        return ts

    def tell(self, channel: Channel, message: Message) -> None:
        """The events for a message."""
        told = message | {"channel": channel.id, "event_ts": message["ts"]}
        self.event(told | {"channel_type": TYPES[channel.kind]})
        if f"<@{BOT_USER}>" in message["text"] and channel.kind in ("channel", "group"):
            self.event(told | {"type": "app_mention"})

    def edit(self, channel: str, ts: str, text: str, *, quiet: bool = False) -> None:
        where = self.workspace.channels[channel]
        message = where.message(ts) or {}
        before = dict(message)
        now = self.workspace.new_ts()
        message |= {"text": text, "edited": {"user": before["user"], "ts": now}}
        if not quiet:
            self.changed(where, "message_changed", message=dict(message), previous_message=before)

    def delete(self, channel: str, ts: str, *, quiet: bool = False) -> None:
        where = self.workspace.channels[channel]
        message = where.message(ts) or {}
        where.messages.remove(message)
        if not quiet:
            self.changed(where, "message_deleted", deleted_ts=ts, previous_message=message)

    def changed(self, channel: Channel, subtype: str, **more: Any) -> None:
        now = self.workspace.new_ts()
        self.event(
            {"type": "message", "subtype": subtype, "channel": channel.id, "hidden": True}
            | {"ts": now, "event_ts": now, "channel_type": TYPES[channel.kind]}
            | more
        )

    def react(self, user: str, channel: str, ts: str, name: str) -> Delivery:
        item = {"type": "message", "channel": channel, "ts": ts}
        now = self.workspace.new_ts()
        return self.event(
            {"type": "reaction_added", "user": user, "reaction": name, "item": item}
            | {"event_ts": now, "item_user": "U?"}
        )

    def open_home(self, user: str, tab: str, channel: str = "") -> Delivery:
        now = self.workspace.new_ts()
        return self.event(
            {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab}
            | {"event_ts": now}
        )

    def interaction(self, user: str, kind: str, **more: Any) -> Delivery:
        number = next(self.numbers)
        payload = {
            "type": kind,
            "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": TEAM},
            "team": {"id": TEAM, "domain": "local"},
            "api_app_id": APP,
            "token": "unused",
            "trigger_id": f"{number}.trigger",
            "response_url": f"{self.url}/respond/{number}",
            "is_enterprise_install": False,
        }
        return self.dispatch("interactive", payload | more)

    def press(self, user: str, message: Message, label: str) -> Delivery:
        """Press what the message shows under this label (also one side of the feedback buttons,
        or an option of a select)."""
        action = next(each for text, each in pressable(message) if text == label)
        shown = next((m for m in self.workspace.ephemeral if m["ts"] == message["ts"]), None)
        container = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": message["channel"],
            "is_ephemeral": shown is not None,
            **({"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}),
        }
        more: dict[str, Any] = {"container": container, "channel": {"id": message["channel"]}}
        if shown is None:
            more["message"] = self.workspace.channels[message["channel"]].message(message["ts"])
        now = {"action_ts": self.workspace.new_ts()}
        return self.interaction(user, "block_actions", actions=[action | now], **more)

    def shortcut(self, user: str, callback: str, channel: str, ts: str) -> Delivery:
        """Use a message shortcut."""
        message = self.workspace.channels[channel].message(ts)
        return self.interaction(
            user,
            "message_action",
            callback_id=callback,
            message_ts=ts,
            channel={"id": channel, "name": self.workspace.channels[channel].name},
            message=message,
        )

    def command(self, user: str, channel: str, command: str, text: str) -> Delivery:
        number = next(self.numbers)
        payload = {
            "token": "unused",
            "team_id": TEAM,
            "team_domain": "local",
            "channel_id": channel,
            "channel_name": self.workspace.channels[channel].name,
            "user_id": user,
            "user_name": user.lower(),
            "command": command,
            "text": text,
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": f"{self.url}/respond/{number}",
            "trigger_id": f"{number}.trigger",
        }
        return self.dispatch("slash_commands", payload)

    def submit(self, user: str, view: dict[str, Any], **typed: str) -> Delivery:
        """Fill in the modal (block id to text) and send it."""
        values = {
            block: {"value": {"type": "plain_text_input", "value": text}}
            for block, text in typed.items()
        }
        return self.interaction(user, "view_submission", view=view | {"state": {"values": values}})


def pressable(message: Message) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each label that can be pressed, with the action that Slack would send."""
    for block in message.get("blocks", []):
        if block["type"] not in ("actions", "context_actions"):
            continue
        for element in block["elements"]:
            same = {
                "type": element["type"],
                "action_id": element["action_id"],
                "block_id": block.get("block_id", ""),
            }
            if element["type"] == "feedback_buttons":
                for side in (element["positive_button"], element["negative_button"]):
                    yield side["text"]["text"], same | {"value": side["value"]}
            elif element["type"] == "static_select":
                for option in element["options"]:
                    yield option["text"]["text"], same | {"selected_option": option}
            else:
                yield element["text"]["text"], same | element
