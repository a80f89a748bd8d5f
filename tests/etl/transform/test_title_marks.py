from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.title_marks import Marks, find_marks, number_words_differ, numbers_differ, words_differ


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
        ("ladders ii the fall", ("2",)),
        ("ladders part b", ("b",)),
        ("lora+ for c++", ("c++", "lora+")),
        ("ladders ++", ("++",)),
        ("梯子的力学 上", ("上",)),
        ("梯子二", ("二",)),
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


@pytest.mark.parametrize(
    ("left", "right", "differ"),
    [
        ("two agents", "2 agents", False),
        ("two agents", "3 agents", True),
        ("part one", "part two", True),
        ("gpt 3", "gpt 4", True),
        ("ladders", "ladders 2024", True),
        ("one model of 7b", "1 model of 7b", False),
    ],
)
def test_a_number_is_the_same_in_words_and_in_digits(left: str, right: str, differ: bool):  # noqa: FBT001
    marks = find_marks(left), find_marks(right)
    assert (numbers_differ(*marks) or number_words_differ(*marks, left, right)) is differ
    assert (numbers_differ(*reversed(marks)) or number_words_differ(*reversed(marks), right, left)) is differ


def test_a_short_form_of_not_is_a_negation():
    assert "not" in find_marks("ladders don t hold").signs
    assert "not" not in find_marks("ladders t").signs


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
    assert numbers_differ(marks, others) == numbers_differ(others, marks)
