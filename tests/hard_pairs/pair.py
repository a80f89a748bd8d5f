"""What a hard pair is, and which half of the papers it belongs to."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

Row = dict[str, Any]
"""What identity reads of a listing: title, abstract, month, day, year, author_count."""

Two = tuple[Row, Row]
Change = Callable[[Row, random.Random], "Two | None"]
"""Makes two prints of one paper from a record; None where the record gives no occasion for it."""

Recipe = Callable[[Sequence[Row], random.Random], Iterator[Two]]
"""Makes pairs of different papers from records."""


class Pair(NamedTuple):
    family: str
    left: Row
    right: Row
    is_same: bool


def is_held_out(record: Row) -> bool:
    """Tell which half a paper is of: rules and thresholds are fixed on one half, figures are taken from the other."""
    return hashlib.blake2b(record["title"].encode(), digest_size=1).digest()[0] % 2 == 1


def with_title(row: Row, left: str, right: str) -> Two:
    return row | {"title": left}, row | {"title": right}


def with_abstract(row: Row, abstract: str, **rest: object) -> Two:
    return row, row | {"abstract": abstract, **rest}


def without_footer(row: Row) -> Row:
    return row | {"month": None, "day": None, "year": None, "author_count": None}


def on_other_day(row: Row, rng: random.Random) -> Row:
    """Print another day, at least four weeks away, and another author count."""
    month = (row["month"] - 1 + rng.randrange(2, 11)) % 12 + 1
    return row | {"month": month, "day": rng.randrange(1, 29), "author_count": (row["author_count"] or 1) + 3}


def like_on_other_day(other: Row, row: Row, rng: random.Random) -> Row:
    """Print another record, on another day than a row's and with another author count."""
    elsewhere = on_other_day(row, rng)
    return other | {name: elsewhere[name] for name in ("month", "day", "year", "author_count")}
