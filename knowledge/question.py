"""What of a question is searched for, and how. Pure.

    prepare(question) -> Prepared     prose and error lines to embed, words and exact strings to look up

People paste whole posts, logs and stack traces. A model reads some 200 words and mixes all
that it reads, so the prose comes first, then the lines that name an error, then the rest.
Words of the prose and of error lines are looked up; of other pasted lines only the exact
strings (codes, names of files and settings), as their words are the program's, not the asker's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.keywords import is_code, parts, wholes

_SUBJECT = 25
"""Words up to which the first of several lines is taken for the subject of a post."""
_SHORT = 12
"""Words up to which a question is about the exact strings in it."""
_LONGEST_LINE = 2_000
"""Characters of a line that are looked at when telling prose from pasted output."""

_FENCE = re.compile(r"^\s*(```|~~~)")
_OUTPUT = (
    re.compile(r"^\s*(at\s+[\w$.<>]+\(|File \"|Traceback \(|Caused by:|\.\.\. \d+ more|#\d+\s)"),
    re.compile(r"^\s*\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d"),
    re.compile(r"^\s*\[?\d\d:\d\d:\d\d"),
    re.compile(r"^\W*(TRACE|DEBUG|INFO|WARN(ING)?|ERROR|FATAL)\b\W"),
    re.compile(r"^\s*(\$|>>>|[\w.-]+@[\w.-]+[:~$#])\s?\S"),
)
_ERROR = re.compile(
    r"error|exception|fail|fatal|panic|denied|refused|unable|cannot|could ?n.t|not found",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question, ready to be searched for.

    `text` is all of it, the telling lines first, for the embedder. `subject` is the first
    line of a post of several (`""` if there is none). `words` are the plain words to look
    up, `names` the words with joints; `exact` are the names that are codes, files, settings
    rather than language.
    """

    text: str
    subject: str
    words: tuple[str, ...]
    names: tuple[str, ...]
    exact: tuple[str, ...]

    @property
    def focus(self) -> float:
        """How much of the question the exact strings are: 1 for a short one, falling with length."""
        return min(1.0, _SHORT / max(len(self.words), 1))


def prepare(question: str) -> Prepared:
    """Tell prose, error lines and other pasted lines apart. Nothing is left out of `text`."""
    prose, errors, output = _sorted(question.splitlines())
    said = "\n".join(prose + errors)
    names = dict.fromkeys(wholes(said))
    exact = dict.fromkeys(n for n in [*names, *wholes("\n".join(output))] if is_code(n))
    return Prepared(
        text="\n".join(prose + errors + output),
        subject=_subject(prose),
        words=tuple(dict.fromkeys(parts(said))),
        names=tuple(names | exact),
        exact=tuple(exact),
    )


def _sorted(lines: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    prose: list[str] = []
    pasted: list[str] = []
    fenced = False
    for line in lines:
        fence = bool(_FENCE.match(line))
        fenced ^= fence
        is_output = fenced or fence or any(kind.match(line[:_LONGEST_LINE]) for kind in _OUTPUT)
        (pasted if is_output else prose).append(line)
    if not any(line.strip() for line in prose):
        prose, pasted = [*prose, *pasted], []  # blank lines are lines too
    errors = [line for line in pasted if _ERROR.search(line)]
    return prose, errors, [line for line in pasted if not _ERROR.search(line)]


def _subject(prose: Sequence[str]) -> str:
    told = [line.strip() for line in prose if line.strip()]
    if len(told) < 2 or len(told[0].split()) > _SUBJECT:
        return ""
    return told[0]
