"""The words of a text, without mark-up."""

from __future__ import annotations

import html

import nh3
from markdown_it.token import Token

from knowledge.markdown.parser import TABLES_OF_CONTENTS, box_title, normalise, words_parser

_LONG = 500


def to_plain(markdown: str) -> str:
    """The words a reader sees, without any mark-up; one line a block."""
    parts = (plain_token(token) for token in words_parser().parse(normalise(markdown)))
    return "\n".join(part for part in parts if part)


def has_words(markdown: str) -> bool:
    """Whether a reader would see any word. (A long text is taken to have some.)"""
    return len(markdown) > _LONG or bool(to_plain(markdown).strip())


def plain_token(token: Token) -> str:
    """The words of one block token, `""` when it has none."""
    if token.type in ("fence", "code_block"):
        return token.content.rstrip("\n")
    if token.type == "html_block":
        return _without_tags(token.content)
    if token.type == "container_box_open":
        return box_title(token.info)
    if token.type == "inline" and token.content.strip().lower() not in TABLES_OF_CONTENTS:
        return "".join(plain_inline(child) for child in token.children or ()).strip()
    return ""


def plain_inline(token: Token) -> str:
    """The words of one token inside a line."""
    if token.type in ("softbreak", "hardbreak"):
        return " "
    if token.type == "html_inline":
        return " " if token.content.lower().startswith("<br") else ""
    if token.type == "image":
        return "".join(plain_inline(child) for child in token.children or ())
    return token.content


def _without_tags(page: str) -> str:
    return " ".join(html.unescape(nh3.clean(page, tags=set())).split())
