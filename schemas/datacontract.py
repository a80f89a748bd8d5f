"""The tables as an Open Data Contract (ODCS 3.2), which data catalogues and contract checkers read."""

from __future__ import annotations

import datetime as dt
import inspect
from typing import TYPE_CHECKING, Any, Final

from schemas import CONTRACT_VERSION, TABLES
from schemas.columns import list_columns, list_key
from schemas.descriptions import DATASET_NAME, LIMITS, RIGHTS, SUMMARY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.columns import Column

API_VERSION: Final = "v3.2.0"

_TYPES: Final = {
    "string": ("string", "VARCHAR"),
    "int32": ("integer", "INTEGER"),
    "int64": ("integer", "BIGINT"),
    "date": ("date", "DATE"),
    "bool": ("boolean", "BOOLEAN"),
    "list<string>": ("array", None),
}
"""The logical type, and the type that DuckDB gives a Parquet column; the checker reads an array's from its items."""

_LIMITS: Final = {
    ("greater_than_or_equal_to", "min_value"): "minimum",
    ("in_range", "min_value"): "minimum",
    ("in_range", "max_value"): "maximum",
    ("str_length", "min_value"): "minLength",
    ("str_length", "max_value"): "maxLength",
    ("str_matches", "pattern"): "pattern",
}


def describe_data_contract(rows: Mapping[str, int], *, release_id: str) -> dict[str, Any]:
    """Describe a release as a data contract; ``rows`` are the rows of each table.

    The server is the folder in which the contract lies: the checker runs there.
    """
    return {
        "kind": "DataContract",
        "apiVersion": API_VERSION,
        "id": DATASET_NAME,
        "name": DATASET_NAME,
        "version": f"{CONTRACT_VERSION}.0",
        "status": "active",
        "description": {"purpose": SUMMARY, "limitations": " ".join(LIMITS), "usage": RIGHTS},
        "servers": [
            {"server": "release", "type": "local", "path": "./{model}/*.parquet", "format": "parquet"},
        ],
        "schema": [_describe_table(table, rows[table]) for table in TABLES],
        "customProperties": [{"property": "releaseId", "value": release_id}],
    }


def _describe_table(table: str, rows: int) -> dict[str, Any]:
    model = TABLES[table]
    columns, key = list_columns(model), list_key(model)
    if any(column.nullable for column in columns if column.name in key):
        # To the standard a key has no nulls, and what is left of this one would not be unique.
        key = []
    return {
        "name": table,
        "physicalName": table,
        "physicalType": "table",
        "logicalType": "object",
        "description": inspect.getdoc(model) or "",
        "properties": [_describe_column(column, key) for column in columns],
        "quality": [{"type": "library", "metric": "rowCount", "mustBe": rows, "description": "Rows of this release."}],
    }


def _describe_column(column: Column, key: list[str]) -> dict[str, Any]:
    logical, physical = _TYPES[column.type_name]
    described: dict[str, Any] = {
        "name": column.name,
        "logicalType": logical,
        **({"physicalType": physical} if physical else {}),
        "required": not column.nullable,
        "description": column.description,
    }
    if column.name in key:
        described |= {"primaryKey": True, "primaryKeyPosition": key.index(column.name) + 1}
    options = _describe_limits(column)
    if options:
        described["logicalTypeOptions"] = options
    if logical == "array":
        described["items"] = {"name": "element", "logicalType": "string", "physicalType": "VARCHAR"}
    elif column.codes:
        described["enum"] = [{"value": code, "description": meaning} for code, meaning in column.codes.items()]
    if column.unit:
        described["customProperties"] = [{"property": "unit", "value": column.unit}]
    return described


def _describe_limits(column: Column) -> dict[str, Any]:
    limits = {
        _LIMITS[check, limit]: value
        for check, stated in column.checks
        for limit, value in stated.items()
        if value is not None and (check, limit) in _LIMITS
    }
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in limits.items()}
