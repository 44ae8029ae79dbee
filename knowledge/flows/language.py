"""The two small languages of a flow: expressions that decide, and texts with values in them.

    Expression("os == 'Windows' and output is matching('E\\d+')").value(names)
    Text("Hello {{ first_name }}").render(names)

Both are Jinja2 in its sandbox, cut down to what a writer of a flow needs: the tree of each is
looked at before it is compiled, and what is not on the list below is refused. So nothing can
loop, call, reach into an object or grow without bound, whatever is in it. Patterns are RE2,
which takes time in proportion to the text: no input can blow one up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2
from jinja2 import ChainableUndefined, TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST_VALUE = 10_000
"""Characters of a text that a slot can hold; what is longer is cut."""
_LARGEST = 10**15
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&!])")
_PLACE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_FILTERS = ("default", "first_of", "found", "join", "length", "lower", "round", "trim", "upper")
_TESTS = ("containing", "defined", "in", "matching", "none", "undefined")
_PATTERNS = ("found", "matching")
_ALLOWED = (
    nodes.Add,
    nodes.And,
    nodes.Compare,
    nodes.Concat,
    nodes.CondExpr,
    nodes.Const,
    nodes.Filter,
    nodes.Getattr,
    nodes.List,
    nodes.Name,
    nodes.Neg,
    nodes.Not,
    nodes.Operand,
    nodes.Or,
    nodes.Output,
    nodes.Sub,
    nodes.Template,
    nodes.TemplateData,
    nodes.Test,
    nodes.Tuple,
)
_FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, AttributeError, LookupError)


class LanguageRefused(ValueError):
    """An expression, a text or a pattern that cannot be used; says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression of RE2's syntax; upper and lower case count the same."""

    source: str

    def found(self, text: object) -> str | None:
        """What it matches first in the text: its first group if it has one. None for no match."""
        match = compiled(self.source).search(str(text)[: 10 * LONGEST_VALUE])
        if match is None:
            return None
        return match.group(1) or "" if match.re.groups else match.group(0)

    def whole(self, text: str) -> bool:
        """Whether the text as a whole is one."""
        return compiled(self.source).fullmatch(text) is not None


