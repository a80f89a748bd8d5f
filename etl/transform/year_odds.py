"""The odds that a page was captured in a certain year, from what its cards print.

The source prints no year for the calendar year of the capture, and one for every other year. So the capture's year is
later than every printed one; how much later is a matter of odds. The numbers were measured on pages of the source.
Evidence is counted in whole numbers and weighed in decimal logarithms, which come out alike on every machine, in any
order of pages, and for any number of them.

Pages that share a year can be copies of each other, so it is papers and days that count, each once, not pages.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
from array import array
from collections import Counter
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST_YEAR: Final = 2023
"""The source's pages began in this year."""

MAX_YEARS_AHEAD: Final = 5
"""Candidate years after the first possible one; later ones have no weight worth counting."""

REQUIRED_ODDS: Final = 99
"""Odds to one against all other years together that a year must have to be inferred."""

MIN_YEARLESS_CARDS: Final = 3
MANY_DATED_CARDS: Final = 50
"""With fewer year-less cards than the first, at least so many cards with a printed year are needed; with none of them
nothing is decided: a page of old papers alone says nothing of the year it was captured in."""

MIN_LATEST_CARDS: Final = 2
"""So many papers must print the latest year: a single one may be misprinted, and all hangs on it."""

MAX_PAPERS: Final = MANY_DATED_CARDS
"""Papers by which a page is known; more of one page would decide nothing that these do not."""

_MARK: Final = "I"

_ARITHMETIC: Final = Context(prec=40, Emin=MIN_EMIN, Emax=MAX_EMAX)
"""Rounds correctly, so no library and no machine gives another last digit."""

_NO_CARD_OF_LAST_YEAR: Final = _ARITHMETIC.ln(Decimal("0.8"))
"""Per dated card: how little a page that lists no card of the year before its own is to be expected."""
_LEAST_WEIGHT: Final = _ARITHMETIC.ln(Decimal("0.001"))
_WEEKEND_HEADER: Final = _ARITHMETIC.ln(Decimal("0.01"))
_MAX_WEEKDAY_FACTOR: Final = _ARITHMETIC.ln(Decimal(5))
_MAX_ODDS: Final = 10**6
"""Higher odds are given as these: nobody needs the number."""
_WEEKDAYS: Final = tuple(_ARITHMETIC.ln(Decimal(permille)) for permille in (204, 179, 178, 194, 107, 43, 97))
"""How often papers are published on Monday to Sunday: logarithms of permille."""


class PageFacts(NamedTuple):
    """What one page says about its year; days are (month, day).

    ``dated_cards`` counts the cards that print a year, ``yearless_days`` are the days of those that print none, sorted;
    ``dated_papers`` are marks of the papers that print a year, 4 bytes each, of :data:`MAX_PAPERS` at most;
    ``latest_papers`` those of papers that print the latest one, of :data:`MIN_LATEST_CARDS` at most. A paper has the
    same mark on every page.
    """

    header_day: tuple[int, int] | None
    dated_cards: int
    latest_printed_year: int | None
    yearless_days: tuple[tuple[int, int], ...]
    dated_papers: bytes = b""
    latest_papers: bytes = b""


class Verdict(NamedTuple):
    """The likeliest year and its odds to one, rounded down; ``is_decided`` says whether they suffice."""

    year: int
    odds: int
    is_decided: bool


def weigh_years(pages: list[PageFacts], *, not_before: int) -> Verdict | None:
    """Weigh the years in which all of these pages, which share a year, can have been captured.

    ``not_before`` is the first year that other evidence allows. A copy of a page changes nothing.
    A year that lacks a printed day keeps its weight against the others: a page that is most likely of such a year has
    a misprinted day, and is not of the next leap year.
    Errors: none; None where no page prints a year on any card, or no candidate year fits the days printed.

    >>> papers = mark_papers(range(30))
    >>> page = PageFacts((10, 29), 30, 2024, ((10, 28), (10, 27), (10, 24)), papers, papers[:8])
    >>> weigh_years([page, page], not_before=2023)
    Verdict(year=2025, odds=2296, is_decided=True)
    """
    found = _pool(pages)
    if found is None:
        return None
    first = max(FIRST_YEAR, not_before, found.latest_year + 1)
    candidates = range(first, first + MAX_YEARS_AHEAD + 1)
    weights = {year: _weigh(found, year, first) for year in candidates}
    possible = [year for year in candidates if found.fits(year)]
    if not possible:
        return None
    best = max(possible, key=lambda year: (weights[year], -year))
    rest = Decimal(0)
    for year in sorted(weights.keys() - {best}):
        rest = _ARITHMETIC.add(rest, _ARITHMETIC.exp(_ARITHMETIC.subtract(weights[year], weights[best])))
    odds = min(int(_ARITHMETIC.divide(Decimal(1), rest)), _MAX_ODDS) if rest else _MAX_ODDS
    many_dated = found.dated_papers >= MANY_DATED_CARDS
    yearless = found.yearless_days.total()
    is_misprint = found.latest_papers < MIN_LATEST_CARDS
    is_enough = not is_misprint and (yearless >= MIN_YEARLESS_CARDS or (yearless > 0 and many_dated))
    # A page that skips years for sure may skip any number of them: then the odds say nothing.
    return Verdict(best, odds, odds >= REQUIRED_ODDS and is_enough and first == found.latest_year + 1)


