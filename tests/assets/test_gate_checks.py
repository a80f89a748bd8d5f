"""What all tables together are checked for."""

from __future__ import annotations

import dagster as dg

from assets.gate_checks import GATE_CHECKS, KEPT, NEVER_EMPTY, ROWS, report_gate
from etl.load.gates import InvariantBrokenError
from etl.load.invariants import GATES
from etl.stages.gate import GateReport
from schemas import TABLES

FULL = dict.fromkeys(TABLES, 10)


def read_failed(report: GateReport) -> dict[str, dg.AssetCheckResult]:
    results = report_gate(report)
    assert [result.check_name for result in results] == [spec.name for spec in GATE_CHECKS]
    return {result.check_name: result for result in results if not result.passed}


def test_all_is_well_where_nothing_is_broken():
    assert read_failed(GateReport((), FULL, {})) == {}


def test_a_broken_invariant_is_shown_with_an_example_and_blocks():
    error = InvariantBrokenError(GATES[0], {"dump_id": "a\x1b[31m", "expected_byte": 4}, 3)
    failed = read_failed(GateReport((error,), FULL, {}))
    assert list(failed) == [GATES[0].name]
    result = failed[GATES[0].name]
    assert result.severity == dg.AssetCheckSeverity.ERROR
    assert result.description == f"broken in 3 places: {GATES[0].sentence}"
    (record,) = result.metadata["example"].value.records
    assert record.data == {"dump_id": "a\\x1b[31m", "expected_byte": 4}


def test_a_table_that_must_have_rows_and_has_none_is_named():
    failed = read_failed(GateReport((), FULL | {"papers": 0, "links": 0}, {}))
    assert {name: result.description for name, result in failed.items()} == {ROWS: "without a row: papers"}
    assert set(NEVER_EMPTY) < set(TABLES)


def test_a_table_that_lost_more_than_half_its_rows_is_a_warning():
    failed = read_failed(GateReport((), FULL, FULL | {"papers": 21}))
    assert {name: result.description for name, result in failed.items()} == {
        KEPT: "much fewer rows than before: papers"
    }
    assert failed[KEPT].severity == dg.AssetCheckSeverity.WARN
