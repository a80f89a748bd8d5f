"""Which words of two titles differ: misspellings, hyphens, spaces and small words aside.

``Modelling Data Sets`` and ``Modeling Datasets`` have the same words; ``... for Hindi`` and ``... for Tamil`` do not.
Chinese and Japanese print no spaces: there, each letter is a word.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz.distance import OSA

from etl.transform.title_marks import MARK_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

CJK: Final = "\u2e80-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_WORD: Final = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
_MIN_MISSPELT_LENGTH: Final = 3
_DIGIT: Final = re.compile("[0-9]")
_OPPOSITES: Final = ("a", "un", "non", "in", "im", "dis", "anti", "semi", "self", "multi")


_FUNCTION_WORDS: Final = frozenset(
    {"a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "or", "the", "their", "to", "via", "we"}
)


class OnlyWords(NamedTuple):
    """The words that only the left one of two titles has, and those that only the right one has."""

    left: frozenset[str]
    right: frozenset[str]

    @property
    def are_none(self) -> bool:
        """Tell whether the titles have the same words."""
        return not (self.left or self.right)

    @property
    def are_replaced(self) -> bool:
        """Tell whether each title has a word that the other has not: words were replaced, not added."""
        return bool(self.left and self.right)

    @property
    def are_opposites(self) -> bool:
        """Tell whether a word of one title is a negated word of the other: ``supervised``, ``unsupervised``."""
        return any(
            longer == f"{prefix}{shorter}"
            for left in self.left
            for right in self.right
            for shorter, longer in ((left, right), (right, left))
            for prefix in _OPPOSITES
        )


def split_words(folded: str) -> list[str]:
    """Split a folded text into words; a Chinese or Japanese letter is one.

    >>> split_words("deep 梯子 nets")
    ['deep', '梯', '子', 'nets']
    """
    return _WORD.findall(folded)


def count_words(folded: str) -> int:
    """Count the words of a folded title as a reader of English would: two Chinese or Japanese letters are one.

    >>> count_words("deep 梯子的力学 nets")
    5
    """
    words = split_words(folded)
    letters = sum(re.match(f"[{CJK}]", word) is not None for word in words)
    return len(words) - letters + (letters + 1) // 2


def find_only_words(left: str, right: str) -> OnlyWords:
    """Find the words that only one of two folded titles has, but for misspelt, joined, cut and small ones.

    >>> find_only_words("modelling data sets for hindi", "modeling datasets for tamil")
    OnlyWords(left=frozenset({'hindi'}), right=frozenset({'tamil'}))
    """
    lefts, rights = split_words(left), split_words(right)
    only_left, only_right = Counter(lefts) - Counter(rights), Counter(rights) - Counter(lefts)
    _drop_joined(only_left, only_right, rights)
    _drop_joined(only_right, only_left, lefts)
    for word in sorted(only_left):
        other = next((other for other in sorted(only_right) if only_right[other] and is_misspelt(word, other)), None)
        if other is not None:
            only_left[word] -= 1
            only_right[other] -= 1
    return OnlyWords(frozenset(+only_left) - _FUNCTION_WORDS, frozenset(+only_right) - _FUNCTION_WORDS)


def is_misspelt(word: str, other: str) -> bool:
    """Tell whether two words differ by one letter, or two that changed places.

    Words of three letters never by another letter: ``GLM`` and ``VLM`` are two things, and so are ``symmetric`` and
    ``asymmetric``. Digits are never misspelt.

    >>> [is_misspelt(*words) for words in (("life", "lief"), ("mem", "mmem"), ("glm", "vlm"), ("gpt4", "gpt3"))]
    [True, True, False, False]
    """
    shortest = min(len(word), len(other))
    if shortest < _MIN_MISSPELT_LENGTH or {word, other} <= MARK_WORDS or _DIGIT.search(word + other):
        return False
    if word == f"a{other}" or other == f"a{word}":
        return False
    is_substituted = len(word) == len(other) and sorted(word) != sorted(other)
    if is_substituted and shortest <= _MIN_MISSPELT_LENGTH:
        return False
    return OSA.distance(word, other, score_cutoff=1) <= 1


def _drop_joined(joined: Counter[str], cut: Counter[str], words: Sequence[str]) -> None:
    """Drop words that the other title prints as two: ``datasets``, ``data sets``."""
    for first, second in pairwise(words):
        if joined[first + second] and cut[first] and cut[second]:
            joined[first + second] -= 1
            cut[first] -= 1
            cut[second] -= 1
