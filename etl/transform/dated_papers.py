"""Which papers print a year on which page, by small marks: so that a paper counts once on all copies of a page."""

from __future__ import annotations

from typing import Final

import polars as pl

from etl.transform.year_odds import MAX_PAPERS, MIN_LATEST_CARDS

PAGE: Final = ("dump_id", "page_number")

_DIGITS_OF_MARK: Final = 8
"""Hexadecimal digits of 32 bits."""


def mark_dated(cards: pl.DataFrame) -> pl.DataFrame:
    """List which papers print which year on each page; of ids, which are hashes, the last digits are mark enough."""
    mark = pl.col("group_id").str.tail(_DIGITS_OF_MARK).str.to_integer(base=16, dtype=pl.UInt32)
    return keep_smallest(cards.filter(pl.col("year").is_not_null()).select(*PAGE, "year", mark.alias("papers")))


def pack_papers(dated: pl.DataFrame) -> pl.DataFrame:
    """Put the marks of each page into one row, list by list: a row for each mark of each page would be many."""
    latest, others = dated.filter(pl.col("year") > 0), dated.filter(pl.col("year") == 0)
    both = latest.join(others.select(*PAGE, pl.col("papers").alias("others")), on=PAGE, how="left")
    marks = pl.concat_list("papers", pl.col("others").fill_null([])).list.unique().list.sort().list.head(MAX_PAPERS)
    few = pl.col("papers").list.head(MIN_LATEST_CARDS)
    return both.select(*PAGE, marks.alias("dated_papers"), few.alias("latest_papers"))


def keep_smallest(dated: pl.DataFrame) -> pl.DataFrame:
    """Gather marks, one a row, into a row for the latest year of each page and one, with the year 0, for all others."""
    smallest = pl.col("papers").unique().sort().head(MAX_PAPERS)
    is_latest = pl.col("year") == pl.col("year").max().over(PAGE)
    year = pl.when(is_latest).then("year").otherwise(pl.lit(0, pl.Int16)).alias("year")
    return dated.with_columns(year).group_by(*PAGE, "year").agg(smallest)
