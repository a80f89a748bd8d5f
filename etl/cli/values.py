"""A query's values as text and as what JSON has: nothing is lost, nothing is rounded in silence."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from typing import Any

import pyarrow as pa


def show_value(value: Any) -> str:  # noqa: ANN401 - whatever a query gives
    """Write a value as text: dates as ISO 8601, lists and structs as JSON.

    >>> show_value(dt.date(2025, 3, 11)), show_value(["a", None]), show_value(True), show_value(1.5)
    ('2025-03-11', '["a", null]', 'true', '1.5')
    """
    plain = make_plain(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def make_plain(value: Any) -> Any:  # noqa: ANN401, PLR0911 - whatever a query gives, one case each
    """Make a value of those that JSON has; what it lacks becomes text.

    >>> make_plain(Decimal("7")), make_plain(Decimal("0.1")), make_plain(float("nan")), make_plain(b"a")
    (7, 0.1, 'NaN', '61')
    >>> make_plain({"on": dt.date(2025, 3, 11), "for": pa.MonthDayNano([0, 2, 0])})
    {'on': '2025-03-11', 'for': 'P0M2DT0S'}
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else json.dumps(value)
        case Decimal():
            return _make_number(value)
        case dt.date() | dt.time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case pa.MonthDayNano():
            return f"P{value.months}M{value.days}DT{value.nanoseconds / 1e9:g}S"
        case list() | tuple():
            return [make_plain(item) for item in value]
        case dict():
            return {show_value(key): make_plain(item) for key, item in value.items()}
    return str(value)


def _make_number(value: Decimal) -> int | float | str:
    """Make a number that reads back as the same decimal digits, or text where JSON's numbers are too coarse."""
    if value == value.to_integral_value():
        return int(value)
    number = float(value)
    return number if Decimal(repr(number)) == value else str(value)
