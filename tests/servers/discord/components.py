"""The parts of a message: how Discord gives them back, and what it does not take. Pure."""

from __future__ import annotations

from tests.servers.discord.payloads import COMPONENTS_V2, Payload


def numbered(components: list[Payload], start: int = 1) -> list[Payload]:
    """Components as they come back: each with an id, and with what Discord fills in."""
    taken = {each["id"] for each in flat(components) if "id" in each}
    free = iter(number for number in range(start, 10_000) if number not in taken)

    def fill(component: Payload) -> Payload:
        filled = {"id": component.get("id") or next(free), **component}
        if component["type"] == 3:
            filled = {"min_values": 1, "max_values": 1, **filled}
        if "components" in component:
            filled["components"] = [fill(each) for each in component["components"]]
        return filled

    return [fill(each) for each in components]


def flat(components: list[Payload]) -> list[Payload]:
    return [each for item in components for each in (item, *flat(list(item.get("components", ()))))]


def refusal(body: Payload) -> str:
    """Why Discord would not take this message; empty when it would."""
    parts = flat(list(body.get("components") or []))
    texts = [each.get("content", "") for each in parts if each["type"] == 10]
    ids = [each["custom_id"] for each in parts if each.get("custom_id")]
    numbers = [each["id"] for each in parts if each.get("id")]
    v2 = bool(int(body.get("flags") or 0) & COMPONENTS_V2)
    content = body.get("content") or ""
    rules = (
        (v2 and (content or body.get("embeds")), "no content or embeds with Components V2"),
        (not v2 and texts, "text components need the Components V2 flag"),
        (not content.strip() and not parts and not body.get("embeds"), "an empty message"),
        (len(content) > 2_000, "content over 2000"),
        (sum(map(len, texts)) > 4_000, "texts over 4000 in all"),
        (any(not text.strip() for text in texts), "an empty text"),
        (len(parts) > 40, "over 40 components"),
        (any(len(each) > 100 for each in ids), "a custom_id over 100"),
        (len(set(ids)) != len(ids), "a custom_id twice"),
        (len(set(numbers)) != len(numbers), "a component id twice"),
        (any(len(each.get("label") or "") > 80 for each in parts), "a label over 80"),
        (any(each["type"] == 1 and not each["components"] for each in parts), "an empty row"),
        (len(str(body.get("nonce") or "")) > 25, "a nonce over 25"),
    )
    return next((why for broken, why in rules if broken), "")
