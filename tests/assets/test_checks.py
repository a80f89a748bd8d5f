"""The checks: of rows before a release, and of a release on the disk."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.checks import RELEASE_CHECKS, catalog_is_usable, files_are_whole, invariants_hold
from assets.resources import WarehouseResource
from etl.load.files import unseal_folder
from etl.load.reader import open_release

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from tests.assets.conftest import FinishedRun


@pytest.fixture
def release(finished: FinishedRun, warehouse: Warehouse) -> Release:
    """Copy a good release to a warehouse where it may be damaged."""
    good = open_release(finished.warehouse)
    warehouse.create_folders()
    shutil.copytree(good.path, warehouse.releases / good.release_id)
    warehouse.current.symlink_to(f"releases/{good.release_id}")
    copy = open_release(warehouse)
    unseal_folder(copy.path)
    return copy


def overwrite(path: Path, content: bytes) -> None:
    path.unlink()
    path.write_bytes(content)


def test_a_damaged_and_a_missing_file_are_noticed(release: Release, warehouse: Warehouse):
    damaged, missing = release.list_files("links")[0], release.list_files("papers")[0]
    overwrite(damaged, damaged.read_bytes()[:-1] + b"?")
    missing.unlink()
    result = files_are_whole(WarehouseResource(path=str(warehouse.root)))
    assert not result.passed
    names = sorted(path.relative_to(release.path).as_posix() for path in (damaged, missing))
    assert result.description == f"not as published: {', '.join(names)}"
    assert result.metadata["damaged_file_count"].value == 2


def test_tables_that_contradict_each_other_are_noticed(release: Release, warehouse: Warehouse):
    listings = release.list_files("listings")[0]
    rows = release.read("listings")
    listings.unlink()
    rows.slice(1).write_parquet(listings)
    result = invariants_hold(WarehouseResource(path=str(warehouse.root)))
    assert not result.passed
    assert result.description == "broken: bytes_tile_dumps"
    assert list(warehouse.staging.iterdir()) == []


def test_a_catalog_that_shows_other_files_is_noticed(release: Release, warehouse: Warehouse):
    result = catalog_is_usable(WarehouseResource(path=str(warehouse.root)))
    assert not result.passed  # the copy's views still lead to the release it was copied from
    release.catalog.unlink()
    assert not catalog_is_usable(WarehouseResource(path=str(warehouse.root))).passed


@pytest.mark.parametrize("check", RELEASE_CHECKS[:-1], ids=lambda check: next(iter(check.check_keys)).name)
def test_a_warehouse_without_a_release_is_refused_in_words(check: dg.AssetChecksDefinition, warehouse: Warehouse):
    with pytest.raises(dg.Failure) as caught:
        check(WarehouseResource(path=str(warehouse.root)))
    assert "has no release yet" in caught.value.description
