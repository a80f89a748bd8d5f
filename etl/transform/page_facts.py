"""What all pages say about their years, gathered from the whole set of dumps: one record per page.

Evidence is only what is printed or given. Dates that were inferred are never evidence for a year, so there is no
circle, and no order of dumps can change what comes out.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from etl.transform.dated_papers import PAGE, keep_smallest, mark_dated, pack_papers
from etl.transform.dates import make_date, parse_date_lines
from etl.transform.header_periods import Period, read_period
from etl.transform.year_odds import PageFacts, mark_papers
from schemas.printed import PUBLISHED_BETWEEN

if TYPE_CHECKING:
    import datetime as dt

PageKey = tuple[str, int]


class PageEvidence(NamedTuple):
    """One page's own facts, and what other pages and the user add to them.

    ``twin_years`` are the years that other pages print for this page's year-less cards; ``latest_known_on`` is the
    latest printed publication day of any listed paper; ``header_year`` is one printed in the header; ``given_on`` are
    the days that users gave, more than one if they disagree, and ``named_on`` those of them that only names of files
    give; ``period`` is the header's week or month.
    """

    key: PageKey
    facts: PageFacts
    header_year: int | None
    given_on: tuple[dt.date, ...]
    twin_years: tuple[int, ...]
    twin_cards: int
    latest_known_on: dt.date | None
    period: Period | None = None
    named_on: tuple[dt.date, ...] = ()


class PaperFacts(NamedTuple):
    """What the listings of papers say of the pages they stand on.

    ``dated``: ``dump_id``, ``page_number``, ``year`` (the latest one that these papers print there, and 0 for all
    others), ``papers`` (List(UInt32), marks of papers that print it: the smallest, so that copies have the same);

    ``twins``: ``dump_id``, ``page_number``, ``twin_years`` (the years that any page prints for the page's year-less
    cards), ``twin_cards``; ``known``: ``dump_id``, ``page_number``, ``latest_known_on``; ``links``: ``dump_id``,
    ``page_number``, ``other_dump_id``, ``other_page_number``, two pages of one year. Facts of other papers may be put
    below: a page then has several rows.
    """

    dated: pl.DataFrame
    twins: pl.DataFrame
    known: pl.DataFrame
    links: pl.DataFrame


def summarize_pages(cards: pl.DataFrame) -> pl.DataFrame:
    """Sum up what the cards of each page print of their days.

    Columns in:  ``dump_id``, ``page_number``, ``month``, ``day``, ``year``.
    Columns out: ``dump_id``, ``page_number``, ``dated_cards`` (UInt32), ``latest_printed_year`` (Int16),
                 ``yearless`` (List(Struct), the days without a year, sorted); one row per page, in any order.
    """
    is_yearless = pl.col("month").is_not_null() & pl.col("year").is_null()
    return cards.group_by(PAGE).agg(
        pl.col("year").count().alias("dated_cards"),
        pl.col("year").max().alias("latest_printed_year"),
        pl.struct("month", "day").filter(is_yearless).sort().alias("yearless"),
    )


def find_paper_facts(cards: pl.DataFrame) -> PaperFacts:
    """Find what papers say of the pages they stand on.

    Columns in: ``dump_id``, ``page_number``, ``group_id`` (the paper, 32 hexadecimal digits), ``month``, ``day``,
                ``year``: all cards of some papers.
    """
    dated = cards.with_columns(make_date(pl.col("year"), pl.col("month"), pl.col("day")).alias("printed_on"))
    return PaperFacts(mark_dated(cards), _find_twin_years(dated), _find_latest_known(dated), link_pages(cards))


def sum_facts(facts: PaperFacts) -> PaperFacts:
    """Sum facts of many papers up: a row for each page, and each pair of pages once."""
    return PaperFacts(
        keep_smallest(facts.dated.explode("papers")),
        _sum_twins(facts.twins),
        _sum_known(facts.known),
        facts.links.unique(),
    )


def _sum_twins(twins: pl.DataFrame) -> pl.DataFrame:
    years = pl.col("twin_years").explode().unique().sort()
    return twins.group_by(PAGE).agg(years.alias("twin_years"), pl.col("twin_cards").sum())


def _sum_known(known: pl.DataFrame) -> pl.DataFrame:
    return known.group_by(PAGE).agg(pl.col("latest_known_on").max())


def gather_evidence(
    pages: pl.DataFrame, summaries: pl.DataFrame, facts: PaperFacts, given: pl.DataFrame
) -> pl.DataFrame:
    """Gather the evidence on each page's year, as rows that :func:`read_evidence` reads.

    Columns in:  ``pages``: ``dump_id``, ``page_number``, ``header_date_line``; ``summaries`` as of
                 :func:`summarize_pages`; ``given``: ``dump_id``, ``given_page_on``, ``given_by``;
                 ``facts`` summed up, unless they are of all papers at once.
    Returns:     one row per page, sorted by ``dump_id``, ``page_number``.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    printed = pages.select(pl.col("header_date_line").drop_nulls().unique())  # many pages print the same few days
    days_of = parse_date_lines(printed.with_columns(pl.col("header_date_line").alias("date_line"))).select(
        "header_date_line", *(pl.col(name).alias(f"header_{name}") for name in ("month", "day", "year"))
    )
    headers = pages.select(*PAGE, "header_date_line").join(days_of, on="header_date_line", how="left")
    twins, known = _sum_twins(facts.twins), _sum_known(facts.known)
    days = (
        given.filter(pl.col("given_page_on").is_not_null())
        .group_by("dump_id")
        .agg(
            pl.col("given_page_on").unique().sort(),
            pl.col("given_page_on").filter(pl.col("given_by") != "name").unique().alias("told_on"),
        )
        .with_columns(pl.col("given_page_on").list.set_difference("told_on").list.sort().alias("named_on"))
        .drop("told_on")
    )
    return (
        headers.join(summaries, on=PAGE, how="left")
        .join(pack_papers(facts.dated), on=PAGE, how="left")
        .join(twins, on=PAGE, how="left")
        .join(known, on=PAGE, how="left")
        .join(days, on="dump_id", how="left")
        .sort(PAGE)
    )


