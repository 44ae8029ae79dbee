"""Slack's limits on blocks, as its documentation gives them. What breaks one is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

ELEMENTS = {"actions": 25, "context": 10, "context_actions": 5}
INTERACTIVE = {"button", "static_select", "feedback_buttons", "icon_button"}


def faults_of_message(body: Mapping[str, Any]) -> list[str]:
    """What is wrong with a message to be posted; empty when it would be accepted."""
    text, blocks = str(body.get("text") or ""), body.get("blocks") or []
    if not text.strip() and not blocks:
        return ["no_text"]
    if len(text) > 40_000:
        return ["msg_too_long"]
    metadata = body.get("metadata")
    if metadata and not (metadata.get("event_type") and "event_payload" in metadata):
        return ["metadata_must_be_sent_with_event_type_and_payload"]
    if len(json.dumps(blocks, ensure_ascii=False)) > 16_000:
        return ["msg_blocks_too_long"]  # found by others near 13,200 characters of text
    return list(faults_of_blocks(blocks, most=50))


def faults_of_blocks(blocks: list[dict[str, Any]], most: int) -> Iterator[str]:
    """Each limit that the blocks break."""
    if len(blocks) > most:
        yield f"more than {most} blocks"
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        yield "a block_id is there twice"
    if sum(len(block.get("text", "")) for block in blocks if block["type"] == "markdown") > 12_000:
        yield "more than 12,000 characters of markdown"
    for block in blocks:
        yield from faults_of_block(block)


def faults_of_block(block: dict[str, Any]) -> Iterator[str]:
    kind = block.get("type")
    if len(block.get("block_id", "")) > 255:
        yield "block_id longer than 255"
    if kind == "markdown" and not block.get("text", "").strip():
        yield "an empty markdown block"
    if kind == "section":
        yield from faults_of_text(block.get("text", {}), most=3_000)
    if kind == "header":
        yield from faults_of_text(block.get("text", {}), most=150)
    elements = block.get("elements", [])
    if kind in ELEMENTS and not 0 < len(elements) <= ELEMENTS[kind]:
        yield f"{len(elements)} elements in {kind}"
    for element in elements if kind in ELEMENTS else []:
        yield from faults_of_element(element, str(kind))


def faults_of_element(element: dict[str, Any], inside: str) -> Iterator[str]:
    kind = element.get("type")
    if inside == "context":
        yield from faults_of_text(element, most=3_000)
        return
    if kind not in INTERACTIVE:
        yield f"{kind} in {inside}"
    if len(element.get("action_id", "")) > 255:
        yield "action_id longer than 255"
    if kind == "button":
        yield from faults_of_text(element.get("text", {}), most=75)
        if len(element.get("value", "")) > 2_000:
            yield "a button's value longer than 2,000"
    if kind == "static_select" and not 0 < len(element.get("options", [])) <= 100:
        yield "a select needs 1 to 100 options"
    for option in element.get("options", []):
        yield from faults_of_text(option.get("text", {}), most=75)
        if not 0 < len(option.get("value", "")) <= 150:
            yield "an option's value must have 1 to 150 characters"
    for name in ("positive_button", "negative_button") if kind == "feedback_buttons" else ():
        yield from faults_of_text(element.get(name, {}).get("text", {}), most=75)


def faults_of_text(text: dict[str, Any], most: int) -> Iterator[str]:
    if text.get("type") not in ("plain_text", "mrkdwn"):
        yield "a text object needs a type"
    if not 0 < len(text.get("text", "")) <= most:
        yield f"a text must have 1 to {most} characters"
    if text.get("type") == "mrkdwn" and any(ping in text["text"] for ping in ("<!", "<@")):
        yield "a ping in a text"  # not a rule of Slack's: one of ours, kept for every post


def faults_of_view(view: dict[str, Any]) -> list[str]:
    """What is wrong with a modal or a home tab."""
    found = list(faults_of_blocks(view.get("blocks", []), most=100))
    if view.get("type") not in ("modal", "home"):
        found.append("a view needs a type")
    if view.get("type") == "modal":
        found += faults_of_text(view.get("title", {}), most=24)
    if len(view.get("private_metadata", "")) > 3_000:
        found.append("private_metadata longer than 3,000")
    return found
