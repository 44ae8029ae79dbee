"""Markdown's plain words and its safe HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.markdown import headings, links, to_html, to_plain


def html(markdown: str) -> str:
    return to_html(markdown, lambda target: f"/help/{target.removesuffix('.md')}")


def test_plain_words_have_no_mark_up():
    markdown = "# A `b`\n\n1. **c** [d](https://x.example)\n\n| e | f |\n|---|---|\n| g | h |\n\n```\ni\n```"
    assert to_plain(markdown) == "A b\nc d\ne\nf\ng\nh\ni"


def test_plain_words_of_escapes_pictures_boxes_and_html():
    markdown = (
        "a\\.b ![a picture](x.png)\n\n::: tip Read this\nc\n:::\n\n<div>d<br>e</div>\n\n[[toc]]"
    )
    assert to_plain(markdown) == "a.b a picture\nRead this\nc\nde"


@pytest.mark.parametrize(
    "markdown",
    [
        "::: tip Note well\ntext\n:::",
        ":::tip[Note well]\ntext\n:::",
        '!!! tip "Note well"\n    text',
    ],
)
def test_boxes_of_all_sites_look_the_same(markdown):
    assert html(markdown).split() == (
        [
            "<div",
            'class="box',
            'tip">',
            "<p",
            'class="box-title">Note',
            "well</p>",
            "<p>text</p>",
            "</div>",
        ]
    )


def test_links_between_articles_are_resolved():
    markdown = (
        "[a](setup.md#First-steps) [b](#here) [c](https://x.example/#y) [d](mailto:a@x.example)"
    )
    assert re.findall(r'href="([^"]*)"', html(markdown)) == [
        "/help/setup#s-First-steps",
        "#s-here",
        "https://x.example/#y",
        "mailto:a@x.example",
    ]


def test_a_link_to_nothing_keeps_its_words():
    page = to_html("See [**this** page](gone.md).", lambda _: None)
    assert "<strong>this</strong> page" in page
    assert "href" not in page


def test_pictures_are_shown_only_where_they_can_be_had():
    assert html("![A window](win.png)") == "<p>A window</p>\n"
    shown = to_html("![A window](win.png)", lambda _: None, lambda target: f"/pictures/{target}")
    assert 'src="/pictures/win.png"' in shown


def test_headings_carry_the_ids_that_links_use():
    markdown = "## Take a back-up!\n\n## Set up\n\n## Set up\n\n## Own {#mine}"
    slugs = [heading.slug for heading in headings(markdown)]
    assert slugs == ["take-a-back-up", "set-up", "set-up-1", "mine"]
    assert re.findall(r'id="s-([^"]*)"', html(markdown)) == slugs
    assert "{#" not in html(markdown)


def test_links_are_found_with_their_lines():
    found = [
        (link.target, link.line) for link in links("[a](b.md)\n\n- x\n- [c](d.md)\n\n![i](p.png)")
    ]
    assert found == [("b.md", 1), ("d.md", 4)]


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<iframe src='https://x.example'></iframe>",
    "<form action='/logout'><input name=x></form>",
    "<style>*{display:none}</style>",
    "<p style='position:fixed'>x</p>",
    "<p id='chat' class='composer' onclick='x()'>x</p>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "::: tip <img src=x onerror=alert(1)>\nx\n:::",
    '::: x" onclick="alert(1)\nx\n:::',
    '!!! note "<script>alert(1)</script>"\n    x',
    "![<script>alert(1)</script>](x.png)",
    "```<script>alert(1)</script>\nx\n```",
    "## <script>alert(1)</script> {#x}",
    "<base href='https://x.example/'>",
    "<meta http-equiv=refresh content='0;url=https://x.example'>",
    "<object data=x></object><embed src=x>",
]


@pytest.mark.parametrize("markdown", HOSTILE)
def test_hostile_articles_are_inert(markdown):
    page = html(markdown)
    tags = re.findall(r"<[a-z][^>]*>", page)
    allowed = re.compile(
        r'<(p|div|a|em|strong|code|pre|h2|br|img)( (href="(https?:|mailto:|/help/|#)[^"]*"|rel="[^"]*"'
        r'|class="(box [a-z]+|box-title|)"|id="s-[^"]*"))*>'
    )
    assert [tag for tag in tags if not allowed.fullmatch(tag)] == []


@given(st.text(alphabet=st.sampled_from("<>/\"'=&#:()[]!`*_~-+|\\ \nascriptonjv\0\u202e{}1.")))
@settings(max_examples=200, deadline=None)
def test_no_text_makes_a_script_or_a_handler(markdown):
    page = html(markdown).lower()
    assert not re.search(r"<(script|iframe|style|form|object|svg)\b", page)
    assert not re.search(r"<[a-z][^>]*\son[a-z]+=", page)
    to_plain(markdown)
