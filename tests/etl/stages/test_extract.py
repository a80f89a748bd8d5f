from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest
from polars.testing import assert_frame_equal

from etl.extract.files import InputUnreadableError
from etl.load.files import DiskFullError
from etl.load.tables import read_table
from etl.load.warehouse import Warehouse
from etl.runners.local import LocalRunner
from etl.stages import runs, units, work_unit
from etl.stages.collect import InputOptions, collect_inputs
from etl.stages.extract import PUBLISHED, extract_listings
from etl.stages.runs import list_runs, read_runs
from etl.stages.units import UNIT_BYTES
from etl.stages.work_unit import UNIT_TABLES, DumpChangedError
from tests.etl.stages.dumps import MARCH, NO_PAGE, NOVEMBER, OCTOBER, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.stages.receipt import Receipt


class Usage(NamedTuple):
    free: int


@pytest.fixture
def four_dumps(tmp_path: Path) -> Path:
    return write_dumps(tmp_path / "four", a=OCTOBER, b=NOVEMBER, c=MARCH, d=NO_PAGE)


@pytest.fixture
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each dump a unit of its own, so that several workers have something to do."""
    monkeypatch.setattr(units, "UNIT_BYTES", 1)


def extract_folder(warehouse: Warehouse, folder: Path, workers: int = 1) -> tuple[Receipt, Path]:
    collected = collect_inputs(warehouse, InputOptions((folder,)))
    receipt = extract_listings(warehouse, collected, runner=LocalRunner(workers))
    return receipt, receipt.open_folder(warehouse)


def test_what_was_read_is_counted_for_people(warehouse: Warehouse, four_dumps: Path):
    receipt, folder = extract_folder(warehouse, four_dumps)
    counts = {name: receipt.metrics[name] for name in ("read_dumps", "empty_dumps", "rejected_dumps", "broken_rules")}
    assert counts == {"read_dumps": 3, "empty_dumps": 0, "rejected_dumps": 1, "broken_rules": 0}
    assert (receipt.metrics["listing_count"], receipt.metrics["quarantine_count"]) == (6, 1)
    roles = [receipt.metrics[f"{role}_bytes"] for role in ("listing", "chrome", "blank", "quarantine")]
    assert sum(roles) == receipt.metrics["byte_count"] == sum(path.stat().st_size for path in four_dumps.iterdir())
    assert {name: read_table(folder, name).height > 0 for name in PUBLISHED} == dict.fromkeys(PUBLISHED, True)


def test_one_worker_and_several_and_any_units_give_the_same_tables(
    tmp_path: Path, four_dumps: Path, monkeypatch: pytest.MonkeyPatch
):
    results = []
    for workers, unit_bytes, batch_bytes in ((1, UNIT_BYTES, 9999), (1, 1, 9999), (2, 1, 9999), (1, UNIT_BYTES, 1)):
        monkeypatch.setattr(units, "UNIT_BYTES", unit_bytes)
        monkeypatch.setattr(work_unit, "BATCH", units.Limit(batch_bytes, 2000))
        monkeypatch.setattr(runs, "BATCH_BYTES", 500)
        results.append(extract_folder(Warehouse(tmp_path / f"warehouse {len(results)}"), four_dumps, workers))
    (first, folder), *others = results
    for receipt, other in others:
        assert receipt == first
        for table in UNIT_TABLES:
            key = read_runs(folder / "runs" / table).columns[:2]
            assert_frame_equal(*(read_runs(place / "runs" / table).sort(key) for place in (other, folder)))
        for table in PUBLISHED:
            assert_frame_equal(read_table(other, table), read_table(folder, table))
    assert len(list_runs(others[0][1] / "runs" / "cards")) > len(list_runs(others[-1][1] / "runs" / "cards"))


@pytest.mark.usefixtures("small_units")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_dump_that_changes_during_the_build_is_named_and_nothing_is_left(
    warehouse: Warehouse, four_dumps: Path, workers: int
):
    collected = collect_inputs(warehouse, InputOptions((four_dumps,)))
    (four_dumps / "c.txt").write_text(f"{MARCH}\n\nmore")
    with pytest.raises(
        DumpChangedError, match=r"^c\.txt: the file changed during the build; start the build again[^:]*$"
    ):
        extract_listings(warehouse, collected, runner=LocalRunner(workers))
    assert list((warehouse.state / "extract").iterdir()) == []


@pytest.mark.usefixtures("small_units")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_dump_that_vanishes_during_the_build_is_named(warehouse: Warehouse, four_dumps: Path, workers: int):
    collected = collect_inputs(warehouse, InputOptions((four_dumps,)))
    (four_dumps / "c.txt").unlink()
    with pytest.raises(InputUnreadableError, match=r"^c\.txt: no such file"):
        extract_listings(warehouse, collected, runner=LocalRunner(workers))


def test_dumps_that_were_read_before_are_not_read_again(warehouse: Warehouse, four_dumps: Path):
    receipt, _ = extract_folder(warehouse, four_dumps)
    (four_dumps / "a.txt").rename(four_dumps / "z.txt")
    collected = collect_inputs(warehouse, InputOptions((four_dumps,)))
    (four_dumps / "z.txt").unlink()  # proof: it is not there to be read
    assert extract_listings(warehouse, collected, runner=LocalRunner(1)) == receipt


@pytest.mark.usefixtures("small_units")
def test_progress_is_told_in_bytes_up_to_all_of_them(warehouse: Warehouse, four_dumps: Path):
    told: list[tuple[int, int]] = []
    collected = collect_inputs(warehouse, InputOptions((four_dumps,)))
    extract_listings(
        warehouse, collected, runner=LocalRunner(1), on_progress=lambda done, total: told.append((done, total))
    )
    total = sum(path.stat().st_size for path in four_dumps.iterdir())
    assert len(told) == 4
    assert told == sorted(told)
    assert told[-1] == (total, total)


def test_a_disk_without_room_is_told_before_any_dump_is_read(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, four_dumps: Path
):
    collected = collect_inputs(warehouse, InputOptions((four_dumps,)))
    for path in four_dumps.iterdir():
        path.unlink()  # proof: nothing of them is read
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free=64 << 20))
    with pytest.raises(
        DiskFullError, match=r"the build needs 64 MiB in .*, where only 64 MiB are free: free some space"
    ):
        extract_listings(warehouse, collected, runner=LocalRunner(1))


def test_kept_units_need_less_room(monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, four_dumps: Path):
    extract_folder(warehouse, four_dumps)
    size = sum(path.stat().st_size for path in four_dumps.iterdir())
    (four_dumps / "e.txt").write_text("nothing of interest\n", "utf-8")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free=(64 << 20) + 2 * size))
    extract_folder(warehouse, four_dumps)
