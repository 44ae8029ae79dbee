"""Words: how a text falls into them, and BM25 weights over entries and articles.

    tokens(text)                   -> ["0x80070005", "error", ...]                pure
    Keywords.build(entries, owner) -> Keywords      by bm25s, when an index is made
    Keywords.entry_scores(words)   -> one score an entry;  article_scores: one an article

bm25s computes the weights once; they are kept in the index as three plain arrays a table.
Adding up the columns of a question's words is all that is left to do when searching.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]

_WHOLE = re.compile(r"\w+(?:[.\-:/\\@#+]\w+)*")
"""A word with its joints: `search.words_weight`, `ERR_CONNECTION_RESET`, `C:/temp/a.dll`."""
_PART = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LONGEST = 80
"""Characters of a whole word worth keeping: longer ones are data, not names."""

_DOMAINS = frozenset(
    {"com", "org", "net", "edu", "gov", "io", "co", "uk", "de", "fr", "eu", "info"}
)

STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "again",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "don",
        "down",
        "each",
        "for",
        "from",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "me",
        "might",
        "more",
        "most",
        "must",
        "my",
        "no",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "please",
        "same",
        "shall",
        "she",
        "should",
        "so",
        "some",
        "such",
        "t",
        "than",
        "thanks",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "too",
        "under",
        "up",
        "us",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)


def parts(text: str) -> list[str]:
    """The plain words of a text: lower case, no stop words, plural like singular."""
    found = (part.lower() for part in _PART.findall(_HUMP.sub(" ", text)))
    return [singular(part) for part in found if part not in STOP_WORDS and _counts(part)]


def wholes(text: str) -> list[str]:
    """The words that are more than their parts: codes, file names, paths, settings keys."""
    found = (whole for whole in _WHOLE.findall(text) if len(whole) <= _LONGEST)
    return [whole.lower() for whole in found if _has_parts(whole)]


def is_code(whole: str) -> bool:
    """Whether a whole word looks like a code, a file or a setting, and not like language.

    `0x80070005`, `err_connection_reset`, `firstline.toml` do; `64-bit`, `and/or`, `i.e`,
    `69.0.3` and `example.com` do not: people write them in passing.
    """
    if "_" in whole.strip("_"):
        return True
    if whole.isalnum():
        return sum(character.isdigit() for character in whole) > 1
    pieces = whole.split(".")
    return pieces[-1] not in _DOMAINS and all(len(p) > 1 and p.isalpha() for p in pieces)


def tokens(text: str) -> list[str]:
    """What BM25 counts: every part, and every whole as well, so that exact strings are found."""
    return parts(text) + wholes(text)


def singular(word: str) -> str:
    """The word without the `s` of an English plural or third person; others stay as they are."""
    if len(word) < 4 or not word.isascii() or not word.isalpha() or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]


def _counts(part: str) -> bool:
    return len(part) > 1 or part.isdigit() or not part.isascii()


def _has_parts(whole: str) -> bool:
    """Joints or humps, or letters and digits mixed."""
    if not whole.isalnum() or _HUMP.search(whole):
        return True
    return not whole.isalpha() and not whole.isdigit()


@dataclass(frozen=True, slots=True)
class Table:
    """A sparse matrix by columns: column w is `starts[w]:starts[w + 1]` of `rows` and `weights`."""

    weights: npt.NDArray[np.float32]
    rows: npt.NDArray[np.int32]
    starts: npt.NDArray[np.int64]
    height: int

    def scores(self, columns: Iterable[int]) -> Scores:
        """The sum of these columns, one score a row."""
        total = np.zeros(self.height, dtype=np.float32)
        for column in columns:
            part = slice(self.starts[column], self.starts[column + 1])
            total[self.rows[part]] += self.weights[part]
        return total

    def count(self, column: int) -> int:
        """In how many rows the column's word occurs."""
        return int(self.starts[column + 1] - self.starts[column])


@dataclass(frozen=True, slots=True)
class Keywords:
    """The BM25 weights of an index: of each entry, and of each article as a whole."""

    words: tuple[str, ...]
    entries: Table
    articles: Table
    columns: dict[str, int]

    @classmethod
    def build(cls, texts: Sequence[str], owners: Sequence[int], articles: int) -> Keywords:
        """Weights of the entries' texts; `owners[i]` is the place of the article of entry i."""
        split = [tokens(text) for text in texts]
        columns: dict[str, int] = {}
        ids = [[columns.setdefault(word, len(columns)) for word in words] for words in split]
        whole: list[list[int]] = [[] for _ in range(articles)]
        for owner, entry in zip(owners, ids, strict=True):
            whole[owner].extend(entry)
        width = len(columns)
        return cls(tuple(columns), _table(ids, width), _table(whole, width), columns)

    @classmethod
    def of(cls, words: Sequence[str], entries: Table, articles: Table) -> Keywords:
        """Put together again from what was stored."""
        return cls(tuple(words), entries, articles, {w: i for i, w in enumerate(words)})

    def known(self, words: Iterable[str]) -> list[int]:
        """The columns of the words that the index has, each once."""
        return [self.columns[word] for word in dict.fromkeys(words) if word in self.columns]


def _table(documents: list[list[int]], width: int) -> Table:
    if not width or not documents:
        empty = np.zeros(0, np.float32), np.zeros(0, np.int32)
        return Table(*empty, np.zeros(width + 1, np.int64), len(documents))
    import bm25s  # a third of a second, needed only when an index is made

    engine = bm25s.BM25(k1=1.2, b=0.75)
    made = engine.build_index_from_ids(list(range(width)), documents, show_progress=False)
    return Table(
        np.asarray(made["data"], np.float32),
        np.asarray(made["indices"], np.int32),
        np.asarray(made["indptr"], np.int64),
        len(documents),
    )
