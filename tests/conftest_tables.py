"""A small, consistent set of all tables for tests of what comes after the stages.

Five dumps: two dated pages, one page without any date, one rejected dump and an empty one. Four papers, two of them
listed more than once. Every count and byte range is made to fit, so that a test can spoil exactly one thing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from typing import TYPE_CHECKING, Any

import polars as pl

from etl.load.lock import hold_lock
from etl.load.release import publish
from etl.load.tables import write_table
from schemas import TABLES
from schemas.codes import NEAR_MISS_REASONS
from schemas.columns import list_columns

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse


def make_id(name: str) -> str:
    """Make an id out of a short name."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


OCTOBER, NOVEMBER, UNDATED, REJECTED, EMPTY = (make_id(f"dump {number}") for number in range(5))
LADDERS, GRAPHS, TIDES, LAMPS = (make_id(name) for name in ("ladders", "graphs", "tides", "lamps"))
OLD_GRAPHS = make_id("graphs as another dump prints them")

LADDERS_TEXT = "We climb.\n\nCode: https://github.com/ladders/climb and https://ladders.example."
GRAPHS_TEXT = "Graphs that say nothing | a `study` with data at https://huggingface.co/datasets/quiet/graphs."
OTHER_GRAPHS_TEXT = GRAPHS_TEXT.replace("huggingface.co", "mirror.example")
LAMPS_TEXT = "Lamps."

_PAGE_DAYS = {OCTOBER: dt.date(2025, 10, 29), NOVEMBER: dt.date(2025, 11, 5), UNDATED: None}


def make_tables() -> dict[str, pl.DataFrame]:
    """Make all tables, rows in key order, in the contract's types."""
    rows = {
        "papers": _PAPERS,
        "listings": _LISTINGS,
        "pages": [_make_page(dump, day) for dump, day in _PAGE_DAYS.items()],
        "dumps": [_make_dump(dump) for dump in (OCTOBER, NOVEMBER, UNDATED, REJECTED, EMPTY)],
        "spans": _SPANS,
        "quarantine": _QUARANTINE,
        "merges": _MERGES,
        "near_misses": _NEAR_MISSES,
        "variants": _VARIANTS,
        "aliases": _ALIASES,
        "links": _LINKS,
        "organizations": _ORGANIZATIONS,
        "inputs": _INPUTS,
    }
    return {table: make_rows(table, rows[table]) for table in TABLES}


