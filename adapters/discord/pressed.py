"""What a message looks like after something on it was pressed. Pure, over Discord's own data."""

from __future__ import annotations

from typing import Any

from adapters.discord.controls import Control, read_control
from adapters.discord.layout import GREEN, GREY, ROW, TEXT, Component, button, cut
from adapters.discord.links import plain_links

NOTE = 900
"""The id of the line that says what happened; below every mark of `layout`."""


def label_of(components: list[Component], custom_id: str, value: str = "") -> str:
    """The words on the button, or on the option of that value; empty when there are none."""
    for item in items(components):
        if item.get("custom_id") != custom_id:
            continue
        for option in item.get("options", ()):
            if option["value"] == value:
                return str(option["label"])
        return str(item.get("label") or "")
    return ""


def after_choice(components: list[Component], label: str, name: str) -> list[Component]:
    """The choices give way to a line saying which was taken, by whom."""
    kept = [each for each in components if not _offers(each, "choice", "select")]
    return with_note(kept, f"➤ **{_inert(label)}** – {_inert(name)}")


def after_rating(components: list[Component], helpful: bool) -> list[Component]:
    """The pressed thumb stays coloured; the other can still be pressed instead. Who was not helped
    may say why."""
    rated = [_coloured(_without(each, "why"), "1" if helpful else "0") for each in components]
    if not helpful:
        rated = [_asking_why(each) for each in rated]
    return with_note(rated, "Thank you, noted: " + ("👍" if helpful else "👎"))


def after_comment(components: list[Component]) -> list[Component]:
    """What was wrong was said."""
    return with_note([_without(each, "why") for each in components], "Thank you, noted: 👎 💬")


def after_share(components: list[Component]) -> list[Component]:
    """An answer that was shown to everyone cannot be shown again."""
    kept = [_without(each, "share") for each in components]
    return with_note(
        [each for each in kept if each.get("components") != []], "Shown to everyone here"
    )


def shared(components: list[Component], name: str) -> list[Component]:
    """The texts of an answer alone, with who shows them: for everyone to see."""
    texts = [{"type": TEXT, "content": each["content"]} for each in components if is_text(each)]
    return [*texts, {"type": TEXT, "content": f"-# Asked by {_inert(name)}"}]


def with_note(components: list[Component], note: str) -> list[Component]:
    """The components with this line, in place of an earlier one."""
    line = {"type": TEXT, "id": NOTE, "content": f"-# {note}"}
    kept = [each for each in components if each.get("id") != NOTE]
    rows = [at for at, each in enumerate(kept) if each["type"] == ROW]
    at = rows[0] if rows else len(kept)
    return [*kept[:at], line, *kept[at:]]


def is_text(component: Component) -> bool:
    """Whether it is a text of the answer, not our note about a press."""
    return component["type"] == TEXT and component.get("id") != NOTE


def items(components: list[Component]) -> list[Component]:
    """All that can be pressed."""
    rows = (each for each in components if each["type"] == ROW)
    return [item for each in rows for item in each["components"]]


def _offers(component: Component, *kinds: str) -> bool:
    return component["type"] == ROW and any(_is(item, *kinds) for item in component["components"])


def _without(component: Component, kind: str) -> Component:
    if not _offers(component, kind):
        return component
    rest = [item for item in component["components"] if not _is(item, kind)]
    return {**component, "components": rest}


def _asking_why(component: Component) -> Component:
    rated = [c for item in component.get("components", ()) if (c := _control(item))]
    rate = next((control for control in rated if control.kind == "rate"), None)
    if component["type"] != ROW or rate is None:
        return component
    why = button(Control("why", rate.key, rate.talk), "💬 What was wrong?")
    return {**component, "components": [*component["components"], why]}


def _is(item: Component, *kinds: str) -> bool:
    control = _control(item)
    return control is not None and control.kind in kinds


def _control(item: dict[str, Any]) -> Control | None:
    return read_control(str(item.get("custom_id") or ""))


def _coloured(component: Component, value: str) -> Component:
    if not _offers(component, "rate"):
        return component
    return {
        **component,
        "components": [
            {**item, "style": GREEN if _is_rating(item, value) else GREY}
            if _is(item, "rate")
            else item
            for item in component["components"]
        ],
    }


def _is_rating(item: Component, value: str) -> bool:
    control = _control(item)
    return control is not None and control.value == value


def _inert(words: str) -> str:
    """A name or label that changes nothing around it."""
    return cut(plain_links(words).replace("`", "'").replace("*", "").replace("[", "("), 100)
