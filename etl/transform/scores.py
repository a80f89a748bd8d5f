"""How alike two titles or two abstracts are, in whole permille, and from where on that says something.

The thresholds were measured on papers of the source; ``docs/quality.md`` has the figures.
"""

from __future__ import annotations

import re
from typing import Final

from rapidfuzz import fuzz

from etl.transform.title_words import CJK

ALIKE: Final = 800
VERY_ALIKE: Final = 900
NEARLY_EQUAL: Final = 950
EQUAL_BUT_FOR_SIGNS: Final = 970
RELATED: Final = 550
"""Unrelated abstracts of one language score 440, and hardly ever 490."""

TITLES_ALIKE: Final = 850
TITLES_RELATED: Final = 600
TITLES_COMPARABLE: Final = 800

UNRELATED_WORDS: Final = 200
"""Common content words in permille; 99 % of pairs of unrelated abstracts of the field have fewer."""
RELATED_WORDS: Final = 300
MOSTLY_COMMON_WORDS: Final = 500

MIN_TELLING_ABSTRACT: Final = 300

MIN_TRUNCATED_ABSTRACT: Final = 150
_MIN_WORD_LENGTH: Final = 4
_CJK_RUN: Final = re.compile(f"[{CJK}]{{2,}}")
_URL: Final = re.compile(r"https?://\S+|www\.\S+")
_FREQUENT_WORDS: Final = """
about achieve achieves across addition additionally also although among approach available based been being best better
between both capabilities challenges code could data dataset datasets demonstrate demonstrates different during each
effective existing experiments first framework from further furthermore have high however improve improves including
information into introduce language large learning many method methods model models more most moreover multiple novel
often only other over paper performance present problem propose proposed recent remains results several show shows
significant significantly specifically state such task tasks than that their them then there these they this those
through training under used using various well were when where which while will with within without work
"""
"""Words that abstracts of the field share whatever they are about."""

_STOP_WORDS: Final = frozenset(_FREQUENT_WORDS.split())


def strip_urls(abstract: str) -> str:
    """Take the URLs out of an abstract: mirrors rewrite them."""
    return _URL.sub(" ", abstract) if "http" in abstract or "www." in abstract else abstract


def score_titles(left: str, right: str) -> int:
    """Likeness of two folded titles in permille: as printed, or with the words in order.

    >>> score_titles("deep sets", "sets deep")
    1000
    """
    return round(10 * max(fuzz.ratio(left, right), fuzz.token_sort_ratio(left, right)))


def score_abstracts(left: str, right: str) -> int:
    """Likeness of two folded abstracts in permille; one that breaks off is compared with as much of the other.

    >>> score_abstracts("one two three", "one two three")
    1000
    """
    shorter, longer = sorted((left, right), key=lambda text: (len(text), text))
    score = fuzz.ratio(shorter, longer)
    if MIN_TRUNCATED_ABSTRACT <= len(shorter) < len(longer):
        # What scores less than the best so far is given up early, and told as 0.
        for part in (longer[: len(shorter)], longer[-len(shorter) :]):
            score = max(score, fuzz.ratio(shorter, part, score_cutoff=score))
    return round(score * 10)


def share_content_words(left: str, right: str) -> int:
    """Count the common content words of two folded abstracts, in permille of the one that has fewer."""
    words, others = _content_words(left), _content_words(right)
    return round(1000 * len(words & others) / max(min(len(words), len(others)), 1))


def _content_words(text: str) -> set[str]:
    """List the words that say what a text is about; pairs of letters where Chinese and Japanese print no spaces."""
    words = {word for word in text.split() if len(word) >= _MIN_WORD_LENGTH and word not in _STOP_WORDS}
    if not _CJK_RUN.search(text):
        return words
    pairs = {run[place : place + 2] for run in _CJK_RUN.findall(text) for place in range(len(run) - 1)}
    return {word for word in words if not _CJK_RUN.search(word)} | pairs
