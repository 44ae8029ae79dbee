"""Markdown as HTML that is safe in a page: rendered, links resolved, then sanitised by nh3."""

from __future__ import annotations

import html
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import nh3
from markdown_it.token import Token

from knowledge.markdown.parser import box_title, normalise, words_parser
from knowledge.markdown.plain import plain_inline, plain_token
from knowledge.slugs import anchor, bare_heading, unique_slugs

Resolve = Callable[[str], str | None]
"""Turns a target as it is written into an address, or None when there is nothing to point to."""
_LOOKS = {"tip": "tip", "warning": "warning", "caution": "warning", "danger": "danger"}


def nowhere(_target: str) -> str | None:
    """Resolves nothing: what is pointed to is left out, its words stay."""
    return None


def to_html(
    markdown: str,
    link: Resolve,
    image: Resolve = nowhere,
) -> str:
    """Sanitised HTML, safe to be put into a page as it is.

    `link` is asked for each target that is not a whole address (`setup.md`, `/faq.html`),
    without its fragment, and gives the address to link to, or None when there is nothing
    to link to (the words stay). `image` likewise for every picture (None: its description
    is shown instead). Headings carry ids, see `knowledge.slugs.anchor`.
    """
    parser = words_parser()
    env: dict[str, Any] = {}
    tokens = [_boxed(token) for token in parser.parse(normalise(markdown), env)]
    _number_headings(tokens)
    pictures: set[str] = set()
    for token in tokens:
        token.children = [_shown(child, image, pictures) for child in token.children or ()]
    rendered = str(parser.renderer.render(tokens, parser.options, env))

    def resolved(tag: str, attribute: str, value: str) -> str | None:
        if (tag, attribute) == ("a", "href"):
            return _address(value, link)
        if (tag, attribute) == ("img", "src"):
            return value if value in pictures else None
        return value

    return _sanitised(rendered, resolved)


def _sanitised(page: str, resolved: Callable[[str, str, str], str | None]) -> str:
    return nh3.clean(
        page,
        tags=(nh3.ALLOWED_TAGS | {"section"}) - {"map", "area", "bdo"},
        attributes={
            "a": {"href", "title"},
            "img": {"src", "alt", "title"},
            "ol": {"start"},
            "th": {"align"},
            "td": {"align"},
            **{f"h{level}": {"id"} for level in range(1, 7)},
        },
        allowed_classes={"div": {"box", "tip", "note", "warning", "danger"}, "p": {"box-title"}},
        url_schemes={"http", "https", "mailto"},
        attribute_filter=resolved,
        link_rel="noopener noreferrer",
    )


def _address(target: str, link: Resolve) -> str | None:
    path, hash_sign, fragment = target.partition("#")
    if ":" in path.split("/", 1)[0] or path.startswith("//"):
        return target
    page = link(path) if path else ""
    return None if page is None else page + (f"#{anchor(fragment)}" if hash_sign else "")


def _shown(token: Token, image: Resolve, pictures: set[str]) -> Token:
    """A picture with its address, which is noted in `pictures`, or its description instead."""
    if token.type != "image":
        return token
    address = image(str(token.attrs["src"]))
    if address is None:
        return Token("text", "", 0, content=plain_inline(token))
    token.attrs["src"] = address
    pictures.add(address)
    return token


def _number_headings(tokens: Sequence[Token]) -> None:
    found = [
        (opening, inline)
        for opening, inline in itertools.pairwise(tokens)
        if opening.type == "heading_open"
    ]
    texts = [plain_token(inline) for _, inline in found]
    for (opening, inline), text, slug in zip(found, texts, unique_slugs(texts), strict=True):
        opening.attrSet("id", anchor(slug))
        if text != bare_heading(text):
            inline.children = [Token("text", "", 0, content=bare_heading(text))]


def _boxed(token: Token) -> Token:
    """The parts of boxes of both kinds as plain HTML; other tokens as they are."""
    match token.type:
        case "container_box_open":
            return _raw(_box_opening(token.info, box_title(token.info)))
        case "admonition_open":
            return _raw(_box_opening(token.info, ""))
        case "admonition_title_open":
            return _raw('<p class="box-title">')
        case "admonition_title_close":
            return _raw("</p>\n")
        case "container_box_close" | "admonition_close":
            return _raw("</div>\n")
        case _:
            return token


def _raw(markup: str) -> Token:
    return Token("html_block", "", 0, content=markup)


def _box_opening(info: str, title: str) -> str:
    name = info.strip().replace("[", " ").split(" ")[0].lower()
    shown = f'<p class="box-title">{html.escape(title)}</p>\n' if title else ""
    return f'<div class="box {_LOOKS.get(name, "note")}">\n{shown}'
