"""What is worth seeing of a table beside its rows: pictures, counts by code, and where to look for what went wrong.

A place is a path, a range of bytes and a command to type; the text that stands there is not shown.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

import polars as pl

from assets.metadata import MAX_PLACE_LENGTH, tabulate
from assets.pictures import draw_bytes_by_role, draw_papers_by_year, draw_repeats
from etl.load.tables import scan_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from assets.metadata import Metadata
    from etl.load.warehouse import Warehouse

PLACES: Final = 20
"""Places that are shown; the table has the others."""

_ROLES: Final = ("listing", "chrome", "blank", "quarantine")


def describe_highlights(table: str, folder: Path, warehouse: Warehouse) -> Metadata:
    """Describe what a table in ``folder`` has worth seeing; nothing for most tables."""
    describe = _DESCRIBED.get(table)
    return describe(folder, warehouse) if describe else {}


def count_bytes_by_role(dumps: pl.LazyFrame) -> dict[str, int]:
    """Add up the bytes of each role over all dumps."""
    (sums,) = dumps.select(pl.col(f"{role}_bytes").sum().alias(role) for role in _ROLES).collect().rows(named=True)
    return dict(sums)


def tell_command(warehouse: Warehouse) -> pl.Expr:
    """Write the command that prints a dump with the role of every byte; it reads the current release."""
    place = shlex.quote(str(warehouse.root))
    return pl.format("paperhouse explain dump {} --warehouse {}", pl.col("dump_id").str.head(12), pl.lit(place))


def _describe_papers(folder: Path, _: Warehouse) -> Metadata:
    return {"papers_per_year": draw_papers_by_year(scan_table(folder, "papers"))}


def _describe_dumps(folder: Path, warehouse: Warehouse) -> Metadata:
    dumps = scan_table(folder, "dumps")
    bytes_by_role = count_bytes_by_role(dumps)
    rejected = dumps.filter(pl.col("status") == "rejected").select(
        "dump_id", "reason", "byte_count", tell_command(warehouse).alias("look at it")
    )
    return {
        "bytes_by_role": draw_bytes_by_role(bytes_by_role),
        **{f"{role}_bytes": amount for role, amount in bytes_by_role.items()},
        "rejected_dump_count": rejected.select(pl.len()).collect().item(),
        "rejected_dumps": tabulate(rejected.head(PLACES).collect(), at_most=MAX_PLACE_LENGTH),
    }


def _describe_quarantine(folder: Path, warehouse: Warehouse) -> Metadata:
    quarantine = scan_table(folder, "quarantine")
    by_reason = quarantine.group_by("reason").len("count").sort("count", "reason", descending=[True, False]).collect()
    places = quarantine.select(
        "dump_id", "byte_start", "byte_end", "reason", "detail", tell_command(warehouse).alias("look at it")
    )
    return {
        "quarantine_bytes": quarantine.select((pl.col("byte_end") - pl.col("byte_start")).sum()).collect().item(),
        "by_reason": tabulate(by_reason),
        "places": tabulate(places.head(PLACES).collect(), at_most=MAX_PLACE_LENGTH),
    }


def _describe_inputs(folder: Path, warehouse: Warehouse) -> Metadata:
    unread = scan_table(folder, "inputs").filter(pl.col("status") != "read")
    places = unread.select("path", "member", "status", "reason", tell_command(warehouse).alias("look at it"))
    return {
        "unread_file_count": unread.select(pl.len()).collect().item(),
        "unread_files": tabulate(places.head(PLACES).collect(), at_most=MAX_PLACE_LENGTH),
    }


def _describe_merges(folder: Path, _: Warehouse) -> Metadata:
    merges = scan_table(folder, "merges")
    merged = merges.filter(~pl.col("is_survivor")).group_by("rule").len("count").sort("rule").collect()
    return {
        "duplicates_per_dump": draw_repeats(scan_table(folder, "listings"), merges),
        "merged_listing_count": int(merged["count"].sum()),
        **{f"merged_by_{rule}": count for rule, count in merged.iter_rows()},
    }


_DESCRIBED: Final[Mapping[str, Callable[[Path, Warehouse], Metadata]]] = {
    "papers": _describe_papers,
    "dumps": _describe_dumps,
    "quarantine": _describe_quarantine,
    "inputs": _describe_inputs,
    "merges": _describe_merges,
}
