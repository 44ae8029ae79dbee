"""The reference of all settings as a TOML file, made from the settings model."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.keys import is_secret, section_of, variable

HEAD = """\
Every setting of a desk with its default. Copy what you want to change into your own
firstline.toml, without the leading '# '. Any key can be set in the environment too:
FIRSTLINE_ + table + __ + key in capitals, for example FIRSTLINE_WEB__PORT=9000.
Made by 'firstline settings --reference'; do not edit by hand.
"""


def reference(model: type[BaseModel]) -> str:
    """The whole file. It is valid TOML that changes nothing, since every value is commented out."""
    sections = [
        (name, field) for name, field in model.model_fields.items() if section_of(field.annotation)
    ]
    secrets = [(name, field) for name, field in model.model_fields.items() if is_secret(field)]
    parts = [comment(HEAD), *(table(name, field) for name, field in sections)]
    parts.append("\n".join(secret((name,), field) for name, field in secrets))
    return "\n\n".join(parts) + "\n"


def table(name: str, field: FieldInfo) -> str:
    """One table with its keys; a list of tables in double brackets, commented out as well."""
    section = section_of(field.annotation)
    assert section is not None  # noqa: S101  (only called for tables)
    many = section is not field.annotation
    heading = f"# [[{name}]]" if many else f"[{name}]"
    lines = [comment(section.__doc__ or ""), heading]
    for key, value in section.model_fields.items():
        lines.append(secret((name, key), value) if is_secret(value) else entry(key, value))
    return "\n".join(lines)


def entry(key: str, field: FieldInfo) -> str:
    """One key: what it means, and its default."""
    default = field.get_default(call_default_factory=True)
    return f"{comment(field.description or '')}\n# {key} = {in_toml(default)}"


def secret(path: tuple[str, ...], field: FieldInfo) -> str:
    """A secret is named, never shown: it cannot be set in the file."""
    return comment(f"{variable(path)} (in the environment only): {field.description}")


def comment(text: str) -> str:
    """Text as TOML comment lines of at most 100 characters."""
    return "\n".join(wrapped(" ".join(text.split())))


def wrapped(text: str) -> Iterator[str]:
    """The lines of a comment."""
    yield from textwrap.wrap(text, 96, initial_indent="# ", subsequent_indent="# ")


def in_toml(value: Any) -> str:
    """A default as TOML writes it. Strings, numbers, truth values, and lists and tables of them."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, tuple | list | frozenset):
        return f"[{', '.join(in_toml(item) for item in value)}]"
    if isinstance(value, dict):
        pairs = ", ".join(f"{json.dumps(key)} = {in_toml(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return json.dumps(str(value), ensure_ascii=False)