def link_pages(cards: pl.DataFrame) -> pl.DataFrame:
    """Pair pages that print the same paper's day without a year: they were captured in the same year.

    Each page of such a paper is paired with the first one only, so the number of pairs grows with the cards.
    Columns in:  as for :func:`find_paper_facts`.
    Columns out: ``dump_id``, ``page_number``, ``other_dump_id``, ``other_page_number``; each pair once, sorted.
    """
    yearless = cards.filter(pl.col("month").is_not_null() & pl.col("year").is_null())
    places = yearless.select("group_id", "month", "day", *PAGE).unique().sort(PAGE)
    paper = ("group_id", "month", "day")
    firsts = [pl.col(name).first().over(paper).alias(f"first_{name}") for name in PAGE]
    return (
        places.with_columns(firsts)
        .filter(pl.any_horizontal(pl.col(name) != pl.col(f"first_{name}") for name in PAGE))
        .select(
            *(pl.col(f"first_{name}").alias(name) for name in PAGE),
            *(pl.col(name).alias(f"other_{name}") for name in PAGE),
        )
        .unique()
        .sort(pl.all())
    )


def _find_twin_years(cards: pl.DataFrame) -> pl.DataFrame:
    """Years that any page prints for the papers and days of each page's year-less cards."""
    printed = cards.filter(pl.col("year").is_not_null()).select("group_id", "month", "day", "year").unique()
    yearless = cards.filter(pl.col("year").is_null() & pl.col("month").is_not_null()).drop("year")
    return (
        yearless.join(printed, on=["group_id", "month", "day"])
        .group_by(PAGE)
        .agg(pl.col("year").unique().sort().alias("twin_years"), pl.col("group_id").n_unique().alias("twin_cards"))
    )


def _find_latest_known(cards: pl.DataFrame) -> pl.DataFrame:
    """Latest printed publication day of any paper on each page; of a paper's own printed days the earliest counts."""
    papers = cards.group_by("group_id").agg(pl.col("printed_on").min().alias("known_on"))
    return (
        cards.join(papers, on="group_id")
        .group_by(PAGE)
        .agg(pl.max_horizontal(pl.col("known_on").max(), pl.col("printed_on").max()).alias("latest_known_on"))
    )


@functools.cache
def _name_day(month: int, day: int) -> tuple[int, int]:
    """Give the same object for the same day: there are millions of cards, and few days."""
    return month, day


def read_evidence(row: dict[str, Any]) -> PageEvidence:
    """Read one page's row of :func:`gather_evidence`."""
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
            yearless_days=tuple(_name_day(day["month"], day["day"]) for day in yearless),
            dated_papers=mark_papers(row["dated_papers"] or ()),
            latest_papers=mark_papers(row["latest_papers"] or ()),
        ),
        header_year=header_year if is_year else None,
        given_on=tuple(row["given_page_on"] or ()),
        twin_years=tuple(row["twin_years"] or ()),
        twin_cards=row["twin_cards"] or 0,
        latest_known_on=row["latest_known_on"],
        period=None if has_header else _read_valid_period(row["header_date_line"]),
        named_on=tuple(row["named_on"] or ()),
    )


def _read_valid_period(header: str | None) -> Period | None:
    """Read a header's week or month; one that no page can be of is a misprint, and no evidence."""
    period = read_period(header)
    is_valid = period is not None and period.first_on >= PUBLISHED_BETWEEN[0] and period.last_on <= PUBLISHED_BETWEEN[1]
    return period if is_valid else None
