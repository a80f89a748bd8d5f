"""How alike two listings are, and whether that makes them one paper: the rules for equal title keys.

Two of title, abstract, date and author count must agree. Dates compare as printed, since years are inferred from
twins and must not make them.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rapidfuzz import fuzz

MANY_TITLE_WORDS: Final = 6
FEW_TITLE_WORDS: Final = 3
ALIKE: Final = 800
NEARLY_EQUAL: Final = 950
UNRELATED_WORDS: Final = 200
"""Common content words in permille; 99 % of pairs of unrelated abstracts of the field have fewer."""
RELATED_WORDS: Final = 300
MOSTLY_COMMON_WORDS: Final = 500

_MIN_TRUNCATED_LENGTH: Final = 200
_MIN_WORD_LENGTH: Final = 4
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


class Observation(NamedTuple):
    """What the listings of one candidate paper print, as far as identity looks at it.

    ``dates`` are (month, day, year or None) as printed; ``abstract`` is folded text, None where none was printed.
    """

    title_words: int
    abstract: str | None
    dates: frozenset[tuple[int, int, int | None]]
    author_counts: frozenset[int]


def strip_urls(abstract: str) -> str:
    """Take the URLs out of an abstract: mirrors rewrite them."""
    return _URL.sub(" ", abstract)


def score_abstracts(left: str, right: str) -> int:
    """Likeness of two folded abstracts in permille; one that breaks off is compared with as much of the other.

    >>> score_abstracts("one two three", "one two three")
    1000
    """
    shorter, longer = sorted((left, right), key=lambda text: (len(text), text))
    whole = fuzz.ratio(shorter, longer)
    if len(shorter) >= _MIN_TRUNCATED_LENGTH:
        whole = max(whole, fuzz.ratio(shorter, longer[: len(shorter)]))
    return round(whole * 10)


def share_content_words(left: str, right: str) -> int:
    """Count the common content words of two folded abstracts, in permille of the one that has fewer."""
    words, others = _content_words(left), _content_words(right)
    return round(1000 * len(words & others) / max(min(len(words), len(others)), 1))


def dates_agree(left: Observation, right: Observation) -> bool | None:
    """Tell whether any printed dates can be the same day; None where either prints none."""
    if not (left.dates and right.dates):
        return None
    return any(
        (month, day) == (other_month, other_day) and (year == other_year or year is None or other_year is None)
        for month, day, year in left.dates
        for other_month, other_day, other_year in right.dates
    )


def counts_agree(left: Observation, right: Observation) -> bool | None:
    """Tell whether any printed author counts are equal; None where either prints none."""
    if not (left.author_counts and right.author_counts):
        return None
    return bool(left.author_counts & right.author_counts)


def judge_equal_titles(left: Observation, right: Observation) -> tuple[bool, int | None]:
    """Decide whether two candidates with equal title keys are one paper; the score is that of their abstracts."""
    same_date, same_count = dates_agree(left, right), counts_agree(left, right)
    few_words = min(left.title_words, right.title_words) <= FEW_TITLE_WORDS
    if left.abstract is None or right.abstract is None:
        return (bool(same_date or same_count) if few_words else True), None
    score = score_abstracts(left.abstract, right.abstract)
    if score >= ALIKE:
        return not (few_words and score < NEARLY_EQUAL and same_date is False and same_count is False), score
    common = share_content_words(left.abstract, right.abstract)
    if common < UNRELATED_WORDS:
        return False, score
    if same_date:
        return (not few_words or bool(same_count) or common >= MOSTLY_COMMON_WORDS), score
    many_words = min(left.title_words, right.title_words) >= MANY_TITLE_WORDS
    return (common >= RELATED_WORDS and not few_words and (many_words or same_date is None)), score


def _content_words(text: str) -> set[str]:
    return {word for word in text.split() if len(word) >= _MIN_WORD_LENGTH and word not in _STOP_WORDS}
