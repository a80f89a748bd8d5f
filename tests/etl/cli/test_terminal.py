"""Text that is safe to show, and tables that line up."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.cli.terminal import render_table
from etl.escape import escape_text

ANY_TEXT = st.text(st.characters(blacklist_categories=[]))


@given(ANY_TEXT)
def test_no_text_keeps_a_character_that_steers(text: str):
    safe = escape_text(text)
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in safe)
    assert not any(unicodedata.bidirectional(character) in {"RLO", "LRO", "RLE", "LRE", "PDF"} for character in safe)
    assert escape_text(safe) == safe


@pytest.mark.parametrize("text", ["", "Ωμέγα", "日本語", "👩\u200d💻", "\u05d0\u05d1", "a\\nb"])
def test_text_that_steers_nothing_stays(text: str):
    assert escape_text(text) == text


@given(st.lists(st.lists(ANY_TEXT, min_size=2, max_size=2), max_size=5), st.integers(10, 60))
def test_a_table_has_one_line_for_each_row_whatever_the_cells_hold(rows: list[list[str]], width: int):
    assert render_table(["a", "b"], rows, width=width).count("\n") == len(rows) + 1


def test_wide_characters_take_two_columns():
    assert render_table(["a", "b"], [["日本", "x"], ["ab", "y"]]).splitlines()[2:] == ["日本  x", "ab    y"]


def test_the_widest_columns_are_squeezed_first():
    text = render_table(["id", "abstract"], [["12345678", "x" * 100]], width=40)
    assert text.splitlines()[2] == "12345678  " + "x" * 29 + "…"


def test_a_column_is_never_squeezed_to_nothing():
    lines = render_table(["a" * 30, "b" * 30], [["x", "y"]], width=5).splitlines()
    assert lines[0] == "aaaaa…  bbbbb…"


def test_the_last_column_wraps_where_that_is_wanted():
    text = render_table(["name", "meaning"], [["a", "one two three four five"]], width=16, wrap_last=True)
    assert text.splitlines()[2:] == ["a     one two", "      three four", "      five"]


def test_an_empty_cell_that_may_wrap_is_a_line():
    assert render_table(["name", "meaning"], [["a", ""]], wrap_last=True).splitlines()[2:] == ["a"]


def test_a_table_without_headings_has_rows_alone():
    assert render_table([], [["a", "1"], ["b", "10"]], right={1}) == "a   1\nb  10"
