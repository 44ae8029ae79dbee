"""YAML with the line of every key and item, for what must be said with file and line.

Keys are texts as they are written: `yes` and `no` are answers here, not truth values. A plain
value is true, false, a number, nothing, or else a text. Tags and aliases are refused.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from knowledge.reading import YamlRefused

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"[-+]?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?")
_PLAIN = {"true": True, "false": False, "null": None, "~": None, "": None}
_DEEPEST = 30


class Mapped(dict[str, Any]):
    """A mapping that knows where it stands, and where each of its keys does (lines from 1)."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Listed(list[Any]):
    """A list that knows the line of each item."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


def load_marked(text: str) -> Mapped:
    """The mapping that stands in the text. Raises YamlRefused with the line."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlRefused(error.problem or "it is broken", mark.line + 1 if mark else 1) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise YamlRefused(str(error).split("\n")[0], 1) from None
    if not isinstance(node, yaml.MappingNode):
        raise YamlRefused("it is no list of `key: value` lines", 1)
    found = _value(node, set(), 0)
    assert isinstance(found, Mapped)  # noqa: S101 - of a mapping node
    return found


def _value(node: yaml.Node, seen: set[int], depth: int) -> Any:
    line = node.start_mark.line + 1
    if id(node) in seen or depth > _DEEPEST:
        raise YamlRefused("aliases (`*name`) and deep nesting are not read here", line)
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, seen, depth)
    if isinstance(node, yaml.SequenceNode):
        items = Listed()
        for each in node.value:
            items.append(_value(each, seen, depth + 1))
            items.lines.append(each.start_mark.line + 1)
        return items
    if not isinstance(node, yaml.ScalarNode):
        raise YamlRefused("it is neither text nor list nor mapping", line)
    return _scalar(node, line)


def _mapping(node: yaml.MappingNode, seen: set[int], depth: int) -> Mapped:
    found = Mapped(node.start_mark.line + 1)
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise YamlRefused("a key must be one word or text", line)
        if key.value in found:
            raise YamlRefused(f"the key `{key.value}` stands there twice", line)
        found[key.value] = _value(value, seen, depth + 1)
        found.lines[key.value] = line
    return found


def _scalar(node: yaml.ScalarNode, line: int) -> Any:
    text = str(node.value)
    if not str(node.tag).startswith("tag:yaml.org,2002:"):
        raise YamlRefused(f"the tag `{node.tag}` is not read here", line)
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _PLAIN:
        return _PLAIN[text]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text
