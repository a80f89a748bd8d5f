"""Writing a stage's published tables: validated first, written only when every rule holds.

A broken rule does not raise while the stage runs: it stands in the stage's ``validation.json``, can be shown by name,
and stops the release (:func:`require_valid`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypedDict

import polars as pl

from etl.errors import PaperhouseError
from etl.load.tables import name_part, write_table
from etl.stages.parts import WHOLE_TABLE
from etl.stages.runs import WHOLE
from schemas import TABLES
from schemas.columns import list_columns
from schemas.validation import find_failures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from etl.stages.parts import Parts
    from etl.stages.runs import Bucket

VALIDATION_NAME: Final = "validation.json"
_EXAMPLES: Final = 5


class BrokenRule(TypedDict):
    """A rule that rows of a table break: its name, how many rows, and a few of the values."""

    rule: str
    rows: int
    examples: list[str]


Report = dict[str, list[BrokenRule]]
"""What validation says of a stage's tables: the broken rules of each, none where all is well."""


class TableInvalidError(PaperhouseError):
    """A table with rows that break a rule; no release is made of it."""

    def __init__(self, table: str, broken: BrokenRule) -> None:
        super().__init__(
            f"table {table}: {broken['rows']} rows break the rule {broken['rule']} "
            f"(for example {broken['examples'][0][:200]}); "
            "nothing was published, the release before stays"
        )


def write_valid_tables(tables: Mapping[str, pl.DataFrame], folder: Path) -> int:
    """Validate whole tables and write those without a broken rule, with what validation said; count broken rules."""
    return write_report([write_valid_range(tables, folder, WHOLE, WHOLE_TABLE)], folder)


def write_valid_range(tables: Mapping[str, pl.DataFrame], folder: Path, bucket: Bucket, parts: Parts) -> Report:
    """Validate one range of the keys of each table and write its parts, unless a row of it breaks a rule.

    Returns what validation said, for :func:`write_report`.
    """
    report = {name: find_broken_rules(rows, name) for name, rows in tables.items()}
    for name, rows in tables.items():
        for number in parts.list_numbers(name, bucket):
            (folder / name / name_part(number)).unlink(missing_ok=True)  # of a worker that died
        if rows.height and not report[name]:
            write_table(rows, name, folder, partitions=parts.count(name))
    return report


def write_report(reports: Sequence[Report], folder: Path) -> int:
    """Write down what validation said of all ranges of a stage's tables; count the broken rules.

    A table without a row, in which no rule can be broken, gets its one file here.
    """
    report = {
        name: _add_up([broken for part in reports for broken in part.get(name, ())])
        for name in dict.fromkeys(name for part in reports for name in part)
    }
    for name, broken in report.items():
        if not broken and not any((folder / name).glob("*")):
            write_table(_frame_no_rows(name), name, folder)
    (folder / VALIDATION_NAME).write_text(json.dumps(report, indent=1, sort_keys=True), "utf-8")
    return sum(map(len, report.values()))


def read_validation(folder: Path) -> Report:
    """Read what validation said: each table of the stage, with the rules its rows break."""
    report: Report = json.loads((folder / VALIDATION_NAME).read_text("utf-8"))
    return report


def require_valid(folder: Path) -> None:
    """Refuse a stage's result if a row of it breaks a rule. Errors: ``TableInvalidError`` for the first such rule."""
    for table, broken_rules in read_validation(folder).items():
        for broken in broken_rules:
            raise TableInvalidError(table, broken)


def find_broken_rules(rows: pl.DataFrame, table: str) -> list[BrokenRule]:
    """Find the rules that rows of a table break."""
    failures = find_failures(rows, TABLES[table])
    by_rule = failures.group_by("rule").agg(
        pl.len().alias("rows"), pl.col("value").fill_null("null").sort().head(_EXAMPLES).alias("examples")
    )
    return [
        BrokenRule(rule=rule, rows=count, examples=examples)
        for rule, count, examples in by_rule.sort("rule").iter_rows()
    ]


def _frame_no_rows(table: str) -> pl.DataFrame:
    return pl.DataFrame(schema={column.name: column.dtype for column in list_columns(TABLES[table])})


def _add_up(found: Iterable[BrokenRule]) -> list[BrokenRule]:
    """Make one entry of each rule that several parts of a table break."""
    rules: dict[str, BrokenRule] = {}
    for broken in found:
        known = rules.setdefault(broken["rule"], BrokenRule(rule=broken["rule"], rows=0, examples=[]))
        known["rows"] += broken["rows"]
        known["examples"] = sorted([*known["examples"], *broken["examples"]])[:_EXAMPLES]
    return [rules[name] for name in sorted(rules)]
