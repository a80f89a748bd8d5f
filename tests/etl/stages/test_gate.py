"""What all tables say together, told whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.load.files import unseal_folder
from etl.load.reader import open_release
from etl.load.tables import list_files, read_table
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
from etl.stages.gate import count_current_rows, run_gates
from schemas import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from etl.stages.receipt import Receipt


@pytest.fixture
def receipts(warehouse: Warehouse, repo_root: Path) -> list[Receipt]:
    dumps = repo_root / "warehouse" / "landing" / "page-000000.txt"
    return list(build(warehouse, InputOptions((dumps,)), runner=LocalRunner(1)).receipts.values())


def test_tables_that_were_published_pass_and_show_no_change(warehouse: Warehouse, receipts: list[Receipt]):
    report = run_gates(warehouse, receipts)
    assert report.broken == ()
    assert report.rows == report.rows_before == {name: open_release(warehouse).read(name).height for name in TABLES}
    assert report.changes["papers"] == (report.rows["papers"], report.rows["papers"])
    assert list(warehouse.staging.iterdir()) == []


def test_every_broken_invariant_is_told_and_not_the_first_alone(warehouse: Warehouse, receipts: list[Receipt]):
    folder = next(receipt.open_folder(warehouse) for receipt in receipts if receipt.stage == "resolve")
    unseal_folder(folder)
    (file,) = list_files(folder / "listings")
    rows = read_table(folder, "listings")
    file.unlink()
    rows.slice(1).write_parquet(file)
    broken = {error.invariant for error in run_gates(warehouse, receipts).broken}
    assert {"bytes_tile_dumps", "bytes_by_role", "dumps_listing_count", "pages_listing_count"} <= broken


def test_before_the_first_release_there_are_no_rows(warehouse: Warehouse):
    assert count_current_rows(warehouse) == {}
