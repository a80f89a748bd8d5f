from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from etl.load.export import export_release
from etl.load.files import unseal_folder
from etl.load.lock import WarehouseLockedError, hold_lock
from etl.load.log import read_log
from etl.load.reader import ReleaseMissingError, open_release, read_current_id
from etl.load.rollback import ReleaseDamagedError, ReleaseElsewhereError, roll_back

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from tests.etl.load.conftest import Publish


@pytest.fixture
def both(tables: dict[str, pl.DataFrame], publish_tables: Publish) -> tuple[Release, Release]:
    """Publish two releases; the second is current."""
    return publish_tables(), publish_tables({"inputs": tables["inputs"].with_columns(reason=pl.lit("slow"))})


def test_earlier_release_is_current_again_and_the_log_says_how(
    warehouse: Warehouse, both: tuple[Release, Release]
) -> None:
    first, second = both
    inode = (first.path / "MANIFEST.json").stat().st_ino

    assert roll_back(warehouse, "previous") == first
    assert read_current_id(warehouse) == first.release_id
    assert (first.path / "MANIFEST.json").stat().st_ino == inode
    assert second.path.is_dir()
    assert [(line["release_id"], line["by"]) for line in read_log(warehouse)] == [
        (first.release_id, "build"),
        (second.release_id, "build"),
        (first.release_id, "rollback"),
    ]
    assert roll_back(warehouse, "previous") == second
    assert list(warehouse.staging.iterdir()) == []


def test_rolling_back_to_what_is_current_changes_nothing(warehouse: Warehouse, both: tuple[Release, Release]) -> None:
    assert roll_back(warehouse, "current") == both[1]
    assert len(read_log(warehouse)) == 2


@pytest.mark.parametrize("damage", ["papers/part-00000.parquet", "paperhouse.duckdb", "MANIFEST.json"])
def test_damaged_release_does_not_become_current(
    warehouse: Warehouse, both: tuple[Release, Release], damage: str
) -> None:
    first, second = both
    unseal_folder(first.path)
    (first.path / damage).unlink()

    with pytest.raises(ReleaseDamagedError, match="is damaged: see 'paperhouse verify"):
        roll_back(warehouse, first.release_id)
    assert read_current_id(warehouse) == second.release_id


def test_only_a_release_of_the_warehouse_can_be_current(
    warehouse: Warehouse, both: tuple[Release, Release], tmp_path: Path
) -> None:
    copy = export_release(both[0], tmp_path / "copy")

    with pytest.raises(ReleaseElsewhereError, match="is no release in"):
        roll_back(warehouse, str(copy.path))
    with pytest.raises(ReleaseMissingError):
        roll_back(warehouse, "0" * 32)
    assert open_release(warehouse) == both[1]


def test_rollback_waits_for_nobody_when_told_so(warehouse: Warehouse, both: tuple[Release, Release]) -> None:
    with hold_lock(warehouse), pytest.raises(WarehouseLockedError):
        roll_back(warehouse, both[0].release_id, wait=False)
