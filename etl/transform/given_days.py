"""Days that users give to pages, held against what the pages print."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from etl.transform.turn_of_year import EARLY_JANUARY, is_behind, is_turn_of_year
from etl.transform.year_odds import is_day

if TYPE_CHECKING:
    from etl.transform.page_facts import PageEvidence

TIME_ZONE: dt.timedelta = dt.timedelta(days=1)
"""A publication day and a page's day can be told in two time zones."""

CAPTURE_LAG: dt.timedelta = dt.timedelta(days=7)
"""A day in a name can be the one on which the page was saved: so long after the page's own day."""


class GivenDay(NamedTuple):
    """What a given day comes to: the page's day, years said of its year-less cards, and what contradicts it.

    With ``objections`` and no day, the given day is not taken.
    """

    page_on: dt.date | None = None
    capture_years: frozenset[int] = frozenset()
    objections: tuple[str, ...] = ()


def read_given_day(page: PageEvidence) -> GivenDay:
    """Take the day that was given to a page, if one alone agrees with what the page prints."""
    if not page.given_on:
        return GivenDay()
    objections = {day: _object(page, day) for day in page.given_on}
    told = tuple(f"given as {day}, but {objection}" for day, objection in objections.items() if objection)
    agreed = [day for day, objection in objections.items() if objection is None]
    taken = {_take(page, day, told) for day in agreed}
    if len(taken) > 1:
        days = " and as ".join(map(str, agreed))
        return GivenDay(None, frozenset(day.year for day in agreed), (*told, f"given as {days}"))
    return taken.pop() if taken else GivenDay(objections=told)


def _take(page: PageEvidence, day: dt.date, told: tuple[str, ...]) -> GivenDay:
    header = page.facts.header_day
    if _is_capture(page, day) and header is not None:
        return GivenDay(dt.date(day.year, *header), frozenset({day.year}), told)
    if header is not None and (day.month, day.day) != header:
        return GivenDay(
            dt.date(day.year - 1, *header), frozenset({day.year}), told
        )  # early January over a header of December
    return GivenDay(day, frozenset() if is_behind(page) else frozenset({day.year}), told)


def _object(page: PageEvidence, day: dt.date) -> str | None:
    """Say what the page prints that the day contradicts; None if nothing."""
    header, facts, is_turn = page.facts.header_day, page.facts, is_turn_of_year(page)
    is_after_turn = is_turn and (day.month, day.day) <= EARLY_JANUARY
    if header is not None and (day.month, day.day) != header and not (is_after_turn or _is_capture(page, day)):
        return f"the header's day is {header[0]:02}-{header[1]:02}"
    if page.header_year and page.header_year != day.year - is_after_turn:
        return f"the header's year is {page.header_year}"
    if page.period is not None and not page.period.first_on <= day <= page.period.last_on:
        return f"the header's days are {page.period.first_on} to {page.period.last_on}"
    latest = facts.latest_printed_year
    if latest is not None and latest >= day.year + (is_turn and not is_after_turn):
        return f"a card prints {latest}"
    if page.latest_known_on is not None and page.latest_known_on > day + TIME_ZONE:
        return f"a paper on it is of {page.latest_known_on}"
    return _object_to_cards(page, day) if facts.yearless_days and not is_turn else None


def _is_capture(page: PageEvidence, day: dt.date) -> bool:
    """Tell whether a day is from a name, and a few days after the header's in the same year."""
    header = page.facts.header_day
    if day not in page.named_on or header is None or not is_day(day.year, *header):
        return False
    return dt.timedelta(0) < day - dt.date(day.year, *header) <= CAPTURE_LAG


def _object_to_cards(page: PageEvidence, day: dt.date) -> str | None:
    month, number = page.facts.yearless_days[-1]
    leap_year = 2024
    is_later = dt.date(leap_year, month, number) > dt.date(leap_year, day.month, day.day) + TIME_ZONE
    return f"a card without a year is of {month:02}-{number:02}" if is_later else None
