"""What all tables together are checked for before a release is made of them: every invariant, and enough rows.

They stand at one asset that the release is made from, so whoever wonders why there is no new release looks there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg
import polars as pl

from assets.metadata import tabulate
from etl.load.invariants import GATES
from etl.load.succession import find_shrunk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from etl.load.gates import InvariantBrokenError
    from etl.stages.gate import GateReport

GATED: Final = "gated_tables"
ROWS: Final = "tables_have_rows"
KEPT: Final = "nothing_has_shrunk"

NEVER_EMPTY: Final = ("inputs", "dumps", "pages", "listings", "papers", "aliases")
"""Tables without which there is no dataset; the others may have no row."""

GATE_CHECKS: Final = (
    *(
        dg.AssetCheckSpec(gate.name, asset=GATED, blocking=True, description=f"{gate.sentence.capitalize()}.")
        for gate in GATES
    ),
    dg.AssetCheckSpec(
        ROWS, asset=GATED, blocking=True, description=f"There is at least one row of each: {', '.join(NEVER_EMPTY)}."
    ),
    dg.AssetCheckSpec(
        KEPT,
        asset=GATED,
        description="Dumps, listings and papers have at least half the rows of the current release. A warning here; "
        "publishing then refuses if both were built from the same files and folders, unless told allow_shrink.",
    ),
)


def report_gate(report: GateReport) -> list[dg.AssetCheckResult]:
    """Report every invariant, whether it holds or is broken, and what the counts say."""
    broken = {error.invariant: error for error in report.broken}
    return [
        *(_report_invariant(gate.name, gate.sentence, broken) for gate in GATES),
        _report_rows(report),
        _report_shrink(report),
    ]


def _report_invariant(name: str, sentence: str, broken: Mapping[str, InvariantBrokenError]) -> dg.AssetCheckResult:
    error = broken.get(name)
    example = {"example": tabulate(pl.DataFrame([error.example]))} if error else {}
    return dg.AssetCheckResult(
        passed=error is None,
        check_name=name,
        asset_key=GATED,
        description=f"broken in {error.count} places: {sentence}" if error else sentence,
        metadata={"broken_place_count": error.count if error else 0, **example},
    )


def _report_rows(report: GateReport) -> dg.AssetCheckResult:
    empty = [table for table in NEVER_EMPTY if not report.rows[table]]
    return dg.AssetCheckResult(
        passed=not empty,
        check_name=ROWS,
        asset_key=GATED,
        description=f"without a row: {', '.join(empty)}" if empty else "every table that needs rows has some",
        metadata={"empty_table_count": len(empty)},
    )


def _report_shrink(report: GateReport) -> dg.AssetCheckResult:
    shrunk = find_shrunk(report.changes)
    return dg.AssetCheckResult(
        passed=not shrunk,
        check_name=KEPT,
        asset_key=GATED,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"much fewer rows than before: {', '.join(shrunk)}"
        if shrunk
        else "no table has lost half its rows",
        metadata={"shrunk_table_count": len(shrunk)},
    )