def make_rows(table: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Make rows of a table; a column that is not given is null."""
    schema = {column.name: column.dtype for column in list_columns(TABLES[table])}
    return pl.DataFrame(rows, schema=schema, orient="row").sort(TABLES[table].Config.metadata["key"])


def change_titles(tables: dict[str, pl.DataFrame], sign: str = "!") -> dict[str, pl.DataFrame]:
    """Make another consistent set: papers and listings with other titles."""
    other = pl.concat_str("title", pl.lit(sign))
    return {name: tables[name].with_columns(title=other) for name in ("papers", "listings")}


def write_tables(tables: dict[str, pl.DataFrame], folder: Path, *, partitions: int = 1) -> dict[str, Path]:
    """Write tables as the stages do, and name the folder of each."""
    for name, rows in tables.items():
        write_table(rows, name, folder, partitions=partitions)
    return {name: folder / name for name in tables}


def publish_release(warehouse: Warehouse) -> Release:
    """Publish the tables in a warehouse."""
    return publish_tables(warehouse, make_tables())


def publish_tables(warehouse: Warehouse, tables: dict[str, pl.DataFrame]) -> Release:
    """Publish other tables in a warehouse."""
    with hold_lock(warehouse, wait=False) as lock:
        folder = warehouse.state / uuid.uuid4().hex
        return publish(warehouse, write_tables(tables, folder), lock=lock, facts={})


def _hash_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _make_listing(dump: str, position: int, start: int, end: int, **values: object) -> dict[str, Any]:
    text = values.pop("abstract", None)
    assert text is None or isinstance(text, str)
    return {
        "dump_id": dump,
        "position": position,
        "page_number": 0,
        "byte_start": start,
        "byte_end": end,
        "abstract_sha256": None if text is None else _hash_text(text),
        "page_on": _PAGE_DAYS[dump],
        "problems": [],
        **values,
    }


_LADDERS = {"paper_id": LADDERS, "title": "Sparse Ladders", "abstract": LADDERS_TEXT}
_LADDERS_FOOTER = {
    "author_count": 4,
    "date_line": "Jul 10, 2024",
    "published_on": dt.date(2024, 7, 10),
    "published_year_basis": "printed",
    "footer": "authors",
}
_GRAPHS = {
    "paper_id": GRAPHS,
    "title": "Quiet Graphs",
    "organization_handle": "quiet-ai",
    "organization_name": "Quiet AI",
    "date_line": "Oct 20",
    "published_on": dt.date(2025, 10, 20),
    "published_year_basis": "inferred",
    "footer": "organization",
}

_LISTINGS = [
    _make_listing(OCTOBER, 0, 10, 60, **_LADDERS, **_LADDERS_FOOTER, comment_count=3),
    _make_listing(OCTOBER, 1, 62, 100, **_GRAPHS, abstract=GRAPHS_TEXT),
    _make_listing(
        OCTOBER,
        3,
        130,
        150,
        paper_id=TIDES,
        title="Tides",
        author_count=1,
        date_line="Oct 30",
        comment_count=1200,
        footer="authors",
        problems=["abstract_missing", "number_rounded", "year_unknown"],
    ),
    _make_listing(NOVEMBER, 0, 10, 60, **_LADDERS, **_LADDERS_FOOTER, comment_count=5),
    _make_listing(NOVEMBER, 1, 60, 101, **_GRAPHS, abstract=OTHER_GRAPHS_TEXT),
    _make_listing(
        NOVEMBER,
        2,
        101,
        140,
        paper_id=LAMPS,
        title="Lamps_of [the] *deep*",
        abstract=LAMPS_TEXT,
        author_count=2,
        organization_handle="Lamp-Lab",
        date_line="Nov 4",
        published_on=dt.date(2025, 11, 4),
        published_year_basis="inferred",
        comment_count=0,
        footer="both",
    ),
    _make_listing(UNDATED, 0, 3, 50, **_LADDERS, footer="missing", problems=["footer_missing"]),
]

_SPANS = [
    {"dump_id": dump, "byte_start": start, "byte_end": end, "role": role, "kind": kind}
    for dump, start, end, role, kind in (
        (OCTOBER, 0, 9, "chrome", "heading"),
        (OCTOBER, 9, 10, "blank", "white_space"),
        (OCTOBER, 60, 62, "blank", "white_space"),
        (NOVEMBER, 0, 10, "chrome", "heading"),
        (UNDATED, 0, 3, "blank", "byte_order_mark"),
    )
]

_QUARANTINE = [
    {
        "dump_id": dump,
        "byte_start": start,
        "byte_end": end,
        "reason": reason,
        "detail": detail,
        "text": text,
        "text_is_truncated": text != "half a card, or less of one..",
        "parser_version": 1,
    }
    for dump, start, end, reason, detail, text in (
        (OCTOBER, 100, 130, "rule_failed", "title_is_one_line = no", "half a card, or less of one.."),
        (REJECTED, 0, 70, "dump_rejected", None, "\x00"),
    )
]

_DUMP_SIZES = {OCTOBER: 150, NOVEMBER: 140, UNDATED: 50, REJECTED: 70, EMPTY: 0}


def _count_bytes(pieces: list[dict[str, Any]], dump: str, role: str | None = None) -> int:
    return sum(
        piece["byte_end"] - piece["byte_start"]
        for piece in pieces
        if piece["dump_id"] == dump and role in {None, piece.get("role")}
    )


def _count_rows(rows: list[dict[str, Any]], dump: str) -> int:
    return sum(row["dump_id"] == dump for row in rows)


def _make_dump(dump: str) -> dict[str, Any]:
    status = {REJECTED: "rejected", EMPTY: "empty"}.get(dump, "read")
    return {
        "dump_id": dump,
        "byte_count": _DUMP_SIZES[dump],
        "encoding": None if status == "rejected" else "utf-8",
        "status": status,
        "reason": "not_text" if status == "rejected" else None,
        "page_count": int(dump in _PAGE_DAYS),
        "listing_count": _count_rows(_LISTINGS, dump),
        "quarantine_count": _count_rows(_QUARANTINE, dump),
        "listing_bytes": _count_bytes(_LISTINGS, dump),
        "chrome_bytes": _count_bytes(_SPANS, dump, "chrome"),
        "blank_bytes": _count_bytes(_SPANS, dump, "blank"),
        "quarantine_bytes": _count_bytes(_QUARANTINE, dump),
        "parser_version": 1,
    }


def _make_page(dump: str, day: dt.date | None) -> dict[str, Any]:
    return {
        "dump_id": dump,
        "page_number": 0,
        "layout": "daily_papers" if day else "daily_papers_plain",
        "header_date_line": f"{day:%b %d}" if day else "Mar 11",
        "page_on": day,
        "page_year_basis": "inferred" if day else None,
        "page_not_before_on": dt.date(2024, 3, 11),
        "year_evidence": ["the largest printed year is 2024", "its day is a weekday in 2025"] if day else [],
        "listing_count": _count_rows(_LISTINGS, dump),
        "quarantine_count": _count_rows(_QUARANTINE, dump),
    }


_PAPERS = [
    {
        **_LADDERS,
        "author_count": 4,
        "published_on": dt.date(2024, 7, 10),
        "published_year_basis": "printed",
        "comment_count": 5,
        "comment_count_on": dt.date(2025, 11, 5),
        "listing_count": 3,
        "dump_count": 3,
        "first_listed_on": dt.date(2025, 10, 29),
        "last_listed_on": dt.date(2025, 11, 5),
    },
    {
        **{name: value for name, value in _GRAPHS.items() if name not in {"date_line", "footer"}},
        "abstract": GRAPHS_TEXT,
        "listing_count": 2,
        "dump_count": 2,
        "first_listed_on": dt.date(2025, 10, 29),
        "last_listed_on": dt.date(2025, 11, 5),
    },
    {
        "paper_id": TIDES,
        "title": "Tides",
        "author_count": 1,
        "comment_count": 1200,
        "comment_count_on": dt.date(2025, 10, 29),
        "listing_count": 1,
        "dump_count": 1,
        "first_listed_on": dt.date(2025, 10, 29),
        "last_listed_on": dt.date(2025, 10, 29),
    },
    {
        "paper_id": LAMPS,
        "title": "Lamps_of [the] *deep*",
        "abstract": LAMPS_TEXT,
        "author_count": 2,
        "organization_handle": "Lamp-Lab",
        "published_on": dt.date(2025, 11, 4),
        "published_year_basis": "inferred",
        "comment_count": 0,
        "comment_count_on": dt.date(2025, 11, 5),
        "listing_count": 1,
        "dump_count": 1,
        "first_listed_on": dt.date(2025, 11, 5),
        "last_listed_on": dt.date(2025, 11, 5),
    },
]


def _make_merge(
    dump: str, position: int, paper: str, rule: str | None = None, score: int | None = None
) -> dict[str, Any]:
    """Make the row of a listing whose match, unless it is the survivor, has the same position in the first dump."""
    match = {"rule": rule, "score_permille": score, "matched_dump_id": OCTOBER, "matched_position": position}
    return {"dump_id": dump, "position": position, "paper_id": paper, "is_survivor": not rule} | (match if rule else {})


_MERGES = [
    _make_merge(OCTOBER, 0, LADDERS),
    _make_merge(NOVEMBER, 0, LADDERS, "same_text", 1000),
    _make_merge(UNDATED, 0, LADDERS, "same_text", 1000),
    _make_merge(OCTOBER, 1, GRAPHS),
    _make_merge(NOVEMBER, 1, GRAPHS, "exact_title", 970),
]

_NEAR_MISSES = [
    {
        "dump_id": OCTOBER,
        "position": 1,
        "paper_id": GRAPHS,
        "other_dump_id": NOVEMBER,
        "other_position": 2,
        "other_paper_id": LAMPS,
        "reason": next(iter(NEAR_MISS_REASONS)),
        "title_permille": 900,
    }
]

_VARIANTS = [
    {"dump_id": dump, "position": position, "paper_id": paper, "field": field, "value": value, "reason": reason}
    for dump, position, paper, field, value, reason in (
        (OCTOBER, 0, LADDERS, "comment_count", "3", "older"),
        (UNDATED, 0, LADDERS, "author_count", None, "filled"),
        (UNDATED, 0, LADDERS, "comment_count", None, "filled"),
        (UNDATED, 0, LADDERS, "published_on", None, "filled"),
        (NOVEMBER, 1, GRAPHS, "abstract", OTHER_GRAPHS_TEXT, "conflict"),
    )
]

_ALIASES = [
    {"alias_id": alias, "paper_id": paper, "dump_id": dump, "position": position}
    for alias, paper, dump, position in (
        (LADDERS, LADDERS, OCTOBER, 0),
        (GRAPHS, GRAPHS, OCTOBER, 1),
        (OLD_GRAPHS, GRAPHS, NOVEMBER, 1),
        (TIDES, TIDES, OCTOBER, 3),
        (LAMPS, LAMPS, NOVEMBER, 2),
    )
]

_LINKS = [
    {"paper_id": paper, "position": position, "url": f"https://{host}{path}", "host": host, "kind": kind}
    for paper, position, host, path, kind in (
        (LADDERS, 0, "github.com", "/ladders/climb", "code"),
        (LADDERS, 1, "ladders.example", "", "project"),
        (GRAPHS, 0, "huggingface.co", "/datasets/quiet/graphs", "dataset"),
    )
]

_ORGANIZATIONS = [
    {
        "organization_handle": handle,
        "organization_name": name,
        "paper_count": 1,
        "first_listed_on": first,
        "last_listed_on": dt.date(2025, 11, 5),
    }
    for handle, name, first in (
        ("quiet-ai", "Quiet AI", dt.date(2025, 10, 29)),
        ("Lamp-Lab", None, dt.date(2025, 11, 5)),
    )
]

_INPUTS = [
    *(
        {"path": f"{number}.txt", "dump_id": dump, "status": "rejected" if dump == REJECTED else "read"}
        for number, dump in enumerate(_DUMP_SIZES)
    ),
    {"path": "copies.zip", "member": "b/0.txt", "dump_id": OCTOBER, "status": "read"},
    {"path": "copies.zip", "member": "a/1.txt", "dump_id": NOVEMBER, "status": "read"},
    {"path": "secret.txt", "status": "unreadable", "reason": "Permission denied"},
]
