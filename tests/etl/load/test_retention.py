from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from etl.load.files import seal_folder
from etl.load.retention import KEPT_RELEASES, mark_current, remove_old_releases

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