@lru_cache(maxsize=2000)
def compiled(source: str) -> Any:
    """The pattern, ready to search. Raises LanguageRefused."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(source, options)
    except re2.error as error:
        why = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else error
        raise LanguageRefused(f"the pattern `{source}` cannot be read: {why}") from None


def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=ChainableUndefined,
        finalize=_as_data,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in _FILTERS if name in made.filters}
    made.filters["found"] = lambda text, pattern: Pattern(pattern).found(text)
    made.filters["first_of"] = lambda values: next(iter(values or ()), None)
    made.tests = {name: made.tests[name] for name in _TESTS if name in made.tests}
    made.tests["matching"] = lambda text, pattern: Pattern(pattern).found(text) is not None
    made.tests["containing"] = lambda text, part: str(part).lower() in str(text).lower()
    return made


def _as_data(value: object) -> object:
    """A value in a text is data: nothing that a user said is read as mark-up."""
    if isinstance(value, str):
        return _MARKUP.sub(r"\\\1", value[:LONGEST_VALUE])
    return "" if value is None else value


_SANDBOX = _environment()
_UNESCAPED = _SANDBOX.overlay(finalize=lambda value: "" if value is None else value)


@dataclass(frozen=True, slots=True)
class Use:
    """Which names something reads: those that must be there, and those that may be missing."""

    needed: frozenset[str]
    optional: frozenset[str] = frozenset()


@lru_cache(maxsize=5000)
def expression(source: str) -> Any:
    """The expression, compiled. Raises LanguageRefused."""
    try:
        tree = _SANDBOX.parse("{{ " + _raw(source) + " }}")
        _refuse(tree)
        return _SANDBOX.compile_expression(_raw(source), undefined_to_none=True)
    except TemplateSyntaxError as error:
        raise LanguageRefused(f"`{source}` cannot be read: {error.message}") from None


@lru_cache(maxsize=5000)
def text(source: str) -> Any:
    """The text with its places for values, compiled. Raises LanguageRefused."""
    try:
        _refuse(_SANDBOX.parse(_raw_inside(source)))
        return _SANDBOX.from_string(_raw_inside(source))
    except TemplateSyntaxError as error:
        raise LanguageRefused(f"the text cannot be read: {error.message}") from None


def value_of(source: str, names: Mapping[str, Any]) -> Any:
    """What the expression gives with these names; None when it gives nothing that can be kept."""
    try:
        return kept(expression(source)(**names))
    except _FAILURES:
        return None


def rendered(source: str, names: Mapping[str, Any]) -> str:
    """The text with these values in it, as Markdown; what is missing is left empty."""
    if "{" not in source:
        return source.strip()
    try:
        return str(text(source).render(**names)).strip()
    except _FAILURES:
        return ""


@lru_cache(maxsize=5000)
def _plain_text(source: str) -> Any:
    text(source)
    return _UNESCAPED.from_string(_raw_inside(source))


def filled(source: str, names: Mapping[str, Any]) -> str:
    """The text with these values as they are: for code and for programs, never for people."""
    try:
        return str(_plain_text(source).render(**names)).strip()
    except _FAILURES:
        return ""


def kept(value: Any) -> Any:
    """The value as a slot holds it: text, number, truth or a short list of them; else None."""
    if isinstance(value, str):
        return value[:LONGEST_VALUE]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if -_LARGEST < value < _LARGEST else None
    return _kept_list(value) if isinstance(value, list | tuple) else None


def _kept_list(values: Sequence[Any]) -> list[Any]:
    """At most a hundred values, which are no longer together than one text can be."""
    found, room = [], LONGEST_VALUE
    for value in values[:100]:
        if isinstance(value, list | tuple):
            continue
        held = kept(value)
        if isinstance(held, str):
            held = held[:room]
            room -= len(held)
        found.append(held)
    return found


def uses(source: str, *, in_text: bool) -> Use:
    """The names that an expression or a text reads. Raises LanguageRefused."""
    tree = _SANDBOX.parse(_raw_inside(source) if in_text else "{{ " + _raw(source) + " }}")
    names = frozenset(meta.find_undeclared_variables(tree))
    optional = frozenset(
        asked.node.name
        for asked in tree.find_all((nodes.Filter, nodes.Test))
        if asked.name in ("default", "defined", "undefined", "none")
        if isinstance(asked.node, nodes.Name)
    )
    return Use(names - optional, names & optional)


def found_by(source: str, *, in_text: bool) -> list[str]:
    """The patterns whose match is taken as a value (`| found('…')`)."""
    tree = _SANDBOX.parse(_raw_inside(source) if in_text else "{{ " + _raw(source) + " }}")
    filters = (each for each in tree.find_all(nodes.Filter) if each.name == "found")
    given = [each.args[0] for each in filters if each.args]
    return [each.value for each in given if isinstance(each, nodes.Const)]


def _raw(source: str) -> str:
    """A backslash in a string is itself, as patterns want it: `'\\bE\\d+'` needs no doubling."""
    return source.replace("\\", "\\\\")


def _raw_inside(source: str) -> str:
    return _PLACE.sub(lambda place: _raw(place[0]), source)


def _refuse(tree: nodes.Template) -> None:
    for node in _below(tree):
        if not isinstance(node, (*_ALLOWED, nodes.If)):
            what = type(node).__name__.lower()
            raise LanguageRefused(f"{what} is not part of the language of flows")
        if isinstance(node, nodes.Filter | nodes.Test):
            _refuse_call(node)
        if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
            raise LanguageRefused(f"there is no `{node.attr}`")


def _refuse_call(node: nodes.Filter | nodes.Test) -> None:
    known = _SANDBOX.filters if isinstance(node, nodes.Filter) else _SANDBOX.tests
    if node.name not in known:
        raise LanguageRefused(f"there is no `{node.name}`; there are: {', '.join(sorted(known))}")
    if node.kwargs or node.dyn_args or node.dyn_kwargs:
        raise LanguageRefused(f"`{node.name}` takes plain values only")
    if node.name in _PATTERNS:
        given = node.args[0] if node.args else None
        if not isinstance(given, nodes.Const) or not isinstance(given.value, str):
            raise LanguageRefused(f"`{node.name}` takes one pattern in quotes")
        compiled(given.value)


def _below(node: nodes.Node) -> list[nodes.Node]:
    found = [node]
    for each in found:
        found.extend(each.iter_child_nodes())
    return found
