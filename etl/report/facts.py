"""The figures of a report: counted by DuckDB over a release's tables, few rows whatever the release's size."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import duckdb

from etl.load.duckdb_names import quote_name, quote_text
from etl.load.memory import USUAL_MEMORY
from etl.load.sql_files import list_sql_files
from etl.load.tables import select_table
from schemas import TABLES, codes
from schemas.columns import list_columns

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from etl.load.reader import Release

MAX_BARS: Final = 40
"""Bars that can be told apart on a phone; more are added up by month, then by year."""

VIEWS: Final = ("quality",)
"""The views that figures are taken from."""

Counts = dict[str, int]


@dataclass(frozen=True)
class Series:
    """Counts over time: a label for each stretch, and for each series its counts."""

    labels: list[str]
    amounts: dict[str, list[int]]


@dataclass(frozen=True)
class Facts:
    """What a release's tables say of the build as a whole."""

    rows: Mapping[str, int]
    """Rows of each table."""
    measures: Mapping[str, Counts]
    """For each measure of the view ``quality``: its codes with their amounts."""
    merges: Counts
    """Listings that joined the paper of another one, by rule."""
    byte_count: int
    first_page_on: dt.date | None
    last_page_on: dt.date | None
    undated_listings: int
    published: Series
    """Papers by publication day and where its year comes from."""
    listed: Series
    """Listings by the day of their page: of papers that day lists for the first time, and of others."""
    copies: list[int]
    """Dumps by how much of them other dumps list, too: tenths from 0 to 10, 10 being all of it."""
    nulls: Counts
    """Null values in each column of papers."""


