"""What identity sees of a candidate, and what comes of comparing two.

Dates compare as printed: years are inferred from twins, so they must not make them.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from etl.transform.scores import ALIKE, RELATED, TITLES_ALIKE

MAX_DAYS_APART: Final = 2
_LEAP_YEAR: Final = 2024
_DAYS_OF_LEAP_YEAR: Final = 366

Day = tuple[int, int, "int | None"]


class Observation(NamedTuple):
    """What the listings of one candidate paper print, as far as identity looks at it.

    ``title`` and ``abstract`` are folded (``etl.transform.keys.fold_text``), the abstract None where none was printed;
    ``name`` is the folded part of the title before its colon, or all of it;
    ``dates`` are (month, day, year or None) as printed;
    ``core`` is the folded title without notes in brackets at its edges, None where it has none; ``is_cut`` says whether
    it ends with an ellipsis.
    """

    title_key: str
    title: str
    name: str
    abstract: str | None
    dates: frozenset[Day]
    author_counts: frozenset[int]
    core: str | None = None
    is_cut: bool = False


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


def count_days_apart(left: Observation, right: Observation) -> int | None:
    """Count the days between the closest printed dates, whatever the year where one prints none; None if unknown."""
    gaps = [_days_between(one, other) for one in left.dates for other in right.dates]
    return min(gaps, default=None)


def counts_agree(left: Observation, right: Observation) -> bool | None:
    """Tell whether any printed author counts are equal; None where either prints none."""
    if not (left.author_counts and right.author_counts):
        return None
    return bool(left.author_counts & right.author_counts)


def _days_between(left: Day, right: Day) -> int:
    """Count the days between two printed dates; without both years, in whatever year they come closest."""
    years = (left[2], right[2]) if left[2] and right[2] else (_LEAP_YEAR, _LEAP_YEAR)
    gap = abs((dt.date(years[0], *left[:2]) - dt.date(years[1], *right[:2])).days)
    return gap if left[2] and right[2] else min(gap, _DAYS_OF_LEAP_YEAR - gap)