class _Pool(NamedTuple):
    """What pages that share a year say of it together: numbers of distinct papers, up to a bound, and distinct days."""

    latest_year: int
    dated_papers: int
    latest_papers: int
    yearless_days: Counter[tuple[int, int]]
    header_days: frozenset[tuple[int, int]]

    def fits(self, year: int) -> bool:
        """Tell whether the year has all days that are printed without one."""
        return all(is_day(year, *day) for day in (*self.yearless_days, *self.header_days))


def _pool(pages: list[PageFacts]) -> _Pool | None:
    """Put what pages say together, None where no card prints a year.

    Of a day without a year, as many cards count as the page prints that has most of them: no card counts twice.
    """
    latest = max((page.latest_printed_year or 0 for page in pages), default=0)
    if not latest:
        return None
    yearless: Counter[tuple[int, int]] = Counter()
    for page in pages:
        for day, cards in Counter(page.yearless_days).items():
            yearless[day] = max(yearless[day], cards)
    return _Pool(
        latest,
        _count_papers(page.dated_papers for page in pages),
        _count_papers(page.latest_papers for page in pages if page.latest_printed_year == latest),
        yearless,
        frozenset(page.header_day for page in pages if page.header_day is not None),
    )


def mark_papers(numbers: Iterable[int]) -> bytes:
    """Pack marks of papers, whole numbers of 32 bits.

    >>> len(mark_papers([1, 2]))
    8
    """
    return array(_MARK, numbers).tobytes()


def _count_papers(packed: Iterable[bytes]) -> int:
    """Count the distinct marks, up to as many as can make a difference."""
    found: set[int] = set()
    for marks in packed:
        found.update(memoryview(marks).cast(_MARK))
        if len(found) >= MAX_PAPERS:
            return MAX_PAPERS
    return len(found)


def _weigh(found: _Pool, year: int, first: int) -> Decimal:
    """Logarithm of a capture year's weight, whether or not it has all printed days.

    The pages skip all years from the latest printed one to this, and their days fall on these weekdays. Neither papers
    nor headers count for more than a thousand to one: what all pages of a search lack, all its copies lack.
    """
    skipped = year - found.latest_year - 1
    headers = [dt.date(year, *day) for day in found.header_days if is_day(year, *day)]
    weekends = sum(header.weekday() >= calendar.SATURDAY for header in headers)
    parts = (
        skipped * max(found.dated_papers * _NO_CARD_OF_LAST_YEAR, _LEAST_WEIGHT),
        max(weekends * _WEEKEND_HEADER, _LEAST_WEIGHT),
        _compare_weekdays(found.yearless_days, year, first),
    )
    return functools.reduce(_ARITHMETIC.add, parts)


def _compare_weekdays(days: Counter[tuple[int, int]], year: int, first: int) -> Decimal:
    """How much likelier the year-less days' weekdays are in this year than in the first one, within a factor of 5."""
    weekdays: Counter[int] = Counter()
    for day, cards in days.items():
        if is_day(first, *day) and is_day(year, *day):
            weekdays[dt.date(year, *day).weekday()] += cards
            weekdays[dt.date(first, *day).weekday()] -= cards
    ratio = Decimal(0)
    for weekday, weight in enumerate(_WEEKDAYS):
        ratio = _ARITHMETIC.add(ratio, _ARITHMETIC.multiply(weekdays[weekday], weight))
    return min(max(ratio, -_MAX_WEEKDAY_FACTOR), _MAX_WEEKDAY_FACTOR)


def is_day(year: int, month: int, day: int) -> bool:
    """Tell whether the calendar has this day."""
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]  # noqa: PLR2004 - months of a year
