"""What the dumps are checked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import polars as pl
import pytest

from assets.config import QuarantineConfig
from assets.dump_checks import LAYOUTS, QUARANTINE, check_layouts, check_quarantine
from etl.load.reader import open_release, read_current_id

if TYPE_CHECKING:
    from pathlib import Path

    from tests.assets.conftest import FinishedRun, Workshop

pytestmark = pytest.mark.usefixtures("plain_report")


@pytest.fixture
def folder(finished: FinishedRun, tmp_path: Path) -> Path:
    """Copy the tables of a good run to where they may be changed."""
    release = open_release(finished.warehouse)
    for table in ("dumps", "quarantine"):
        (tmp_path / table).mkdir()
        release.read(table).write_parquet(tmp_path / table / "part-00000.parquet")
    return tmp_path


def change(folder: Path, table: str, **columns: pl.Expr) -> None:
    path = folder / table / "part-00000.parquet"
    pl.read_parquet(path).with_columns(**columns).write_parquet(path)


def test_known_layouts_pass(folder: Path):
    result = check_layouts(folder)
    assert (result.passed, result.description) == (True, "every page has a known layout")


def test_a_dump_of_an_unknown_layout_is_an_alarm_that_blocks_nothing(folder: Path):
    change(folder, "dumps", reason=pl.lit("layout_unknown"))
    result = check_layouts(folder)
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert result.description.startswith("2 dumps have what no layout describes")
    assert len(result.metadata["where"].value.records) == 2


@pytest.mark.parametrize(
    ("quarantined", "passed", "severity"),
    [(0, True, "WARN"), (2, True, "WARN"), (3, False, "WARN"), (25, False, "WARN"), (26, False, "ERROR")],
)
def test_much_quarantine_warns_and_too_much_blocks(folder: Path, quarantined: int, severity: str, *, passed: bool):
    change(folder, "dumps", byte_count=pl.lit(100, pl.Int64), quarantine_bytes=pl.lit(quarantined, pl.Int64))
    result = check_quarantine(folder, QuarantineConfig())
    assert (result.passed, result.severity.value) == (passed, severity)
    assert result.metadata["quarantine_share"].value == quarantined / 100


def test_dumps_of_which_little_can_be_read_stop_the_release_unless_the_limit_is_raised(workshop: Workshop):
    (workshop.dumps / "strange.txt").write_text("".join(f"row {number} | {number * 7}\n" for number in range(500)))
    result = workshop.run()
    assert not result.success
    failed = {check.check_name for check in result.get_asset_check_evaluations() if not check.passed}
    assert failed == {QUARANTINE, LAYOUTS}
    assert "publish" not in [event.step_key for event in result.all_events if event.is_step_start]
    assert read_current_id(workshop.warehouse) is None
    assert workshop.run(extract={"most_quarantine": 1.0}).success
