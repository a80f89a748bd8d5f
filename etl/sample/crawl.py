"""When and how the pages of the invented world were captured: kind and day of each, from its number alone."""

from __future__ import annotations

import datetime as dt
import functools
from enum import Enum
from typing import Final, NamedTuple

from etl.sample.chance import draw, scale

FIRST_DAY: Final = dt.date(2024, 1, 1)
LAST_DAY: Final = dt.date(2026, 12, 31)
DAYS_APART: Final = 170
"""Days from one page to the next, so that few pages already span the years; after the last day it starts again."""

START: Final = 60
JITTER: Final = 21
_SATURDAY: Final = 5


class Kind(Enum):
    """What is special about a page."""

    MIXED = "mixed"
    """Results of a search: papers of many years, some of the page's own."""
    RECENT = "recent"
    """Papers of the page's own year only: not one year is printed."""
    PLAIN = "plain"
    """Captured without footers, and without the heading; no card has a date."""
    MIRROR = "mirror"
    """Captured through a mirror, which put its own host into the URLs."""
    NEW_YEAR = "new_year"
    """Captured in the first days of January: nearly all papers are of last year."""


_KINDS: Final = (
    *(Kind.MIXED, Kind.RECENT, Kind.MIXED, Kind.PLAIN, Kind.MIRROR, Kind.NEW_YEAR, Kind.MIXED, Kind.MIXED),
    *(Kind.MIXED, Kind.RECENT, Kind.MIXED, Kind.MIXED, Kind.MIXED, Kind.MIXED, Kind.PLAIN, Kind.MIXED),
)


class Page(NamedTuple):
    """A captured page; a dump holds one."""

    number: int
    kind: Kind
    page_on: dt.date

    @property
    def name(self) -> str:
        """Name of the dump's file."""
        return f"page-{self.number:06d}.txt"


@functools.lru_cache(maxsize=256)
def plan_page(seed: int, index: int) -> Page:
    """Plan the page of a dump; its day is a working day.

    >>> [str(plan_page(1, index).page_on) for index in range(3)]
    ['2024-03-01', '2024-09-23', '2025-02-12']
    """
    kind = _KINDS[index % len(_KINDS)]
    jitter, january_day = draw(2, seed, "page", index)
    day_count = (LAST_DAY - FIRST_DAY).days + 1
    page_on = FIRST_DAY + dt.timedelta(days=(START + DAYS_APART * index + scale(jitter, JITTER)) % day_count)
    if kind is Kind.NEW_YEAR:
        page_on = dt.date(page_on.year, 1, 2 + january_day % 6)
    elif kind is Kind.RECENT:
        page_on = dt.date(
            page_on.year, 7 + page_on.month % 6, min(page_on.day, 28)
        )  # late enough to have a year of its own to show
    return Page(index, kind, _leave_weekend(page_on))


def _leave_weekend(day: dt.date) -> dt.date:
    """Move a Saturday or Sunday to a working day of the same month."""
    past_friday = day.weekday() - _SATURDAY
    if past_friday < 0:
        return day
    to_monday = day + dt.timedelta(days=2 - past_friday)
    return to_monday if to_monday.month == day.month else day - dt.timedelta(days=past_friday + 1)
