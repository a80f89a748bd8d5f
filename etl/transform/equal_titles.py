"""Two candidates with equal title keys: one paper, unless abstracts, dates and author counts say otherwise."""

from __future__ import annotations

from typing import Final

from etl.transform.scores import (
    ALIKE,
    MIN_TRUNCATED_ABSTRACT,
    MOSTLY_COMMON_WORDS,
    NEARLY_EQUAL,
    RELATED_WORDS,
    UNRELATED_WORDS,
    VERY_ALIKE,
    score_abstracts,
    share_content_words,
)
from etl.transform.title_words import count_words
from etl.transform.verdicts import MAX_DAYS_APART, Observation, Verdict, count_days_apart, counts_agree

FEW_TITLE_WORDS: Final = 3
SOME_TITLE_WORDS: Final = 5


def compare_equal_titles(left: Observation, right: Observation) -> Verdict:
    """Decide whether two candidates with equal title keys are one paper.

    A title alone names different papers (``Editorial``), the more so the fewer words it has.
    """
    days, same_count = count_days_apart(left, right), counts_agree(left, right)
    words = min(count_words(left.title), count_words(right.title))
    if left.abstract is None or right.abstract is None:
        is_same = _title_suffices(words, days, same_count=same_count)
        return Verdict("title_only" if is_same else None, None, 1000, None)
    score = score_abstracts(left.abstract, right.abstract)
    if score >= ALIKE:
        letters = min(len(left.abstract), len(right.abstract))
        veto = _find_equal_title_veto(words, days, score, letters, same_count=same_count)
        return Verdict(None if veto else "exact_title", veto, 1000, score)
    common = share_content_words(left.abstract, right.abstract)
    is_same = _title_and_words_suffice(words, days, common, same_count=same_count)
    if not _are_comparable(left.abstract, right.abstract):
        is_same = is_same or (words > FEW_TITLE_WORDS and days == 0 and same_count is not False)
    return Verdict("exact_title" if is_same else None, None if is_same else "other_abstract", 1000, score)


def _title_suffices(words: int, days: int | None, *, same_count: bool | None) -> bool:
    """Tell whether equal titles are enough where there are no two abstracts to compare."""
    if words <= FEW_TITLE_WORDS:
        return days == 0 or bool(days is None and same_count)
    return days in (0, None) or same_count is not False


def _title_and_words_suffice(words: int, days: int | None, common: int, *, same_count: bool | None) -> bool:
    """Tell whether equal titles are enough over abstracts that are not alike but have words in common."""
    few_words = words <= FEW_TITLE_WORDS
    if common < UNRELATED_WORDS:
        return False
    if days == 0:
        return not few_words or bool(same_count) or common >= MOSTLY_COMMON_WORDS
    if days is not None and days <= MAX_DAYS_APART:
        return common >= MOSTLY_COMMON_WORDS
    return common >= RELATED_WORDS and not few_words and (words > SOME_TITLE_WORDS or days is None)


def _are_comparable(left: str, right: str) -> bool:
    """Tell whether two abstracts could be alike at all: not a note that one was withdrawn, and in one script."""
    shares = [sum(map(str.isascii, text)) / max(len(text), 1) for text in (left, right)]
    return min(len(left), len(right)) >= MIN_TRUNCATED_ABSTRACT and (shares[0] > 0.5) is (shares[1] > 0.5)  # noqa: PLR2004


def _find_equal_title_veto(
    words: int, days: int | None, score: int, letters: int, *, same_count: bool | None
) -> str | None:
    """Find what speaks against one paper though title and abstract agree: short ones are soon alike."""
    if days is None or days <= MAX_DAYS_APART:
        return None
    few_words = words <= FEW_TITLE_WORDS
    if letters < MIN_TRUNCATED_ABSTRACT and (few_words or same_count is False):
        return "other_date"
    enough = NEARLY_EQUAL if few_words else VERY_ALIKE
    return "date_and_count" if score < enough and same_count is False else None
