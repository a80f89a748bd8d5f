"""What tells two nearly equal titles apart: numbers, versions, parts, sizes, number words and negations.

``GPT-3`` and ``GPT-4``, ``Part I`` and ``Part II``, ``7B`` and ``70B``, ``Two`` and ``Three``, ``with`` and
``without``: one such mark that differs weighs more than any likeness of the rest.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

_ROMAN: Final = {
    numeral: str(number)
    for number, numeral in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"), start=1)
}
_NUMBER_WORDS: Final = frozenset(
    {
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "first", "second", "third",
        "fourth", "single", "double", "triple", "dual", "half", "hundred", "thousand", "million", "billion",
    }
)  # fmt: skip
_NEGATIONS: Final = frozenset({"no", "not", "non", "never", "without", "cannot", "nor", "neither", "free", "un"})
_SIZES: Final = frozenset(
    {
        "nano", "tiny", "mini", "small", "base", "medium", "large", "xl", "xxl", "huge", "giant", "lite", "pro", "max",
        "plus", "ultra", "omni", "turbo", "flash", "next", "preview",
    }
)  # fmt: skip
_PART_LABELS: Final = frozenset({"part", "volume", "vol", "chapter", "version", "phase", "stage", "level", "episode"})
_DIGITS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*[a-z]?")


class Marks(NamedTuple):
    """The marks of a title: its numbers in order, its number words, and its sizes and negations."""

    numbers: tuple[str, ...]
    number_words: frozenset[str]
    signs: frozenset[str]


def find_marks(folded_title: str) -> Marks:
    """Find the marks of a folded title (see ``etl.transform.keys.fold_text``).

    >>> find_marks("gpt 4 part ii without two 7b models").numbers
    ('2', '4', '7b')
    """
    words = folded_title.split()
    numbers = [match for word in words for match in _DIGITS.findall(word)]
    numbers += [
        _ROMAN[word]
        for before, word in zip(["", *words], words, strict=False)
        if word in _ROMAN and (before in _PART_LABELS or (len(word) > 1 and word == words[-1]))
    ]
    return Marks(tuple(sorted(numbers)), _NUMBER_WORDS & set(words), (_NEGATIONS | _SIZES) & set(words))


def words_differ(left: frozenset[str], right: frozenset[str], left_title: str, right_title: str) -> bool:
    """Tell whether two titles have other mark words; one that the other title merely misspells is no difference.

    >>> words_differ(frozenset({"first"}), frozenset(), "first finish search", "fisrt finish search")
    False
    >>> words_differ(frozenset({"two"}), frozenset({"three"}), "two agents", "three agents")
    True
    """
    return not (_are_misspelt(left - right, right_title) and _are_misspelt(right - left, left_title))


def _are_misspelt(marks: frozenset[str], other_title: str) -> bool:
    known = _NUMBER_WORDS | _NEGATIONS | _SIZES
    words = [word for word in other_title.split() if word not in known]
    return all(any(OSA.distance(mark, word) <= 1 for word in words) for mark in marks)