@contextlib.contextmanager
def open_views(release: Release, *names: str, memory_limit: str = USUAL_MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a release's tables, and these of its views and macros, whether it has its DuckDB file yet or not.

    What does not fit in memory goes to a temporary folder.
    """
    with (
        tempfile.TemporaryDirectory(prefix="paperhouse-") as spill_folder,
        contextlib.closing(duckdb.connect(config={"temp_directory": spill_folder})) as connection,
    ):
        connection.execute(f"SET memory_limit = {quote_text(memory_limit)}")
        for table in TABLES:
            query = select_table(table, release.list_files(table))
            connection.execute(f"CREATE VIEW {quote_name(table)} AS {query}")
        for sql_file in list_sql_files():
            if sql_file.name in names:
                connection.execute(sql_file.text)
        yield connection


def count_facts(connection: duckdb.DuckDBPyConnection, release: Release) -> Facts:
    """Count what the report tells of a release, through a connection that has its tables and ``VIEWS``."""
    first_page_on, last_page_on, undated = _fetch_row(
        connection, "SELECT min(page_on), max(page_on), count(*) FILTER (WHERE page_on IS NULL) FROM listings"
    )
    (byte_count,) = _fetch_row(connection, "SELECT coalesce(sum(byte_count), 0)::BIGINT FROM dumps")
    return Facts(
        rows={table: entry["rows"] for table, entry in release.manifest["tables"].items()},
        measures=_count_measures(connection),
        merges=_count(connection, "SELECT rule, count(*) FROM merges WHERE NOT is_survivor GROUP BY rule ORDER BY ALL"),
        byte_count=byte_count,
        first_page_on=first_page_on,
        last_page_on=last_page_on,
        undated_listings=undated,
        published=_count_published(connection),
        listed=_count_listed(connection),
        copies=_count_copies(connection),
        nulls=_count_nulls(release),
    )


def _count_measures(connection: duckdb.DuckDBPyConnection) -> dict[str, Counts]:
    names = ("bytes by role", "files by status", "listings by problem", "listings by year basis")
    measures: dict[str, Counts] = {name: {} for name in names}  # no rows have no measures
    for measure, code, amount, _ in connection.execute("FROM quality").fetchall():
        measures.setdefault(measure, {})[code] = amount
    return measures


def _count_published(connection: duckdb.DuckDBPyConnection) -> Series:
    bases = list(codes.LISTING_YEAR_BASES)
    columns = ", ".join(f"count(*) FILTER (WHERE published_year_basis = '{basis}')" for basis in bases)
    query = (
        f"SELECT published_on AS day, {columns} FROM papers WHERE published_on IS NOT NULL GROUP BY day ORDER BY day"  # noqa: S608 - our own codes
    )
    series = add_up(connection.execute(query).fetchall(), bases)
    return Series(series.labels, {name: amounts for name, amounts in series.amounts.items() if any(amounts)})


def _count_listed(connection: duckdb.DuckDBPyConnection) -> Series:
    """Count as the view ``daily`` does, but without its distinct papers, which no disk can take from the memory."""
    query = (
        "SELECT page_on, coalesce(new_papers, 0), listings - coalesce(new_papers, 0) FROM "
        "(SELECT page_on, count(*) AS listings FROM listings WHERE page_on IS NOT NULL GROUP BY page_on) LEFT JOIN "
        "(SELECT first_listed_on AS page_on, count(*) AS new_papers FROM papers GROUP BY ALL) USING (page_on) "
        "ORDER BY page_on"
    )
    return add_up(connection.execute(query).fetchall(), ["new papers", "listed before"])


def add_up(rows: list[tuple[Any, ...]], names: list[str]) -> Series:
    """Add days up until they are few enough to be bars: days, months or years, those without anything included.

    Rows are a day and its counts, by day; of more years than bars the first bar has all that came before.

    >>> import datetime as dt
    >>> add_up([(dt.date(2024, 11, 5), 2), (dt.date(2025, 1, 7), 1)], ["papers"])
    Series(labels=['2024-11', '2024-12', '2025-01'], amounts={'papers': [2, 0, 1]})
    """
    labels, length = _list_labels(rows[0][0], rows[-1][0]) if rows else ([], 0)
    places = {label: place for place, label in enumerate(labels)}
    amounts = {name: [0] * len(labels) for name in names}
    for day, *counts in rows:
        place = places.get(str(day)[:length], 0)
        for name, count in zip(names, counts, strict=True):
            amounts[name][place] += count
    return Series(labels, amounts)


def _list_labels(first: dt.date, last: dt.date) -> tuple[list[str], int]:
    """List the days, months or years from one to another, and say how many letters of a day they are."""
    if (last - first).days < MAX_BARS:
        days = range(first.toordinal(), last.toordinal() + 1)
        return [str(first.fromordinal(day)) for day in days], 10
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    if len(months) <= MAX_BARS:
        return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in months], 7
    years = [f"{year:04d}" for year in range(first.year, last.year + 1)]
    return (years if len(years) <= MAX_BARS else [f"to {years[-MAX_BARS]}", *years[1 - MAX_BARS :]]), 4


def _count_copies(connection: duckdb.DuckDBPyConnection) -> list[int]:
    query = (
        "SELECT share, count(*) FROM (SELECT (10 * count(p.paper_id) // count(*)) AS share FROM listings AS l "
        "LEFT JOIN (SELECT paper_id FROM papers WHERE dump_count > 1) AS p ON p.paper_id = l.paper_id "
        "GROUP BY l.dump_id) GROUP BY share"
    )
    found = dict(connection.execute(query).fetchall())
    return [found.get(tenth, 0) for tenth in range(11)]


def _count_nulls(release: Release) -> Counts:
    """Count by what manifest or files say of themselves: the texts, which are nearly all of them, are not read."""
    found = release.count_nulls("papers")
    return {column.name: found.get(column.name, 0) for column in list_columns(TABLES["papers"]) if column.nullable}


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> Counts:
    return dict(connection.execute(query).fetchall())


def _fetch_row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    (row,) = connection.execute(query).fetchall()
    return tuple(row)
