"""Reads one value as what must stand at its key, and says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from knowledge.content import Problem
from knowledge.flows import language
from knowledge.flows.kinds import Form
from knowledge.flows.yaml_lines import Mapped

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"(\d{1,6})\s*([smhdw])\w*")
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(slots=True)
class Reader:
    """Collects what is wrong in one file while it is read."""

    path: str
    problems: list[Problem] = field(default_factory=list)

    def complain(self, line: int, what: str, do: str) -> None:
        """Keep a problem."""
        self.problems.append(Problem(self.path, line, what, do))

    def known(self, where: Mapped, keys: Iterable[str], what: str) -> None:
        """Complain of every key of the mapping that is not one of these."""
        names = list(keys)
        for key in where:
            if key not in names:
                do = near_miss(key, names) or f"Known are: {', '.join(names)}."
                self.complain(where.lines[key], f"Unknown key `{key}` in {what}", do)

    def read(self, where: Mapped, key: str, form: Form) -> Any:
        """The value at the key in that form; None when it is missing or wrong."""
        value = where.get(key)
        if value is None:
            return None
        try:
            return FORMS[form](value)
        except language.LanguageRefused as error:
            self.complain(where.lines[key], _sentence(str(error)), f"Correct `{key}`.")
        except (ValueError, TypeError) as error:
            self.complain(where.lines[key], f"`{key}` cannot be used: {value!r}"[:200], str(error))
        return None


def near_miss(name: str, names: Iterable[str]) -> str:
    """ "Did you mean …?" or nothing."""
    near = get_close_matches(name.lower(), list(names), n=1, cutoff=0.6)
    return f"Did you mean `{near[0]}`?" if near else ""


def duration(value: object) -> timedelta:
    """`30m`, `2h`, `3d`. Raises ValueError that says so."""
    match = _DURATION.fullmatch(str(value).strip())
    if (
        match is None
        or int(match[1])
        * {"s": 1 / 86400, "m": 1 / 1440, "h": 1 / 24}.get(match[2], 7 if match[2] == "w" else 1)
        > 3650
    ):
        raise ValueError("Write a time like 30m, 2h or 3d, ten years at most.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def slot_name(value: object) -> str:
    """The name of a slot. Raises ValueError that says what one is."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("A slot's name is made of small letters, digits and `_`.")
    return value


def _text(value: object) -> str:
    written = _words(value)
    language.text(written)
    return written


def _expression(value: object) -> str:
    written = _words(value)
    language.expression(written)
    return written


def _pattern(value: object) -> str:
    written = _words(value)
    language.compiled(written)
    return written


def _words(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError("Write one text there.")


def _list(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError("Write one `- text` a line below it.")
    return tuple(dict.fromkeys(_words(each) for each in value))


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("Write a number there.")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("Write true or false there.")
    return value


def _texts(value: object) -> Mapping[str, str]:
    return {name: _text(each) for name, each in _mapping(value).items()}


def _expressions(value: object) -> Mapping[str, str]:
    return {slot_name(name): _expression(each) for name, each in _mapping(value).items()}


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError("Write `name: value` lines below it.")
    return value


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


FORMS: Mapping[Form, Callable[[Any], Any]] = {
    "text": _text,
    "expression": _expression,
    "words": _words,
    "list": _list,
    "number": _number,
    "duration": duration,
    "truth": _truth,
    "pattern": _pattern,
    "texts": _texts,
    "expressions": _expressions,
    "anything": lambda value: value,
}
