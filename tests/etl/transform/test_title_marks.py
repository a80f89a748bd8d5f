from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.title_marks import Marks, find_marks, words_differ


@pytest.mark.parametrize(
    ("title", "numbers"),
    [
        ("gpt 4", ("4",)),
        ("llama 3.1 70b", ("3.1", "70b")),
        ("part ii of the ladders", ("2",)),
        ("ladders version x", ("10",)),
        ("the ladders iii", ("3",)),
        ("the ladders ii", ("2",)),
        ("the ladders of i", ()),
        ("what i learned", ()),
        ("mix v of models", ()),
        ("4x4 games", ("4", "4x")),
        ("ladders", ()),
    ],
)
def test_numbers_versions_and_roman_parts_are_marks(title: str, numbers: tuple[str, ...]):
    assert find_marks(title).numbers == numbers


def test_number_words_sizes_and_negations_are_marks():
    marks = find_marks("two tiny ladders without single rungs")
    assert marks == Marks((), frozenset({"two", "single"}), frozenset({"tiny", "without"}))


@pytest.mark.parametrize(
    ("left", "right", "differ"),
    [
        ("two agents", "three agents", True),
        ("two agents", "agents", True),
        ("two agents", "two agents", False),
        ("first finish search", "fisrt finish search", False),
        ("first finish search", "frst finish search", False),
        ("three agents", "thre agents", False),
    ],
)
def test_a_mark_that_is_merely_misspelt_is_no_difference(left: str, right: str, differ: bool):  # noqa: FBT001
    marks = [find_marks(title).number_words for title in (left, right)]
    assert words_differ(*marks, left, right) is differ
    assert words_differ(*reversed(marks), right, left) is differ


titles = st.lists(
    st.sampled_from(("two", "three", "first", "no", "large", "small", "agents", "tow", "4", "7b", "part", "ii")),
    max_size=5,
).map(" ".join)


@given(titles, titles)
def test_no_order_of_titles_or_words_matters(left: str, right: str):
    marks, others = find_marks(left), find_marks(right)
    for mine, theirs in ((marks.number_words, others.number_words), (marks.signs, others.signs)):
        assert words_differ(mine, theirs, left, right) == words_differ(theirs, mine, right, left)
    assert not words_differ(marks.signs, marks.signs, left, left)
