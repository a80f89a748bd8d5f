"""How alike two candidates are, and whether that makes them one paper.

Two of title, abstract, date and author count must agree: a title alone names different papers (``Editorial``, the next
version of a model), and so does an abstract (a system and its successor). Dates compare as printed, since years are
inferred from twins and must not make them. All scores are whole permille. The rules were measured on papers of the
source; ``docs/quality.md`` has the figures.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, NamedTuple

from rapidfuzz import fuzz

from etl.transform.title_marks import find_marks, words_differ

FEW_TITLE_WORDS: Final = 3
SOME_TITLE_WORDS: Final = 5

ALIKE: Final = 800
NEARLY_EQUAL: Final = 950
EQUAL_BUT_FOR_SIGNS: Final = 970
RELATED: Final = 400

TITLES_ALIKE: Final = 850
TITLES_RELATED: Final = 600
TITLES_COMPARABLE: Final = 800

UNRELATED_WORDS: Final = 200
"""Common content words in permille; 99 % of pairs of unrelated abstracts of the field have fewer."""
RELATED_WORDS: Final = 300
MOSTLY_COMMON_WORDS: Final = 500

MIN_TELLING_ABSTRACT: Final = 300
MAX_DAYS_APART: Final = 2

_MIN_TRUNCATED_LENGTH: Final = 200
_MIN_WORD_LENGTH: Final = 4
_MIN_PART_WORDS: Final = 2
_LEAP_YEAR: Final = 2024
_DAYS_OF_LEAP_YEAR: Final = 366
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

Day = tuple[int, int, "int | None"]


class Observation(NamedTuple):
    """What the listings of one candidate paper print, as far as identity looks at it.

    ``title`` and ``abstract`` are folded (``etl.transform.keys.fold_text``), the abstract None where none was printed;
    ``name`` is the folded part of the title before its colon, or all of it;
    ``dates`` are (month, day, year or None) as printed.
    """

    title_key: str
    title: str
    name: str
    abstract: str | None
    dates: frozenset[Day]
    author_counts: frozenset[int]


class Verdict(NamedTuple):
    """What came of comparing two candidates: the ``rule`` that makes them one paper, or the ``veto`` that forbids it.

    With neither they are merely not alike enough. The scores are in permille, that of the abstracts None where one
    has none.
    """

    rule: str | None
    veto: str | None
    title_score: int
    abstract_score: int | None

    @property
    def is_near_miss(self) -> bool:
        """Tell whether the two are so alike that a person may want to look."""
        alike = self.title_score >= TITLES_ALIKE and self.abstract_score is not None and self.abstract_score >= RELATED
        return self.rule is None and (alike or (self.abstract_score or 0) >= ALIKE)


def compare(left: Observation, right: Observation) -> Verdict:
    """Decide whether two candidates are one paper; the order of the two does not matter.

    Source: docs/architecture.md#identity
    """
    if left.title_key == right.title_key:
        return _compare_equal_titles(left, right)
    return _compare_other_titles(left, right)


def strip_urls(abstract: str) -> str:
    """Take the URLs out of an abstract: mirrors rewrite them."""
    return _URL.sub(" ", abstract)


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
    whole = fuzz.ratio(shorter, longer)
    if len(shorter) >= _MIN_TRUNCATED_LENGTH:
        whole = max(whole, fuzz.ratio(shorter, longer[: len(shorter)]))
    return round(whole * 10)


def share_content_words(left: str, right: str) -> int:
    """Count the common content words of two folded abstracts, in permille of the one that has fewer."""
    words, others = _content_words(left), _content_words(right)
    return round(1000 * len(words & others) / max(min(len(words), len(others)), 1))


def count_days_apart(left: Observation, right: Observation) -> int | None:
    """Count the days between the closest printed dates, whatever the year where one prints none; None if unknown."""
    gaps = [_days_between(one, other) for one in left.dates for other in right.dates]
    return min(gaps, default=None)


def counts_agree(left: Observation, right: Observation) -> bool | None:
    """Tell whether any printed author counts are equal; None where either prints none."""
    if not (left.author_counts and right.author_counts):
        return None
    return bool(left.author_counts & right.author_counts)


def _compare_equal_titles(left: Observation, right: Observation) -> Verdict:
    days, same_count = count_days_apart(left, right), counts_agree(left, right)
    words = min(len(left.title.split()), len(right.title.split()))
    few_words = words <= FEW_TITLE_WORDS
    if left.abstract is None or right.abstract is None:
        speaks_against = days not in (0, None) and same_count is False
        is_same = bool(days == 0 or same_count) if few_words else not speaks_against
        return Verdict("title_only" if is_same else None, None, 1000, None)
    score = score_abstracts(left.abstract, right.abstract)
    if score >= ALIKE:
        is_other = few_words and score < NEARLY_EQUAL and days not in (0, None) and same_count is False
        return Verdict(None if is_other else "exact_title", "date_and_count" if is_other else None, 1000, score)
    common = share_content_words(left.abstract, right.abstract)
    if common < UNRELATED_WORDS:
        return Verdict(None, "other_abstract", 1000, score)
    if days == 0:
        is_same = not few_words or bool(same_count) or common >= MOSTLY_COMMON_WORDS
    else:
        is_same = common >= RELATED_WORDS and not few_words and (words > SOME_TITLE_WORDS or days is None)
    return Verdict("exact_title" if is_same else None, None if is_same else "other_abstract", 1000, score)


def _compare_other_titles(left: Observation, right: Observation) -> Verdict:
    titles = score_titles(left.title, right.title)
    if left.abstract is None or right.abstract is None:
        return Verdict(None, None, titles, None)
    score = score_abstracts(left.abstract, right.abstract)
    days = count_days_apart(left, right)
    is_part = _is_part(left.title, right.title)
    veto = _find_veto(left, right, titles, score, days, is_part=is_part)
    rule = None if veto else _find_rule(left, right, titles, score, days, is_part=is_part)
    return Verdict(rule, veto if rule is None else None, titles, score)


def _find_veto(  # noqa: PLR0913 - what is known of a pair
    left: Observation, right: Observation, titles: int, score: int, days: int | None, *, is_part: bool
) -> str | None:
    """Find what speaks against one paper however alike the two are."""
    marks, others = find_marks(left.title), find_marks(right.title)
    if days is not None and days > MAX_DAYS_APART:
        return "other_date"
    drops_subtitle = left.title == right.name or right.title == left.name
    if marks.numbers != others.numbers and not (drops_subtitle and score >= NEARLY_EQUAL):
        return "other_number"
    both = (left.title, right.title)
    if titles >= TITLES_COMPARABLE and words_differ(marks.number_words, others.number_words, *both):
        return "other_number"
    is_longer = is_part or drops_subtitle
    if score < EQUAL_BUT_FOR_SIGNS and not is_longer and words_differ(marks.signs, others.signs, *both):
        return "other_sign"
    return None


def _find_rule(  # noqa: PLR0913 - what is known of a pair
    left: Observation, right: Observation, titles: int, score: int, days: int | None, *, is_part: bool
) -> str | None:
    """Find the rule that makes two candidates with other titles one paper."""
    if score >= ALIKE:
        if is_part or (left.name == right.name and (days == 0 or score >= NEARLY_EQUAL)):
            return "subtitle"
        if titles >= TITLES_ALIKE:
            return "near_title"
    if score >= NEARLY_EQUAL:
        if titles >= TITLES_RELATED:
            return "near_title"
        is_telling = min(len(left.abstract or ""), len(right.abstract or "")) >= MIN_TELLING_ABSTRACT
        if is_telling and days == 0 and counts_agree(left, right):
            return "same_abstract"
    is_edited = days == 0 and titles >= TITLES_ALIKE and score >= RELATED
    if is_edited and share_content_words(left.abstract or "", right.abstract or "") >= MOSTLY_COMMON_WORDS:
        return "near_title"
    return None


def _is_part(left: str, right: str) -> bool:
    """Tell whether one title is the other with something before or behind it."""
    shorter, longer = sorted((left, right), key=len)
    return shorter.count(" ") + 1 >= _MIN_PART_WORDS and f" {shorter} " in f" {longer} "


def _days_between(left: Day, right: Day) -> int:
    """Count the days between two printed dates; without both years, in whatever year they come closest."""
    years = (left[2], right[2]) if left[2] and right[2] else (_LEAP_YEAR, _LEAP_YEAR)
    gap = abs((dt.date(years[0], *left[:2]) - dt.date(years[1], *right[:2])).days)
    return gap if left[2] and right[2] else min(gap, _DAYS_OF_LEAP_YEAR - gap)


def _content_words(text: str) -> set[str]:
    return {word for word in text.split() if len(word) >= _MIN_WORD_LENGTH and word not in _STOP_WORDS}
