"""Markdown, read by a parser: its blocks for splitting, its plain words, its safe HTML.

The one place that knows markdown-it-py, its plug-ins and nh3. CommonMark with tables,
and what other people's sites add: `::: tip` boxes (VuePress, Docusaurus), `!!! note`
boxes (MkDocs), `[[toc]]`, and pieces of HTML.

    blocks(markdown)          -> the blocks at the top level, in order, each with its source
    links(markdown)           -> where it links to, with lines
    headings(markdown)        -> its headings, with levels, slugs and lines
    references(markdown)      -> the definitions of its reference links
    has_words(markdown)       -> whether there is anything to read
    to_plain(markdown)        -> words only
    to_html(markdown, link)   -> sanitised HTML
"""

from knowledge.markdown.outline import (
    Block,
    Heading,
    Item,
    Link,
    blocks,
    headings,
    links,
    references,
)
from knowledge.markdown.page import Resolve, nowhere, to_html
from knowledge.markdown.parser import normalise
from knowledge.markdown.plain import has_words, to_plain

__all__ = [
    "Block",
    "Heading",
    "Item",
    "Link",
    "Resolve",
    "blocks",
    "has_words",
    "headings",
    "links",
    "normalise",
    "nowhere",
    "references",
    "to_html",
    "to_plain",
]
