"""Writing a stage's published tables: validated first, written only when every rule holds.

A broken rule does not raise while the stage runs: it stands in the stage's ``validation.json``, can be shown by name,
and stops the release (:func:`require_valid`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypedDict

import polars as pl

from etl.errors import PaperhouseError
from etl.load.tables import write_table
from schemas import TABLES
from schemas.validation import find_failures

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VALIDATION_NAME: Final = "validation.json"
_EXAMPLES: Final = 5


class BrokenRule(TypedDict):
    """A rule that rows of a table break: its name, how many rows, and a few of the values."""

    rule: str
    rows: int
    examples: list[str]


class TableInvalidError(PaperhouseError):
    """A table with rows that break a rule; no release is made of it."""

    def __init__(self, table: str, broken: BrokenRule) -> None:
        super().__init__(
            f"table {table}: {broken['rows']} rows break the rule {broken['rule']} "
            f"(for example {broken['examples'][0][:200]}); "
            "nothing was published, the release before stays"
        )


def write_valid_tables(tables: Mapping[str, pl.DataFrame], folder: Path) -> int:
    """Validate tables and write those without a broken rule, with what validation said of each; count broken rules."""
    report = {name: _validate(rows, name) for name, rows in tables.items()}
    (folder / VALIDATION_NAME).write_text(json.dumps(report, indent=1, sort_keys=True), "utf-8")
    for name, rows in tables.items():
        if not report[name]:
            write_table(rows, name, folder)
    return sum(map(len, report.values()))


def read_validation(folder: Path) -> dict[str, list[BrokenRule]]:
    """Read what validation said: each table of the stage, with the rules its rows break."""
    report: dict[str, list[BrokenRule]] = json.loads((folder / VALIDATION_NAME).read_text("utf-8"))
    return report


def require_valid(folder: Path) -> None:
    """Refuse a stage's result if a row of it breaks a rule. Errors: ``TableInvalidError`` for the first such rule."""
    for table, broken_rules in read_validation(folder).items():
        for broken in broken_rules:
            raise TableInvalidError(table, broken)


def _validate(rows: pl.DataFrame, table: str) -> list[BrokenRule]:
    failures = find_failures(rows, TABLES[table])
    by_rule = failures.group_by("rule").agg(
        pl.len().alias("rows"), pl.col("value").fill_null("null").sort().head(_EXAMPLES).alias("examples")
    )
    return [
        BrokenRule(rule=rule, rows=count, examples=examples)
        for rule, count, examples in by_rule.sort("rule").iter_rows()
    ]
