"""Before publishing: what all tables say together, told whole instead of at the first fault.

Publishing runs the same gates again over the files that it publishes; this is for who wants to see each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from etl.load.gates import find_broken_gates
from etl.load.reader import ReleaseMissingError, open_release
from etl.load.staging import hold_staging
from etl.load.tables import list_files, scan_files
from etl.stages.publish import find_tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.load.gates import InvariantBrokenError
    from etl.load.warehouse import Warehouse
    from etl.stages.receipt import Receipt


@dataclass(frozen=True)
class GateReport:
    """Every invariant that the tables break, and the rows of each table beside those of the current release."""

    broken: tuple[InvariantBrokenError, ...]
    rows: dict[str, int]
    rows_before: dict[str, int]
    """Empty where nothing was published yet."""

    @property
    def changes(self) -> dict[str, tuple[int, int]]:
        """The rows of each table before and now."""
        return {table: (self.rows_before.get(table, 0), rows) for table, rows in self.rows.items()}


def run_gates(warehouse: Warehouse, receipts: Sequence[Receipt]) -> GateReport:
    """Run every gate over the tables of all stages.

    Errors: ``TableInvalidError`` if a table breaks a rule of its own; ``ResultMissingError``.
    """
    files = {table: list_files(folder) for table, folder in find_tables(warehouse, receipts).items()}
    with hold_staging(warehouse) as spill_folder:
        broken = tuple(find_broken_gates(files, spill_folder))
    rows = {table: scan_files(paths).select(pl.len()).collect().item() for table, paths in files.items()}
    return GateReport(broken, rows, count_current_rows(warehouse))


def count_current_rows(warehouse: Warehouse) -> dict[str, int]:
    """Count the rows of each table of the current release, by its manifest; nothing where there is none yet."""
    try:
        release = open_release(warehouse)
    except ReleaseMissingError:
        return {}
    return {table: entry["rows"] for table, entry in release.manifest["tables"].items()}
