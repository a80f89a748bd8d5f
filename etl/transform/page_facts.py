"""What all pages say about their years, gathered from the whole set of dumps: one record per page.

Evidence is only what is printed or given. Dates that were inferred are never evidence for a year, so there is no
circle, and no order of dumps can change what comes out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from etl.transform.dates import make_date, parse_date_lines
from etl.transform.year_odds import PageFacts
from schemas.printed import PUBLISHED_BETWEEN

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

PageKey = tuple[str, int]


class PageEvidence(NamedTuple):
    """One page's own facts, and what other pages and the user add to them.

    ``twin_years`` are the years that other pages print for this page's year-less cards; ``latest_known_on`` is the
    latest printed publication day of any listed paper; ``header_year`` is one printed in the header; ``given_on`` are
    the days that users gave, more than one if they disagree.
    """

    key: PageKey
    facts: PageFacts
    header_year: int | None
    given_on: tuple[dt.date, ...]
    twin_years: tuple[int, ...]
    twin_cards: int
    latest_known_on: dt.date | None


def gather_evidence(pages: pl.DataFrame, cards: pl.DataFrame, given: pl.DataFrame) -> list[PageEvidence]:
    """Gather the evidence on each page's year.

    Columns in:  ``pages``: ``dump_id``, ``page_number``, ``header_date_line``; ``cards``: ``dump_id``,
                 ``page_number``, ``group_id`` (the paper), ``month``, ``day``, ``year``; ``given``: ``dump_id``,
                 ``given_page_on``.
    Returns:     one record per page, sorted by ``dump_id``, ``page_number``.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    key = ["dump_id", "page_number"]
    dated = cards.with_columns(make_date(pl.col("year"), pl.col("month"), pl.col("day")).alias("printed_on"))
    headers = parse_date_lines(pages.select(*key, pl.col("header_date_line").alias("date_line"))).select(
        *key,
        pl.col("month").alias("header_month"),
        pl.col("day").alias("header_day"),
        pl.col("year").alias("header_year"),
    )
    own = dated.group_by(key).agg(
        pl.col("year").count().alias("dated_cards"),
        pl.col("year").max().alias("latest_printed_year"),
        pl.struct("month", "day")
        .filter(pl.col("month").is_not_null() & pl.col("year").is_null())
        .sort()
        .alias("yearless"),
    )
    days = (
        given.filter(pl.col("given_page_on").is_not_null())
        .group_by("dump_id")
        .agg(pl.col("given_page_on").unique().sort())
    )
    whole = (
        headers.join(own, on=key, how="left")
        .join(_find_twin_years(dated), on=key, how="left")
        .join(_find_latest_known(dated), on=key, how="left")
        .join(days, on="dump_id", how="left")
        .sort(key)
    )
    return [_make_evidence(row) for row in whole.iter_rows(named=True)]


def link_pages(cards: pl.DataFrame) -> Iterator[tuple[PageKey, PageKey]]:
    """Pair pages that print the same paper's day without a year: they were captured in the same year.

    Each page of such a paper is paired with the first one only, so the number of pairs grows with the cards.
    Columns in: as ``cards`` of :func:`gather_evidence`.
    """
    yearless = cards.filter(pl.col("month").is_not_null() & pl.col("year").is_null())
    page = pl.struct("dump_id", "page_number")
    linked = yearless.group_by("group_id", "month", "day").agg(page.unique().sort().alias("pages"))
    for (pages,) in (
        linked.filter(pl.col("pages").list.len() > 1).sort("group_id", "month", "day").select("pages").iter_rows()
    ):
        keys = [(str(entry["dump_id"]), int(entry["page_number"])) for entry in pages]
        yield from ((keys[0], other) for other in keys[1:])


def _find_twin_years(cards: pl.DataFrame) -> pl.DataFrame:
    """Years that any page prints for the papers and days of each page's year-less cards."""
    printed = cards.filter(pl.col("year").is_not_null()).select("group_id", "month", "day", "year").unique()
    yearless = cards.filter(pl.col("year").is_null() & pl.col("month").is_not_null()).drop("year")
    return (
        yearless.join(printed, on=["group_id", "month", "day"])
        .group_by("dump_id", "page_number")
        .agg(pl.col("year").unique().sort().alias("twin_years"), pl.col("group_id").n_unique().alias("twin_cards"))
    )


def _find_latest_known(cards: pl.DataFrame) -> pl.DataFrame:
    """Latest printed publication day of any paper on each page; of a paper's own printed days the earliest counts."""
    papers = cards.group_by("group_id").agg(pl.col("printed_on").min().alias("known_on"))
    return (
        cards.join(papers, on="group_id")
        .group_by("dump_id", "page_number")
        .agg(pl.max_horizontal(pl.col("known_on").max(), pl.col("printed_on").max()).alias("latest_known_on"))
    )


def _make_evidence(row: dict[str, Any]) -> PageEvidence:
    yearless = row["yearless"] or []
    has_header = row["header_month"] is not None
    header_year = row["header_year"]  # a year that no page can be of is a misprint, and no evidence
    is_year = header_year is not None and PUBLISHED_BETWEEN[0].year <= header_year <= PUBLISHED_BETWEEN[1].year
    return PageEvidence(
        key=(row["dump_id"], row["page_number"]),
        facts=PageFacts(
            header_day=(row["header_month"], row["header_day"]) if has_header else None,
            dated_cards=row["dated_cards"] or 0,
            latest_printed_year=row["latest_printed_year"],
            yearless_days=tuple((day["month"], day["day"]) for day in yearless),
        ),
        header_year=header_year if is_year else None,
        given_on=tuple(row["given_page_on"] or ()),
        twin_years=tuple(row["twin_years"] or ()),
        twin_cards=row["twin_cards"] or 0,
        latest_known_on=row["latest_known_on"],
    )
