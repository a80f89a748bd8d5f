from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from tests.conftest_tables import (
    GRAPHS,
    GRAPHS_TEXT,
    LADDERS,
    LADDERS_TEXT,
    LAMPS,
    LAMPS_TEXT,
    NOVEMBER,
    OCTOBER,
    OTHER_GRAPHS_TEXT,
    TIDES,
    UNDATED,
)

if TYPE_CHECKING:
    from typing import Any

    from duckdb import DuckDBPyConnection

    from etl.load.reader import Release

FIRST, SECOND = dt.date(2025, 10, 29), dt.date(2025, 11, 5)


def read_dicts(catalog: DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    found = catalog.sql(sql)
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def test_listings_full_has_every_listing_once_and_as_it_is(catalog: DuckDBPyConnection, release: Release) -> None:
    columns = ", ".join(release.read("listings").columns)

    full = catalog.sql(f"SELECT {columns} FROM listings_full ORDER BY dump_id, position").fetchall()  # noqa: S608
    assert full == release.read("listings").rows()


def test_listings_full_gives_each_listing_its_own_text(catalog: DuckDBPyConnection) -> None:
    rows = catalog.sql("SELECT dump_id, position, abstract, paper_abstract FROM listings_full").fetchall()
    texts = {(dump, position): (own, papers) for dump, position, own, papers in rows}

    assert texts == {
        (OCTOBER, 0): (LADDERS_TEXT, LADDERS_TEXT),
        (OCTOBER, 1): (GRAPHS_TEXT, GRAPHS_TEXT),
        (OCTOBER, 3): (None, None),
        (NOVEMBER, 0): (LADDERS_TEXT, LADDERS_TEXT),
        (NOVEMBER, 1): (OTHER_GRAPHS_TEXT, GRAPHS_TEXT),
        (NOVEMBER, 2): (LAMPS_TEXT, LAMPS_TEXT),
        (UNDATED, 0): (LADDERS_TEXT, LADDERS_TEXT),
    }


def test_text_of_every_listing_has_the_hash_it_says(catalog: DuckDBPyConnection) -> None:
    for text, said in catalog.sql("SELECT abstract, abstract_sha256 FROM listings_full").fetchall():
        assert said == (None if text is None else hashlib.sha256(text.encode()).hexdigest())


def test_listings_full_names_the_fields_that_differ(catalog: DuckDBPyConnection) -> None:
    (row,) = read_dicts(catalog, f"FROM listings_full WHERE dump_id = '{UNDATED}'")

    assert row["differing_fields"] == ["author_count", "comment_count", "published_on"]
    assert (row["author_count"], row["paper_author_count"]) == (None, 4)
    assert (row["comment_count"], row["paper_comment_count"]) == (None, 5)
    assert (row["published_on"], row["paper_published_on"]) == (None, dt.date(2024, 7, 10))
    assert catalog.sql("SELECT count(*) FROM listings_full WHERE differing_fields = []").fetchall() == [(4,)]


def test_daily_counts_each_day_and_the_undated_pages(catalog: DuckDBPyConnection) -> None:
    assert catalog.sql("FROM daily").fetchall() == [(FIRST, 3, 3, 3, 1), (SECOND, 3, 3, 1, 1), (None, 1, 1, None, 1)]


def test_code_links_are_those_to_code(catalog: DuckDBPyConnection) -> None:
    assert read_dicts(catalog, "FROM code_links") == [
        {
            "paper_id": LADDERS,
            "title": "Sparse Ladders",
            "organization_handle": None,
            "published_on": dt.date(2024, 7, 10),
            "position": 0,
            "url": "https://github.com/ladders/climb",
            "host": "github.com",
        }
    ]


def test_most_listed_begins_with_the_paper_listed_most(catalog: DuckDBPyConnection) -> None:
    assert catalog.sql("SELECT paper_id, listing_count, dump_count, last_listed_on FROM most_listed").fetchall() == [
        (LADDERS, 3, 3, SECOND),
        (GRAPHS, 2, 2, SECOND),
    ]


def test_papers_with_code_have_each_paper_once_with_all_its_links(catalog: DuckDBPyConnection) -> None:
    assert catalog.sql("SELECT paper_id, code_urls FROM papers_with_code").fetchall() == [
        (LADDERS, ["https://github.com/ladders/climb"])
    ]


def test_most_discussed_leaves_out_unknown_numbers_and_keeps_zero(catalog: DuckDBPyConnection) -> None:
    assert catalog.sql("SELECT paper_id, comment_count FROM most_discussed").fetchall() == [
        (TIDES, 1200),
        (LADDERS, 5),
        (LAMPS, 0),
    ]


def test_column_quality_has_every_column_of_every_table_once(catalog: DuckDBPyConnection, release: Release) -> None:
    rows = catalog.sql("SELECT table_name, column_name, row_count, null_percent FROM column_quality").fetchall()

    assert {(table, column) for table, column, *_ in rows} == {
        (table, column["name"]) for table, entry in release.manifest["tables"].items() for column in entry["columns"]
    }
    for table, column, row_count, null_percent in rows:
        values = release.read(table)[column]
        assert row_count == values.len()
        assert float(null_percent) == round(100 * values.null_count() / values.len(), 2)


def test_column_quality_cuts_what_is_long(catalog: DuckDBPyConnection) -> None:
    longest = catalog.sql("SELECT max(greatest(len(lowest), len(highest))) FROM column_quality").fetchall()

    assert longest == [(60,)]


def test_near_misses_show_both_titles(catalog: DuckDBPyConnection) -> None:
    rows = catalog.sql("SELECT title, other_title FROM near_miss_titles").fetchall()

    assert len(rows) == catalog.sql("SELECT count(*) FROM near_misses").fetchall()[0][0] > 0
    assert all(title and other_title and title != other_title for title, other_title in rows)


def test_comment_history_follows_the_days(catalog: DuckDBPyConnection) -> None:
    columns = "paper_id, page_on, comment_count, comment_count_growth, is_rounded"
    history = catalog.sql(f"SELECT {columns} FROM comment_history").fetchall()  # noqa: S608

    assert [row for row in history if row[0] == LADDERS] == [
        (LADDERS, FIRST, 3, None, False),
        (LADDERS, SECOND, 5, 2, False),
    ]
    assert [row for row in history if row[0] == TIDES] == [(TIDES, FIRST, 1200, None, True)]
    assert len(history) == 4


def test_upvote_history_is_that_of_the_upvotes(catalog: DuckDBPyConnection) -> None:
    assert catalog.sql("FROM upvote_history").columns == [
        column.replace("comment", "upvote") for column in catalog.sql("FROM comment_history").columns
    ]
    ((text,),) = catalog.sql("SELECT sql FROM duckdb_views() WHERE view_name = 'upvote_history'").fetchall()
    ((other,),) = catalog.sql("SELECT sql FROM duckdb_views() WHERE view_name = 'comment_history'").fetchall()
    assert text == other.replace("comment", "upvote")


def test_quality_counts_what_is_unsure(catalog: DuckDBPyConnection) -> None:
    assert catalog.sql("FROM quality").fetchall() == [
        ("bytes by role", "blank", 6, "bytes"),
        ("bytes by role", "chrome", 19, "bytes"),
        ("bytes by role", "listing", 285, "bytes"),
        ("bytes by role", "quarantine", 100, "bytes"),
        ("dumps by status", "empty", 1, "dumps"),
        ("dumps by status", "read", 3, "dumps"),
        ("dumps by status", "rejected", 1, "dumps"),
        ("files by status", "read", 6, "files"),
        ("files by status", "rejected", 1, "files"),
        ("files by status", "unreadable", 1, "files"),
        ("listings by problem", "abstract_missing", 1, "listings"),
        ("listings by problem", "footer_missing", 1, "listings"),
        ("listings by problem", "number_rounded", 1, "listings"),
        ("listings by problem", "year_unknown", 1, "listings"),
        ("listings by year basis", "inferred", 3, "listings"),
        ("listings by year basis", "printed", 2, "listings"),
        ("listings by year basis", "unknown", 2, "listings"),
        ("pages by year basis", "inferred", 2, "pages"),
        ("pages by year basis", "unknown", 1, "pages"),
        ("quarantine by reason", "dump_rejected", 1, "spans"),
        ("quarantine by reason", "rule_failed", 1, "spans"),
    ]


def test_quality_tells_every_byte(catalog: DuckDBPyConnection) -> None:
    ((stated, counted),) = catalog.sql(
        "SELECT (SELECT sum(byte_count) FROM dumps), sum(amount) FROM quality WHERE measure = 'bytes by role'"
    ).fetchall()

    assert stated == counted


def test_page_years_has_one_row_per_piece_of_evidence(catalog: DuckDBPyConnection) -> None:
    evidence = catalog.sql("SELECT dump_id, page_number, evidence_number, evidence FROM page_years").fetchall()

    assert [row for row in evidence if row[0] == OCTOBER] == [
        (OCTOBER, 0, 1, "the largest printed year is 2024"),
        (OCTOBER, 0, 2, "its day is a weekday in 2025"),
    ]
    assert [row for row in evidence if row[0] == UNDATED] == [(UNDATED, 0, 1, None)]
    assert len(evidence) == 5
