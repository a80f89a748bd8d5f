"""Cards to listings: each card's page's day, its own date, with a reason where one stays unknown, and its paper."""

from __future__ import annotations

import polars as pl

from etl.transform.dated_papers import PAGE
from etl.transform.dates import is_cut_day, make_date
from schemas.printed import PUBLISHED_BETWEEN


def date_listings(cards: pl.DataFrame, page_dates: pl.DataFrame) -> pl.DataFrame:
    """Give each card its page's day and its publication day.

    Columns in:  ``cards``: ``dump_id``, ``page_number``, ``position``, ``month``, ``day``, ``year``, ``problems``,
                 ``comment_count`` and others; ``page_dates``: ``dump_id``, ``page_number``, ``page_on``,
                 ``capture_year``, ``capture_year_basis``.
    Columns out: adds ``page_on``, ``published_on`` (Date), ``published_year_basis`` (String); ``problems`` gains
                 ``year_unknown`` where a printed day has no year. Sorted by ``dump_id``, ``position``.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    dated = cards.join(page_dates.select(*PAGE, "page_on", "capture_year", "capture_year_basis"), on=PAGE, how="left")
    year = pl.coalesce("year", "capture_year")
    on = make_date(year, pl.col("month"), pl.col("day"))
    # A day that may be cut, and would be after the page's own, has lost its year.
    is_possible = ~is_cut_day() | (on <= pl.col("page_on").dt.offset_by("1d"))
    published_on = pl.when(on.is_between(*PUBLISHED_BETWEEN) & is_possible).then(on)  # a header may print any year
    basis = pl.when(pl.col("year").is_not_null()).then(pl.lit("printed")).otherwise("capture_year_basis")
    is_unknown = published_on.is_null() & pl.col("month").is_not_null()
    return (
        dated.with_columns(
            published_on.alias("published_on"),
            pl.when(published_on.is_not_null()).then(basis).alias("published_year_basis"),
            pl.when(is_unknown)
            .then(pl.concat_list("problems", pl.lit("year_unknown")).list.sort())
            .otherwise("problems")
            .alias("problems"),
        )
        .drop("capture_year", "capture_year_basis")
        .sort("dump_id", "position")
    )


def name_papers(listings: pl.DataFrame) -> pl.DataFrame:
    """Name each paper by the candidate id of its earliest listing: by page day, undated last, then dump and position.

    Columns in:  ``group_id``, ``alias_id``, ``page_on``, ``dump_id``, ``position``.
    Columns out: ``group_id`` goes; adds ``paper_id`` and ``is_earliest`` (Boolean). Sorted by ``dump_id``,
                 ``position``.
    """
    ranked = listings.sort("group_id", "page_on", "dump_id", "position", nulls_last=True)
    return (
        ranked.with_columns(
            pl.col("alias_id").first().over("group_id").alias("paper_id"),
            (pl.int_range(pl.len()).over("group_id") == 0).alias("is_earliest"),
        )
        .drop("group_id")
        .sort("dump_id", "position")
    )
