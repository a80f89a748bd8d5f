"""The odds that a page was captured in a certain year, from what its cards print.

The source prints no year for the calendar year of the capture, and one for every other year. So the capture's year is
later than every printed one; how much later is a matter of odds. The numbers were measured on pages of the source.
Everything is exact arithmetic on whole numbers, so that no machine and no order of pages decides differently.
"""

from __future__ import annotations

import calendar
import datetime as dt
from fractions import Fraction
from typing import Final, NamedTuple

FIRST_YEAR: Final = 2023
"""The source's pages began in this year."""

MAX_YEARS_AHEAD: Final = 5
"""Candidate years after the first possible one; later ones have no weight worth counting."""

REQUIRED_ODDS: Final = 99
"""Odds to one against all other years together that a year must have to be inferred."""

MIN_YEARLESS_CARDS: Final = 3
MANY_DATED_CARDS: Final = 50
"""With fewer year-less cards than the first, at least so many cards with a printed year are needed."""

_NO_CARD_OF_LAST_YEAR: Final = Fraction(4, 5)
_LEAST_WEIGHT: Final = Fraction(1, 1000)
_WEEKEND_HEADER: Final = Fraction(1, 100)
_MAX_WEEKDAY_FACTOR: Final = 5
_WEEKDAY_PERMILLE: Final = (204, 179, 178, 194, 107, 43, 97)
"""How often papers are published on Monday to Sunday."""


class PageFacts(NamedTuple):
    """What one page says about its year; days are (month, day).

    ``dated_cards`` counts the cards that print a year, ``yearless_days`` are the days of those that print none, sorted.
    """

    header_day: tuple[int, int] | None
    dated_cards: int
    latest_printed_year: int | None
    yearless_days: tuple[tuple[int, int], ...]


class Verdict(NamedTuple):
    """The likeliest year and its odds to one, rounded down; ``is_decided`` says whether they suffice."""

    year: int
    odds: int
    is_decided: bool


def weigh_years(pages: list[PageFacts], *, not_before: int) -> Verdict | None:
    """Weigh the years in which all of these pages, which share a year, can have been captured.

    ``not_before`` is the first year that other evidence allows.
    Errors: none; None where no page prints a year on any card, or no candidate year fits the days printed.

    >>> page = PageFacts((10, 29), 30, 2024, ((10, 28), (10, 27), (10, 24)))
    >>> weigh_years([page], not_before=2023)
    Verdict(year=2025, odds=2296, is_decided=True)
    """
    dated = [page for page in pages if page.latest_printed_year is not None]
    if not dated:
        return None
    first = max(FIRST_YEAR, not_before, *(page.latest_printed_year + 1 for page in dated if page.latest_printed_year))
    weights = {year: _weigh(pages, year, first) for year in range(first, first + MAX_YEARS_AHEAD + 1)}
    total = sum(weights.values())
    best = max(weights, key=lambda year: (weights[year], -year))
    if not weights[best]:
        return None
    rest = total - weights[best]
    odds = int(weights[best] / rest) if rest else 10**6
    skips_years = first > max(page.latest_printed_year + 1 for page in dated if page.latest_printed_year)
    yearless = sum(len(page.yearless_days) for page in pages)
    enough_cards = yearless >= MIN_YEARLESS_CARDS or sum(page.dated_cards for page in dated) >= MANY_DATED_CARDS
    # A page that skips years for sure may skip any number of them: then the odds say nothing.
    return Verdict(best, odds, odds >= REQUIRED_ODDS and enough_cards and not skips_years)


def _weigh(pages: list[PageFacts], year: int, first: int) -> Fraction:
    """Weight of a capture year: the page skips all years from its latest printed one to this, on these weekdays."""
    weight = Fraction(1)
    for page in pages:
        days = page.yearless_days if page.header_day is None else (*page.yearless_days, page.header_day)
        if any(not is_day(year, *day) for day in days):
            return Fraction(0)
        if page.latest_printed_year is not None:
            skipped = year - page.latest_printed_year - 1
            weight *= max(_NO_CARD_OF_LAST_YEAR**page.dated_cards, _LEAST_WEIGHT) ** skipped
        if page.header_day is not None:
            weight *= _WEEKEND_HEADER if dt.date(year, *page.header_day).weekday() >= calendar.SATURDAY else 1
    yearless_days = [day for page in pages for day in page.yearless_days]
    return weight * _compare_weekdays(yearless_days, year, first)


def _compare_weekdays(days: list[tuple[int, int]], year: int, first: int) -> Fraction:
    """How much likelier the year-less days' weekdays are in this year than in the first one, within a factor of 5."""
    ratio = Fraction(1)
    for day in days:
        if is_day(first, *day):
            here, there = (dt.date(at, *day).weekday() for at in (year, first))
            ratio *= Fraction(_WEEKDAY_PERMILLE[here], _WEEKDAY_PERMILLE[there])
    return min(max(ratio, Fraction(1, _MAX_WEEKDAY_FACTOR)), Fraction(_MAX_WEEKDAY_FACTOR))


def is_day(year: int, month: int, day: int) -> bool:
    """Tell whether the calendar has this day."""
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]  # noqa: PLR2004 - months of a year
