"""Pages as the source would print them, of real publication days, and the true year of each."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from etl.transform.years import date_pages

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

Record = dict[str, Any]

FIRST_PAGE_ON: Final = dt.date(2024, 9, 1)
PAGES_LAST: Final = 720
"""Days from the first page to the last."""
MISPRINTS: Final = 200
"""One card in so many prints a year that is one off, where pages are damaged."""

PAGE_SCHEMA: Final = {"dump_id": pl.String, "page_number": pl.Int32, "header_date_line": pl.String}
CARD_SCHEMA: Final = {
    "dump_id": pl.String,
    "page_number": pl.Int32,
    "group_id": pl.String,
    "month": pl.Int8,
    "day": pl.Int8,
    "year": pl.Int16,
}


class Pages(NamedTuple):
    """Pages, their cards, and the true year of each dump."""

    pages: pl.DataFrame
    cards: pl.DataFrame
    truth: pl.DataFrame


class YearScore(NamedTuple):
    """How many pages were dated right, dated wrong, and left undecided."""

    right: int
    wrong: int
    undecided: int


def _draw_day(rng: random.Random) -> dt.date:
    return _to_weekday(FIRST_PAGE_ON + dt.timedelta(days=rng.randrange(PAGES_LAST)))


def _draw_turn_of_year(rng: random.Random) -> dt.date:
    return _to_weekday(dt.date(rng.choice((2024, 2025)), 12, 26) + dt.timedelta(days=rng.randrange(13)))


def _to_weekday(day: dt.date) -> dt.date:
    """Move a weekend to its Monday: the source's pages are of weekdays."""
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)  # noqa: PLR2004


class PageKind(NamedTuple):
    """Which pages are made: how their day is drawn, and which papers they can list."""

    draw_day: Callable[[random.Random], dt.date]
    can_list: Callable[[dt.date, dt.date], bool]


PAGE_KINDS: Final = {
    "any papers": PageKind(_draw_day, lambda _day, _page_on: True),
    "only papers older than 400 days": PageKind(_draw_day, lambda day, page_on: (page_on - day).days > 400),  # noqa: PLR2004
    "only papers of one calendar year": PageKind(
        _draw_day, lambda day, page_on: day.year == page_on.year - page_on.day % 2
    ),
    "captured around New Year": PageKind(_draw_turn_of_year, lambda _day, _page_on: True),
}


def make_pages(records: Sequence[Record], kind: PageKind, size: int, count: int, rng: random.Random) -> Pages:
    """Make pages of ``size`` cards; in the first days of January the header may lag behind."""
    days = [dt.date(record["year"], record["month"], record["day"]) for record in records]
    pages, cards, truth = [], [], {}
    for number in range(count):
        page_on = kind.draw_day(rng)
        listed = [place for place, day in enumerate(days) if day <= page_on and kind.can_list(day, page_on)]
        dump_id = f"{number:032x}"
        truth[dump_id] = page_on.year
        lag = rng.randrange(4) if page_on.month == 1 and page_on.day <= 4 else 0  # noqa: PLR2004
        header_on = page_on - dt.timedelta(days=lag)
        pages.append((dump_id, 0, f"{header_on:%b} {header_on.day}"))
        for place in rng.sample(listed, min(size, len(listed))):
            day = days[place]
            year = day.year if day.year != page_on.year else None
            cards.append((dump_id, 0, f"{place:032x}", day.month, day.day, year))
    return Pages(
        pl.DataFrame(pages, schema=PAGE_SCHEMA, orient="row"),
        pl.DataFrame(cards, schema=CARD_SCHEMA, orient="row"),
        pl.DataFrame({"dump_id": list(truth), "true_year": list(truth.values())}),
    )


def misprint_years(cards: pl.DataFrame, rng: random.Random) -> pl.DataFrame:
    """Misprint some of the printed years by one."""
    shifts = [rng.choice((-1, 1)) if rng.randrange(MISPRINTS) == 0 else 0 for _ in range(cards.height)]
    return cards.with_columns((pl.col("year") + pl.Series(shifts, dtype=pl.Int16)).alias("year"))


def measure_years(made: Pages, twins: str, rng: random.Random) -> YearScore:
    """Date pages and count how that went; without twins (``none``) each page is dated by itself."""
    pages, cards, truth = made
    if twins == "none":
        cards = cards.with_columns(pl.concat_str("dump_id", "group_id").alias("group_id"))
    if twins == "misprinted":
        cards = misprint_years(cards, rng)
    given = pl.DataFrame(schema={"dump_id": pl.String, "given_page_on": pl.Date, "given_by": pl.String})
    dated = date_pages(pages, cards, given).join(truth, on="dump_id")
    decided = dated.filter(pl.col("capture_year").is_not_null())
    right = decided.filter(pl.col("capture_year") == pl.col("true_year")).height
    return YearScore(right, decided.height - right, dated.height - decided.height)
