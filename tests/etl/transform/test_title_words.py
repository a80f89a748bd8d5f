from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.title_words import OnlyWords, count_words, find_only_words, is_misspelt, split_words


@pytest.mark.parametrize(
    ("left", "right", "only_left", "only_right"),
    [
        ("deep ladders", "deep ladders", set(), set()),
        ("deep ladders for hindi", "deep ladders for tamil", {"hindi"}, {"tamil"}),
        ("deep data sets", "deep datasets", set(), set()),
        ("fine tuning ladders", "finetuning ladders", set(), set()),
        ("modelling behaviour", "modeling behavior", set(), set()),
        ("deep ladders", "the deep ladders of an age", set(), {"age"}),
        ("deep deep ladders", "deep ladders", {"deep"}, set()),
        ("qwen3 report", "qwen3 omni report", set(), {"omni"}),
        ("gpt4 report", "gpt5 report", {"gpt4"}, {"gpt5"}),
        ("large ladders", "larger ladders", set(), set()),
        ("online ladders", "offline ladders", {"online"}, {"offline"}),
        ("梯子的力学", "梯子的力学研究", set(), {"研", "究"}),
    ],
)
def test_only_words_that_say_something_else_differ(left: str, right: str, only_left: set[str], only_right: set[str]):
    assert find_only_words(left, right) == OnlyWords(frozenset(only_left), frozenset(only_right))


def test_words_are_added_replaced_or_opposite():
    added, replaced = find_only_words("a lamp", "a blue lamp"), find_only_words("a red lamp", "a blue lamp")
    assert not added.are_replaced
    assert not added.are_none
    assert replaced.are_replaced
    assert find_only_words("supervised lamps", "unsupervised lamps").are_opposites
    assert find_only_words("typical lamps", "atypical lamps").are_opposites
    assert not replaced.are_opposites


@pytest.mark.parametrize(
    ("word", "other", "expected"),
    [
        ("ladder", "lader", True),
        ("ladder", "laddre", True),
        ("ladder", "ladden", True),
        ("the", "teh", True),
        ("llm", "llms", True),
        ("glm", "vlm", False),
        ("vl", "vlm", False),
        ("internvl", "internlm", False),
        ("gpt4", "gpt3", False),
        ("two", "too", False),
        ("symmetric", "asymmetric", False),
    ],
)
def test_a_misspelling_is_one_letter(word: str, other: str, expected: bool):  # noqa: FBT001
    assert is_misspelt(word, other) is expected
    assert is_misspelt(other, word) is expected


def test_words_are_counted_as_a_reader_of_english_would():
    assert count_words("deep ladders") == 2
    assert count_words("综述") == 1
    assert count_words("") == 0
    assert split_words("梯子 ladders") == ["梯", "子", "ladders"]


titles = st.lists(
    st.sampled_from(("deep", "data", "sets", "datasets", "lamp", "lamps", "the", "梯", "two", "gpt4")), max_size=6
)


@given(titles.map(" ".join), titles.map(" ".join))
def test_no_order_of_the_titles_matters(left: str, right: str):
    only = find_only_words(left, right)
    assert find_only_words(right, left) == OnlyWords(only.right, only.left)
    assert find_only_words(left, left).are_none
    assert only.left <= set(split_words(left))
