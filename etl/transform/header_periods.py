"""Weeks and months in page headers: ``Week 43, 2025``, ``2025-W43``, ``October 2025``, ``Oct 20 - Oct 26, 2025``."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import Final, NamedTuple

from etl.patterns import MONTH_NAMES

_MONTHS: Final = {name[:3]: number for number, name in enumerate(MONTH_NAMES, start=1)}
_WEEK: Final = re.compile(r"^(?i:week[ \t]+(?P<week>[0-9]{1,2}),?[ \t]+(?P<year>[0-9]{4}))$")
_ISO_WEEK: Final = re.compile(r"^(?P<year>[0-9]{4})-[Ww](?P<week>[0-9]{2})$")
_MONTH: Final = re.compile(r"^(?P<month>[A-Za-z]{3})[a-z]*\.?,?[ \t]+(?P<year>[0-9]{4})$")
_SPAN: Final = re.compile(
    r"^(?P<month>[A-Za-z]{3})[a-z]*\.?[ \t]+(?P<day>[0-9]{1,2})[ \t]*[-\u2013][ \t]*"
    r"(?:(?P<last_month>[A-Za-z]{3})[a-z]*\.?[ \t]+)?(?P<last_day>[0-9]{1,2}),[ \t]*(?P<year>[0-9]{4})$"
)


class Period(NamedTuple):
    """The first and the last day of a header's week or month."""

    first_on: dt.date
    last_on: dt.date


def read_period(header: str | None) -> Period | None:
    """Read a header's week or month; None where it names none, or prints no year.

    >>> read_period("Week 43, 2025")
    Period(first_on=datetime.date(2025, 10, 20), last_on=datetime.date(2025, 10, 26))
    >>> read_period("Dec 29 - Jan 4, 2026")
    Period(first_on=datetime.date(2025, 12, 29), last_on=datetime.date(2026, 1, 4))
    """
    text = (header or "").strip()
    try:
        if match := _WEEK.match(text) or _ISO_WEEK.match(text):
            first = dt.date.fromisocalendar(int(match["year"]), int(match["week"]), 1)
            return Period(first, first + dt.timedelta(days=6))
        if match := _MONTH.match(text):
            year, month = int(match["year"]), _MONTHS[match["month"].lower()]
            return Period(dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1]))
        return _read_span(text)
    except (KeyError, ValueError, OverflowError):  # no such week, month or day
        return None


def _read_span(text: str) -> Period | None:
    match = _SPAN.match(text)
    if match is None:
        return None
    month = _MONTHS[match["month"].lower()]
    last_month = _MONTHS[match["last_month"].lower()] if match["last_month"] else month
    last = dt.date(int(match["year"]), last_month, int(match["last_day"]))
    first = dt.date(last.year - (month > last_month), month, int(match["day"]))
    return Period(first, last) if first <= last else None
