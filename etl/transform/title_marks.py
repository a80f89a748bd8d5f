"""What tells two nearly equal titles apart: numbers, versions, parts, sizes, number words and negations.

``GPT-3`` and ``GPT-4``, ``Part I`` and ``Part II``, ``7B`` and ``70B``, ``Two`` and ``Three``, ``with`` and
``without``: one such mark that differs weighs more than any likeness of the rest.
"""

from __future__ import annotations

import functools
import re
from itertools import pairwise
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

_ROMAN_NUMERALS: Final = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx"
_ROMAN: Final = {numeral: str(number) for number, numeral in enumerate(_ROMAN_NUMERALS.split(), start=1)}
_CARDINALS: Final = "one two three four five six seven eight nine ten"
_NUMBERS: Final = {word: str(number) for number, word in enumerate(_CARDINALS.split(), start=1)}
_NUMBER_WORDS: Final = frozenset(
    {
        *_NUMBERS, "first", "second", "third", "fourth", "single", "double", "triple", "dual", "half", "hundred",
        "thousand", "million", "billion", "many",
    }
)  # fmt: skip
_NEGATIONS: Final = frozenset({"no", "not", "non", "never", "without", "cannot", "nor", "neither", "free", "un"})
_SIZES: Final = frozenset(
    {
        "nano", "tiny", "mini", "small", "base", "medium", "large", "xl", "xxl", "huge", "giant", "lite", "pro", "max",
        "plus", "ultra", "omni", "turbo", "flash", "next", "preview",
    }
)  # fmt: skip
_OPPOSITES: Final = frozenset(
    {
        "self", "semi", "multi", "online", "offline", "low", "high", "long", "short", "forward", "backward", "open",
        "closed", "linear", "nonlinear", "static", "dynamic", "sparse", "dense", "local", "global",
    }
)  # fmt: skip
MARK_WORDS: Final = _NUMBER_WORDS | _NEGATIONS | _SIZES | _OPPOSITES
"""Words that tell two titles apart, and that are no misspellings of each other."""

PART_LABELS: Final = frozenset(
    {
        "part", "volume", "vol", "chapter", "version", "phase", "stage", "level", "episode", "track", "task", "series",
        "book", "act", "appendix", "часть", "teil", "partie", "parte",
    }
)  # fmt: skip
_COUNTING_SIGNS: Final = re.compile("[一二三四五六七八九十上中下]")
"""Chinese and Japanese for 1 to 10, and for the first, middle and last of three parts."""

_SIGNED: Final = re.compile("[^+#]+[+#]+|[+#]{2,}")
_DIGITS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*[a-z]?")


class Marks(NamedTuple):
    """The marks of a title: its numbers in order, its number words, and its sizes, negations and opposites."""

    numbers: tuple[str, ...]
    number_words: frozenset[str]
    signs: frozenset[str]


@functools.lru_cache(maxsize=1 << 16)  # a title is compared with several others
def find_marks(folded_title: str) -> Marks:
    """Find the marks of a folded title (see ``etl.transform.keys.fold_text``).

    >>> find_marks("gpt 4 part ii without two 7b models in c++").numbers
    ('2', '4', '7b', 'c++')
    """
    words = folded_title.split()
    numbers = [match for word in words for match in _DIGITS.findall(word)]
    numbers += [word for word in words if _SIGNED.fullmatch(word)]
    numbers += _COUNTING_SIGNS.findall(folded_title)
    for before, word in zip(["", *words], words, strict=False):
        if word in _ROMAN and (before in PART_LABELS or len(word) > 1):
            numbers.append(_ROMAN[word])
        elif before in PART_LABELS and len(word) == 1 and not word.isdigit():
            numbers.append(word)
    negated = {"not"} if any(before.endswith("n") for before, word in pairwise(words) if word == "t") else set()
    signs = (_NEGATIONS | _SIZES | _OPPOSITES) & set(words)
    return Marks(tuple(sorted(numbers)), _NUMBER_WORDS & set(words), signs | negated)


def numbers_differ(left: Marks, right: Marks) -> bool:
    """Tell whether two titles have other numbers, versions or parts; ``Two`` is 2.

    >>> numbers_differ(find_marks("two agents"), find_marks("2 agents"))
    False
    """
    if left.numbers == right.numbers:
        return False
    spelled = [
        sorted((*marks.numbers, *(_NUMBERS[word] for word in marks.number_words if word in _NUMBERS)))
        for marks in (left, right)
    ]
    return spelled[0] != spelled[1]


def number_words_differ(left: Marks, right: Marks, left_title: str, right_title: str) -> bool:
    """Tell whether two titles have other number words, where a digit says the same as a word."""
    lefts, rights = (
        frozenset(word for word in marks.number_words if _NUMBERS.get(word) not in others.numbers)
        for marks, others in ((left, right), (right, left))
    )
    return words_differ(lefts, rights, left_title, right_title)


def words_differ(left: frozenset[str], right: frozenset[str], left_title: str, right_title: str) -> bool:
    """Tell whether two titles have other mark words; one that the other title merely misspells is no difference.

    >>> words_differ(frozenset({"first"}), frozenset(), "first finish search", "fisrt finish search")
    False
    >>> words_differ(frozenset({"two"}), frozenset({"three"}), "two agents", "three agents")
    True
    """
    return not (_are_misspelt(left - right, right_title) and _are_misspelt(right - left, left_title))


def _are_misspelt(marks: frozenset[str], other_title: str) -> bool:
    words = [word for word in other_title.split() if word not in MARK_WORDS]
    return all(any(OSA.distance(mark, word) <= 1 for word in words) for mark in marks)
