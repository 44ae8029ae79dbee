"""What the bot says itself, as Jinja2 templates in a folder for each language.

    say = load_wording("en", name="Firstline")
    say("abstain")                          -> Markdown
    say("choice_article", title=…)          -> Markdown, the title escaped

A template sees only the values it is given, in a sandbox. A value is data: it is put
in escaped for Markdown, so nothing that a user or an article says is read as mark-up
or as a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml
from jinja2 import FileSystemLoader, StrictUndefined, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

_FOLDER = Path(__file__).parent
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&!])")


class WordingMissing(Exception):
    """A language or a text that there is no wording for. Says what to add."""


class Wording:
    """The bot's own texts in one language. `name` is what the bot calls itself."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._templates = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            finalize=_as_data,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )
        self._templates.globals.clear()
        self._templates.globals["name"] = name

    def __call__(self, text: str, **values: object) -> str:
        """The text of that name as Markdown. Raises WordingMissing, and jinja2's error for a missing value."""
        try:
            template = self._templates.get_template(f"{text}.j2")
        except TemplateNotFound as error:
            raise WordingMissing(f"Add {self._folder / text}.j2: the bot has to say it.") from error
        return template.render(**values).strip()

    def phrasings(self) -> Mapping[str, tuple[str, ...]]:
        """How people say what is not a question, by intent (`phrasings.yaml`)."""
        path = self._folder / "phrasings.yaml"
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {str(intent): tuple(map(str, said)) for intent, said in found.items()}


def load_wording(language: str = "en", *, name: str = "Firstline") -> Wording:
    """The wording of a language. Raises WordingMissing when there is no folder for it."""
    folder = _FOLDER / language
    if not re.fullmatch(r"[a-z]{2,3}(-[a-z]+)?", language) or not folder.is_dir():
        languages = ", ".join(sorted(path.parent.name for path in _FOLDER.glob("*/phrasings.yaml")))
        raise WordingMissing(
            f"There is no wording for the language {language!r}. Set one of: {languages}."
        )
    return Wording(folder, name)


def escaped(text: str) -> str:
    """The text on one line, so that Markdown shows it as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _as_data(value: object) -> object:
    return escaped(value) if isinstance(value, str) else value
