"""The house plan, as far as import-linter cannot say it. A rule without a check is a wish."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("config", "adapters", "bot", "indexer", "knowledge")
LONGEST_FILE = 300
LENGTH_COUNTS = (".py", ".js", ".css", ".html", ".j2", ".toml", ".sh")

# Where each third-party package may be imported. One home each: who changes it, finds it.
HOMES = {
    "aiohttp": ["adapters/discord/*", "adapters/slack/*"],
    "alembic": ["bot/store/*"],
    "argon2": ["bot/passwords.py"],
    "authlib": ["adapters/console/openid_provider.py"],
    "bm25s": ["knowledge/keywords.py"],
    "discord": ["adapters/discord/*"],
    "dotenv": ["config/settings.py"],
    "faiss": ["knowledge/vectors.py"],
    "fastapi": ["adapters/api/*", "adapters/console/*", "adapters/http/*"],
    "graphlay": ["knowledge/flows/drawing.py"],
    "holidays": ["config/hours.py"],
    "httpx": ["bot/flow_http.py"],
    "httpx2": ["adapters/console/openid_provider.py"],
    "itsdangerous": ["adapters/console/openid.py", "adapters/web/session.py"],
    "jinja2": [
        "adapters/api/*",
        "adapters/console/pages.py",
        "adapters/web/pages.py",
        "bot/wording/*",
        "knowledge/flows/language.py",
    ],
    "joserfc": ["adapters/console/openid_provider.py"],
    "markdown_it": ["knowledge/markdown/*", "knowledge/quoting.py"],
    "markupsafe": ["adapters/web/*"],
    "mdit_py_plugins": ["knowledge/markdown/*", "knowledge/quoting.py"],
    "nh3": ["knowledge/markdown/*"],
    "numpy": ["knowledge/*", "indexer/*", "config/learning.py"],
    "onnx": ["knowledge/embedder*"],
    "onnxruntime": ["knowledge/embedder*"],
    "opentelemetry": ["config/traces.py"],
    "prometheus_client": ["adapters/api/*", "adapters/http/*"],
    "pydantic": ["adapters/api/*", "adapters/http/*", "config/*"],
    "pydantic_core": ["config/*"],
    "pydantic_settings": ["config/settings.py"],
    "re2": ["knowledge/flows/language.py"],
    "regex": ["adapters/text.py"],
    "rich": ["config/cli/*", "adapters/terminal.py"],
    "safetensors": ["knowledge/embedder*"],
    "sentence_transformers": ["knowledge/embedder*"],
    "slack_bolt": ["adapters/slack/*"],
    "slack_sdk": ["adapters/slack/*"],
    "sqlalchemy": [
        "bot/account_model.py",
        "bot/accounts.py",
        "bot/api_tokens.py",
        "bot/open_id.py",
        "bot/sign_in.py",
        "bot/model.py",
        "bot/model_tickets.py",
        "bot/model_after.py",
        "bot/agents_side.py",
        "bot/card_model.py",
        "bot/desk.py",
        "bot/hearing.py",
        "bot/console_*.py",
        "bot/turns.py",
        "bot/records.py",
        "bot/dead_model.py",
        "bot/ticket_clock.py",
        "bot/flow_clock.py",
        "bot/requester_data.py",
        "bot/retention.py",
        "bot/flow_model.py",
        "bot/inbox_model.py",
        "bot/worklist.py",
        "bot/webhook*.py",
        "bot/ticket_archive.py",
        "bot/claims.py",
        "bot/claim_model.py",
        "bot/shared_work.py",
        "bot/store/*",
    ],
    "sse_starlette": ["adapters/console/*", "adapters/web/*"],
    "starlette": ["adapters/*"],
    "structlog": ["config/log.py"],
    "tokenizers": ["knowledge/embedder*"],
    "torch": ["knowledge/embedder*"],
    "typer": ["config/cli/*"],
    "uvicorn": ["adapters/http/server.py"],
    "watchfiles": ["indexer/watch.py"],
    "yaml": ["knowledge/reading.py", "knowledge/flows/yaml_lines.py", "bot/wording/*"],
    "yarl": ["adapters/discord/*"],
}
# Packages that come with another of ours and follow its version.
COME_WITH = {"markupsafe": "jinja2", "pydantic_core": "pydantic", "starlette": "fastapi"}
# What may look at the process's environment, and what may write to the terminal.
ENVIRONMENT = ["config/settings.py"]
TERMINAL = ["config/cli/*", "adapters/terminal.py", ".ci/*"]


@cache
def sources() -> tuple[Path, ...]:
    """All Python files of the rooms, relative to the root."""
    files = (file for room in ROOMS for file in (ROOT / room).rglob("*.py"))
    return tuple(sorted(file.relative_to(ROOT) for file in files))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse((ROOT / file).read_text("utf-8"), str(file))


def imported(file: Path) -> Iterator[tuple[str, int]]:
    """Every module that the file imports anywhere, also inside functions, with its line."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno


