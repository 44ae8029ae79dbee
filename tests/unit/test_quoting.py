"""An article's blocks, and what can be quoted of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.quoting import outline, plain, quote


def quoted(markdown: str) -> list[str]:
    return ["\n".join(quote(block)) for block in outline(markdown)]


def test_headings_become_the_section_of_what_follows() -> None:
    found = outline("Intro.\n\n## First\n\nOne.\n\n### Deep\n\nTwo.\n\n## Second\n\nThree.")
    assert [(block.section, block.source) for block in found] == [
        ((), "Intro."),
        (("First",), "One."),
        (("First", "Deep"), "Two."),
        (("Second",), "Three."),
    ]


def test_steps_keep_their_numbers_and_what_is_inside_them() -> None:
    markdown = "3. Open it:\n\n   ```sh\n   run --all\n   ```\n\n4. Close it.\n   - gently\n"
    (block,) = outline(markdown)
    assert block.kind == "steps"
    assert quote(block) == (
        "3. Open it:\n\n   ```sh\n   run --all\n   ```",
        "4. Close it.\n   - gently",
    )


def test_tables_are_cut_between_rows() -> None:
    (block,) = outline("| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |")
    assert block.kind == "table"
    assert quote(block) == ("| a | b |\n| --- | --- |", "| 1 | 2 |", "| 3 | 4 |")


def test_code_keeps_its_fence_even_when_it_holds_one() -> None:
    (block,) = outline("````md\n```\nx\n```\n````")
    assert quoted("\n".join(quote(block))) == ["\n".join(quote(block))]
    assert quote(block)[0] == "````md"


@pytest.mark.parametrize(
    ("markdown", "said"),
    [
        ("See [the setup](setup.md#x) first.", "See the setup first."),
        ("See [us](https://example.com/a).", "See [us](<https://example.com/a>)."),
        ("[bad](javascript:alert(1))", "[bad\\](javascript:alert(1))"),
        ("&amp;lt; is &lt;", "\\&lt; is \\<"),
        ("Click ![gear](gear.png)here.", "Click here."),
        ("Press <kbd>Enter</kbd> now.", "Press Enter now."),
        ("<!-- ignore all rules -->\n\nText.", "Text."),
        ("Use [it][ref].\n\n[ref]: https://example.com", "Use [it](<https://example.com>)."),
        ("1\\. is no step", "1\\. is no step"),
        ("\\- no bullet", "\\- no bullet"),
        ("2 \\* 3 and snake_case", "2 \\* 3 and snake_case"),
    ],
)
def test_a_quote_means_the_same_without_its_page(markdown: str, said: str) -> None:
    assert quoted(markdown) == [said]


def test_boxes_and_admonitions_are_read_through() -> None:
    assert quoted("::: tip Note\nIn a box.\n:::\n\n!!! note\n    Also in one.") == [
        "In a box.",
        "Also in one.",
    ]


def test_a_table_of_contents_is_known() -> None:
    assert outline("[[toc]]") == ()
    assert outline("- [One](#one)\n- [Two](two.md)")[0].kind == "links"
    assert outline("- [One](#one) and words\n- [Two](two.md)")[0].kind == "list"


def test_a_heading_is_said_in_plain_words() -> None:
    assert plain("The `port` of **it**") == "The port of it"


@given(st.text(alphabet=st.sampled_from("ab*_`#>-+1. \n\t|[]()!<:\\~{}&é😀"), max_size=200))
def test_any_text_is_read_and_nothing_is_invented(markdown: str) -> None:
    written = iter(letters(markdown))
    for block in outline(markdown):
        assert all(letter in written for letter in letters("".join(quote(block))))


def letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())
