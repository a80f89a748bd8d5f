"""What people see of a result in Dagster: columns with their meaning, counts, a few rows, and where it lies.

Text of dumps is untrusted: it is shown in table cells only, cut, with control characters escaped, and never as
Markdown. Counts are numbers, so that Dagster draws their history.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
import polars as pl

from etl.load.tables import list_files, scan_table
from etl.stages.publish import REPORT_NAME
from schemas import TABLES
from schemas.columns import list_columns, list_key, list_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.reader import Release
    from etl.stages.receipt import Receipt
    from schemas.columns import Column

Metadata = dict[str, Any]

MAX_CELL_LENGTH: Final = 60
"""Prose beyond this is cut: cells are narrow, and a preview should be seen at a glance."""

MAX_PLACE_LENGTH: Final = 1000
"""A place must not be cut, or the command that leads to it would not run; paths have their limits anyway."""

PREVIEW_ROWS: Final = 5


def describe_columns(table: str) -> dg.TableSchema:
    """Describe a table's columns: types, meaning with unit, nullability, keys, checks, codes, and the row rules."""
    key = list_key(TABLES[table])
    rules = [f"key: {', '.join(key)}", *list_rules(TABLES[table])]
    return dg.TableSchema(
        columns=[_describe_column(column, is_key=key == [column.name]) for column in list_columns(TABLES[table])],
        constraints=dg.TableConstraints(other=rules),
    )


def describe_result(receipt: Receipt, folder: Path) -> Metadata:
    """Describe a stage's result: its counts, its id and its place."""
    return {**receipt.metrics, "stage_id": receipt.stage_id, "path": dg.MetadataValue.path(folder)}


def describe_rows(table: str, folder: Path, rows_before: int | None) -> Metadata:
    """Describe the rows of a table that was written to ``folder/table``: how many, how big, and the first few.

    ``rows_before`` is how many the current release has, if there is one.
    """
    rows = scan_table(folder, table)
    files = list_files(folder / table)
    row_count = rows.select(pl.len()).collect().item()
    change = {} if rows_before is None else {"rows_before": rows_before, "row_change": row_count - rows_before}
    return {
        "dagster/row_count": row_count,
        **change,
        **describe_nulls(table, rows),
        "file_bytes": sum(file.stat().st_size for file in files),
        "path": dg.MetadataValue.path(folder / table),
        "preview": tabulate(rows.head(PREVIEW_ROWS).collect()),
    }


def describe_nulls(table: str, rows: pl.LazyFrame) -> Metadata:
    """Describe how much is unknown: for each column that may be null, its nulls and their share of the rows."""
    names = [column.name for column in list_columns(TABLES[table]) if column.nullable]
    if not names:
        return {}
    counts = rows.select(pl.len().alias("rows"), *(pl.col(name).null_count() for name in names)).collect().row(0)
    whole = counts[0] or 1
    shares = [(name, nulls, round(100 * nulls / whole, 2)) for name, nulls in zip(names, counts[1:], strict=True)]
    return {"null_shares": tabulate(pl.DataFrame(shares, schema=["column", "nulls", "percent"], orient="row"))}


def tabulate_changes(changes: Mapping[str, tuple[int, int]]) -> dg.TableMetadataValue:
    """Show the rows of each table in the release before and now."""
    rows = [(table, before, after, after - before) for table, (before, after) in changes.items()]
    return tabulate(pl.DataFrame(rows, schema=["table", "before", "now", "change"], orient="row"))


def describe_release(release: Release, rows_before: Mapping[str, int]) -> Metadata:
    """Describe a release: its names, its place, the rows of each table, and what changed since the one before."""
    tables: Mapping[str, Any] = release.manifest["tables"]
    changes = {name: (rows_before.get(name, 0), table["rows"]) for name, table in tables.items()}
    return {
        "release_id": release.release_id,
        "content_id": release.manifest["content_id"],
        "contract_version": release.manifest["contract_version"],
        "changes": tabulate_changes(changes),
        "path": dg.MetadataValue.path(release.path),
        "report": dg.MetadataValue.path(release.path / REPORT_NAME),
        "catalog": dg.MetadataValue.path(release.catalog),
        "file_bytes": sum(table["bytes"] for table in tables.values()),
        **{f"{name}_rows": table["rows"] for name, table in tables.items()},
    }


def tabulate(rows: pl.DataFrame, *, at_most: int = MAX_CELL_LENGTH) -> dg.TableMetadataValue:
    r"""Show rows as a table whose cells are safe to look at, and hold at most so many letters.

    >>> tabulate(pl.DataFrame({"title": ["a\nb"], "count": [3]})).records[0].data
    {'title': 'a\\nb', 'count': 3}
    """
    records = [
        dg.TableRecord({name: show_value(value, at_most=at_most) for name, value in row.items()})
        for row in rows.iter_rows(named=True)
    ]
    columns = [dg.TableColumn(name, _name_type(dtype)) for name, dtype in rows.schema.items()]
    return dg.MetadataValue.table(records, dg.TableSchema(columns))


def show_value(value: object, *, at_most: int = MAX_CELL_LENGTH) -> str | int | float | None:
    """Show a value in one short line: numbers and null as they are, all else as cut and escaped text.

    >>> show_value("x" * 200) == "x" * 59 + "…", show_value(["a", "b"]), show_value(None)
    (True, 'a; b', None)
    """
    if value is None or isinstance(value, int | float):
        return value
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    cut = text if len(text) <= at_most else f"{text[: at_most - 1]}…"
    return "".join(_escape(character) for character in cut)


def _escape(character: str) -> str:
    """Escape what steers a terminal, a page or the direction of writing."""
    is_control = unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    return character.encode("unicode_escape").decode("ascii") if is_control else character


def _describe_column(column: Column, *, is_key: bool) -> dg.TableColumn:
    unit = f" Unit: {column.unit}." if column.unit else ""
    checks = [_say_check(name, limits) for name, limits in column.checks]
    codes = [f"one of: {', '.join(column.codes)}"] if column.codes else []
    return dg.TableColumn(
        column.name,
        column.type_name,
        f"{column.description}{unit}",
        dg.TableColumnConstraints(nullable=column.nullable, unique=is_key, other=[*checks, *codes]),
    )


def _say_check(name: str, limits: Mapping[str, Any]) -> str:
    match name, limits:
        case "greater_than_or_equal_to", {"min_value": least}:
            return f"at least {least}"
        case "in_range", {"min_value": least, "max_value": most}:
            return f"from {least} to {most}"
        case "str_length", {"min_value": 1, "max_value": None}:
            return "not empty"
        case "str_matches", {"pattern": pattern}:
            return f"matches {pattern}"
    return f"{name}: {', '.join(f'{limit} {value}' for limit, value in limits.items() if value is not None)}"


def _name_type(dtype: pl.DataType) -> str:
    if dtype.is_integer():
        return "int"
    return "float" if dtype.is_float() else "bool" if dtype == pl.Boolean else "string"
