from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from etl.load.files import seal_folder
from etl.load.lock import WarehouseLockedError, hold_lock
from etl.load.retention import (
    KEPT_RELEASES,
    PromiseBrokenError,
    Rest,
    collect_garbage,
    mark_current,
    measure_own_bytes,
    remove_old_releases,
)

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse

NOW = dt.datetime(2025, 10, 29, tzinfo=dt.UTC)


@pytest.fixture
def staging(warehouse: Warehouse) -> Path:
    warehouse.create_folders()
    return warehouse.staging


def make_releases(warehouse: Warehouse, ages: list[float]) -> list[str]:
    """Make releases that were last current so many days ago; the last one is current."""
    names = [f"{number:02d}" for number in range(len(ages))]
    for name, age in zip(names, ages, strict=True):
        folder = warehouse.releases / name
        (folder / "papers").mkdir(parents=True)
        seal_folder(folder)
        mark_current(folder, NOW - dt.timedelta(days=age))
    warehouse.current.symlink_to(f"releases/{names[-1]}")
    return names


def list_names(warehouse: Warehouse) -> list[str]:
    return sorted(folder.name for folder in warehouse.releases.iterdir())


def test_last_ten_stay_however_old(warehouse: Warehouse, staging: Path) -> None:
    names = make_releases(warehouse, [100 - number for number in range(14)])

    assert remove_old_releases(warehouse, NOW, staging) == names[3::-1]
    assert list_names(warehouse) == names[-KEPT_RELEASES:]
    assert list(staging.iterdir()) == []


def test_seven_days_stay_however_many(warehouse: Warehouse, staging: Path) -> None:
    names = make_releases(warehouse, [7.01, *[6.99] * 20])

    assert remove_old_releases(warehouse, NOW, staging) == names[:1]
    assert list_names(warehouse) == names[1:]


def test_current_release_stays(warehouse: Warehouse, staging: Path) -> None:
    names = make_releases(warehouse, [*[50] * 11, 100])

    assert remove_old_releases(warehouse, NOW, staging) == [names[10]]
    assert names[-1] in list_names(warehouse)


def test_nothing_to_remove_is_fine(warehouse: Warehouse, staging: Path) -> None:
    assert remove_old_releases(warehouse, NOW, staging) == []


def test_garbage_is_collected_under_the_lock(warehouse: Warehouse, staging: Path) -> None:
    old = dt.timedelta(days=(dt.datetime.now(dt.UTC) - NOW).days)
    names = make_releases(warehouse, [100 - number + old.days for number in range(14)])
    (staging / "of a dead build").mkdir()

    planned = collect_garbage(warehouse, Rest(), dry_run=True)
    assert list_names(warehouse) == names
    assert [removal.release_id for removal in planned] == names[3::-1]

    assert collect_garbage(warehouse, Rest()) == planned
    assert list_names(warehouse) == names[-KEPT_RELEASES:]
    assert list(staging.iterdir()) == []
    with hold_lock(warehouse), pytest.raises(WarehouseLockedError):
        collect_garbage(warehouse, Rest(), wait=False)


def test_less_than_the_promise_must_be_asked_for_by_name(warehouse: Warehouse, staging: Path) -> None:
    names = make_releases(warehouse, [4, 3, 2, 1])

    for rest in (Rest(releases=2), Rest(days=0)):
        with pytest.raises(PromiseBrokenError, match=r"promised the last 10 releases and 7 days, .* --break-promise"):
            collect_garbage(warehouse, rest)
    assert list_names(warehouse) == names

    collect_garbage(warehouse, Rest(1, 0), break_promise=True)
    assert list_names(warehouse) == names[-1:]
    assert list(staging.iterdir()) == []


def test_bytes_that_another_release_holds_are_not_freed(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "own").write_bytes(b"1234")
    (tmp_path / "one" / "shared").write_bytes(b"12345678")
    (tmp_path / "other").hardlink_to(tmp_path / "one" / "shared")

    assert measure_own_bytes(tmp_path / "one") == 4
