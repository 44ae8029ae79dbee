"""The keys that a settings model knows, for messages, the reference file and its test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

Path = tuple[int | str, ...]

PREFIX = "FIRSTLINE_"


def variable(path: tuple[str, ...]) -> str:
    """The environment variable that sets the key: `("web", "port")` is FIRSTLINE_WEB__PORT."""
    return PREFIX + "__".join(path).upper()


def section_of(annotation: Any) -> type[BaseModel] | None:
    """The table that a field holds, one or a list of them; None for a plain value."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def leaves(
    model: type[BaseModel], at: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every plain key with its path, in the order of the model."""
    for name, field in model.model_fields.items():
        section = section_of(field.annotation)
        if section:
            yield from leaves(section, (*at, name))
        else:
            yield (*at, name), field


def is_secret(field: FieldInfo) -> bool:
    """True for what must not stand in the file."""
    return field.annotation is SecretStr


def siblings(model: type[BaseModel], location: Path) -> tuple[str, ...]:
    """The keys that are known where the location's last key stands."""
    current: type[BaseModel] | None = model
    for step in location[:-1]:
        if current and isinstance(step, str) and step in current.model_fields:
            current = section_of(current.model_fields[step].annotation)
    return tuple(current.model_fields) if current else ()


def written(data: dict[str, Any], path: tuple[str, ...]) -> bool:
    """Whether the data has a value at the path."""
    value: Any = data
    for step in path:
        if not isinstance(value, dict) or step not in value:
            return False
        value = value[step]
    return True
