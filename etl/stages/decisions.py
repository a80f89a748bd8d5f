"""The file of people's decisions: read, checked line by line, and handed on as a frame."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Final

import polars as pl

import etl.version
from etl.errors import PaperhouseError
from etl.transform.decisions import DECISION_SCHEMA, VERDICTS

DEFAULT_FILE: Final = Path(etl.version.__file__).resolve().parent.parent / "warehouse" / "decisions.csv"
"""The reviewed file of a clone; an installed package has none."""

HEADER: Final = tuple(DECISION_SCHEMA)
_REQUIRED: Final = ("left", "right", "verdict", "why", "by")


class DecisionsInvalidError(PaperhouseError):
    """A file of decisions that cannot be followed."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}, line {line}: {problem}; mend the file, or build without --decisions")


def find_decisions(named: Path | None) -> Path | None:
    """Take the file that is named, else the clone's own if it has one."""
    return named or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)


def read_decisions(path: Path) -> pl.DataFrame:
    """Read a file of decisions: CSV in UTF-8 with the columns left, right, verdict, why, by, decided_on.

    Errors: ``DecisionsInvalidError`` for a file that is missing or no such CSV, an unknown verdict, a missing reason or
    author, a date that is none, or two lines that contradict each other.
    """
    rows: list[dict[str, object]] = []
    seen: dict[tuple[str, ...], str] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            if tuple(reader.fieldnames or ()) != HEADER:
                raise DecisionsInvalidError(path, 1, f"the header must be {','.join(HEADER)}")
            for row in reader:
                rows.append(_check_row(row, path, reader.line_num))
                pair = tuple(sorted((row["left"].strip(), row["right"].strip())))
                if seen.setdefault(pair, row["verdict"]) != row["verdict"]:
                    raise DecisionsInvalidError(path, reader.line_num, "an earlier line decides the same two otherwise")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DecisionsInvalidError(path, 1, f"it cannot be read ({error})") from error
    return pl.DataFrame(rows, schema=DECISION_SCHEMA)


def _check_row(row: dict[str, str], path: Path, line: int) -> dict[str, object]:
    if None in row or None in row.values():
        raise DecisionsInvalidError(path, line, f"it has not {len(HEADER)} fields")
    empty = [name for name in _REQUIRED if not row[name].strip()]
    if empty:
        raise DecisionsInvalidError(path, line, f"{', '.join(empty)} must not be empty")
    if row["verdict"] not in VERDICTS:
        raise DecisionsInvalidError(path, line, f"the verdict must be one of {', '.join(VERDICTS)}")
    try:
        decided_on = dt.date.fromisoformat(row["decided_on"].strip())
    except ValueError:
        raise DecisionsInvalidError(path, line, "decided_on must be a date such as 2025-10-29") from None
    return {name: row[name].strip() for name in _REQUIRED} | {"decided_on": decided_on}