def lives_in(file: Path, homes: list[str]) -> bool:
    return any(fnmatch(file.as_posix(), home) for home in homes)


def third_party(module: str) -> str | None:
    """The top package of a module that is neither ours nor Python's."""
    top = module.partition(".")[0]
    return None if top in ROOMS or top in sys.stdlib_module_names else top


def test_every_third_party_package_has_one_home() -> None:
    strays = [
        f"{file}:{line} imports {package}, whose home is {HOMES.get(package, 'not in HOMES yet')}"
        for file in sources()
        for module, line in imported(file)
        if (package := third_party(module)) and not lives_in(file, HOMES.get(package, []))
    ]
    assert not strays, "\n".join(strays)


def test_every_third_party_package_is_a_declared_dependency() -> None:
    """What another package happens to bring today may be gone with its next version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    every = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    declared = {re.split(r"[<>=!~\[ ]", each)[0].lower() for each in every}
    brought_by = packages_distributions()
    undeclared = [
        package
        for package in HOMES
        # a package of an extra that is not installed is declared under its own name
        if not {n.lower().replace("_", "-") for n in brought_by.get(package, [package])} & declared
        and COME_WITH.get(package) not in declared
    ]
    assert undeclared == []


def test_every_home_is_lived_in() -> None:
    """What nobody imports any more leaves the table (and pyproject.toml, if nothing else needs it)."""
    found = {(third_party(module), file) for file in sources() for module, _ in imported(file)}
    empty = [
        (package, home)
        for package, homes in HOMES.items()
        for home in homes
        if not any(name == package and lives_in(file, [home]) for name, file in found)
    ]
    assert empty == []


def test_no_file_grows_over_its_length() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    files = [ROOT / name for name in listed if name.endswith(LENGTH_COUNTS)]
    assert len(files) > 20
    lengths = {
        file: len(file.read_text("utf-8").splitlines())
        for file in files
        if file.exists() and "vendor" not in file.parts and file.name != "firstline.toml"
    }
    long = [f"{file}: {length} lines" for file, length in lengths.items() if length > LONGEST_FILE]
    assert not long, "Split these along what they do:\n" + "\n".join(long)


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_are_imported_from_this_checkout(room: str) -> None:
    """Their names are common: another package of the same name must not stand in."""
    module = importlib.import_module(room)
    assert module.__file__ is not None
    assert Path(module.__file__).resolve() == ROOT / room / "__init__.py"


def calls(file: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(file)) if isinstance(node, ast.Call))


def test_only_the_command_line_and_the_terminal_print() -> None:
    prints = [
        f"{file}:{call.lineno}"
        for file in sources()
        for call in calls(file)
        if isinstance(call.func, ast.Name) and call.func.id == "print"
        if not lives_in(file, TERMINAL)
    ]
    assert not prints, "Log it, or return it to the command line: " + ", ".join(prints)


def test_only_the_settings_read_the_environment() -> None:
    reads = [
        f"{file}:{node.lineno}"
        for file in sources()
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        if isinstance(node.value, ast.Name) and node.value.id == "os"
        if not lives_in(file, ENVIRONMENT)
    ]
    assert not reads, "Take it as an argument instead: " + ", ".join(reads)


def test_mocks_stay_out() -> None:
    """Fakes ship with the product (adapters/memory.py); a test of a mock tests the mock."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    mocks = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in (*(f.relative_to(ROOT) for f in tests), *sources())
        for module, line in imported(file)
        if module == "mock" or module.startswith("unittest")
    ]
    assert not mocks, ", ".join(mocks)


def test_no_two_test_files_share_a_name() -> None:
    names = [file.name for file in (ROOT / "tests").rglob("*.py") if file.name != "conftest.py"]
    assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)
    assert not list((ROOT / "tests").rglob("__init__.py"))


Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public(nodes: list[ast.stmt]) -> Iterator[Documented]:
    for node in nodes:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            yield node


def test_everything_public_gives_its_promise() -> None:
    """Modules, classes and functions have a docstring. A method may go without when it has one
    in the protocol that it keeps, so methods are not counted; a migration's steps are alike."""
    silent = [
        f"{file}:{node.lineno} {node.name}"
        for file in sources()
        if "versions" not in file.parts
        for node in public(tree(file).body)
        if not ast.get_docstring(node)
    ]
    silent += [
        f"{file}: the module"
        for file in sources()
        if tree(file).body and not ast.get_docstring(tree(file))
    ]
    assert not silent, "\n".join(silent)


def test_nothing_but_the_preparation_of_a_model_brings_torch() -> None:
    """Importing all rooms, which `serve` and `ask` do at most, must not load it: it takes seconds
    and hundreds of megabytes."""
    modules = [
        ".".join(file.with_suffix("").parts).removesuffix(".__init__")
        for file in sources()
        if not lives_in(file, ["knowledge/embedder_*", "*/migrations/*"])
    ]
    program = f"import importlib, sys\nfor m in {modules}: importlib.import_module(m)\n"
    program += "print({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == ("set()", "")
