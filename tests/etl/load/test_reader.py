from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.load.catalog import CatalogUnusableError
from etl.load.export import rebuild_views
from etl.load.files import remove_folder, unseal_folder
from etl.load.manifest import ManifestUnreadableError
from etl.load.query import run_select
from etl.load.reader import (
    CopyMissingError,
    ReleaseAmbiguousError,
    ReleaseMissingError,
    TableUnknownError,
    list_releases,
    open_release,
    read_current_id,
)
from etl.load.warehouse import ROOT_VARIABLE, WarehouseUnknownError
from schemas import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from tests.etl.load.conftest import Publish


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_read_whole_and_lazily(release: Release, tables: dict[str, pl.DataFrame], name: str) -> None:
    assert_frame_equal(release.read(name), tables[name])
    assert_frame_equal(release.scan(name).collect(), tables[name])


def test_release_is_found_however_the_warehouse_is_named(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse, publish_tables: Publish
) -> None:
    release = publish_tables()
    monkeypatch.setenv(ROOT_VARIABLE, str(warehouse.root))

    for named in (warehouse, warehouse.root, str(warehouse.root), None):
        assert open_release(named) == release


def test_release_is_opened_by_its_id(tables: dict[str, pl.DataFrame], publish_tables: Publish) -> None:
    first = publish_tables()
    second = publish_tables({"inputs": tables["inputs"].with_columns(reason=pl.lit("slow"))})
    house = first.path.parent.parent

    assert open_release(house).release_id == second.release_id
    assert open_release(house, release=first.release_id) == first
    assert open_release(house, release=first.release_id[:8]) == first
    assert open_release(house, release="previous") == first
    assert open_release(house, release=first.path) == open_release(release=str(first.path)) == first


def test_no_release_yet_is_told_with_what_to_type(warehouse: Warehouse) -> None:
    with pytest.raises(ReleaseMissingError, match="has no release yet: build one with 'paperhouse build DUMPS'"):
        open_release(warehouse)
    assert read_current_id(warehouse) is None
    assert list_releases(warehouse) == []


def test_unknown_release_is_told(release: Release) -> None:
    house = release.path.parent.parent

    for name in ("0" * 32, "..", ""):
        with pytest.raises(ReleaseMissingError, match="has no release"):
            open_release(house, release=name)
    with pytest.raises(ReleaseMissingError, match="has no release before the current one"):
        open_release(house, release="previous")
    with pytest.raises(CopyMissingError, match="gone is no folder"):
        open_release(house, release=house / "gone")


def test_beginning_of_several_ids_is_told_with_them(warehouse: Warehouse) -> None:
    for name in ("ab1", "ab2", "ac1"):
        (warehouse.releases / name).mkdir(parents=True)

    with pytest.raises(ReleaseAmbiguousError, match=r"2 releases begin with ab \(ab1, ab2\)"):
        open_release(warehouse, release="ab")


def test_release_before_is_found_by_the_log_and_must_be_there(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    first, second, _ = (
        publish_tables({"inputs": tables["inputs"].with_columns(reason=pl.lit(reason))}) for reason in ("a", "b", "c")
    )
    assert open_release(warehouse, release="previous") == second

    remove_folder(second.path)

    assert open_release(warehouse, release="previous") == first


def test_current_that_is_missing_beside_releases_is_told(warehouse: Warehouse, publish_tables: Publish) -> None:
    publish_tables()
    warehouse.current.unlink()

    with pytest.raises(ReleaseMissingError, match=r"has no current release, though .* is not empty: choose one of"):
        open_release(warehouse)


def test_moved_release_is_not_asked_through_views_of_its_old_place(release: Release, tmp_path: Path) -> None:
    copy = shutil.copytree(release.path, tmp_path / "copy")

    with pytest.raises(CatalogUnusableError, match=r"reads other files.*'paperhouse export .*/copy --in-place'"):
        open_release(release=copy).connect()
    with pytest.raises(CatalogUnusableError):
        run_select(open_release(release=copy), "FROM papers")
    rebuild_views(copy)
    assert run_select(open_release(release=copy), "FROM papers").num_rows > 0


def test_damaged_releases_are_told_beside_the_list_of_the_others(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    first = publish_tables()
    second = publish_tables({"inputs": tables["inputs"].with_columns(reason=pl.lit("slow"))})
    unseal_folder(first.path)
    (first.path / "MANIFEST.json").write_bytes(b"{")
    told: list[ManifestUnreadableError] = []

    assert list_releases(warehouse, on_damage=told.append) == [second]
    assert [first.release_id in str(error) for error in told] == [True]
    with pytest.raises(ManifestUnreadableError):
        list_releases(warehouse)


def test_current_that_leads_nowhere_is_told(warehouse: Warehouse, publish_tables: Publish) -> None:
    remove_folder(publish_tables().path)

    with pytest.raises(ReleaseMissingError, match="has no release yet"):
        open_release(warehouse)


def test_damaged_release_is_told(warehouse: Warehouse, publish_tables: Publish) -> None:
    release = publish_tables()
    unseal_folder(release.path)
    manifest = release.path / "MANIFEST.json"
    manifest.unlink()
    manifest.write_text("{", encoding="utf-8")

    with pytest.raises(ManifestUnreadableError, match="this release is damaged: build again"):
        open_release(warehouse)


def test_unknown_table_is_told_with_those_there_are(release: Release) -> None:
    with pytest.raises(TableUnknownError, match="no table 'poems': the tables are aliases, dumps, "):
        release.read("poems")


def test_releases_are_listed_latest_first(
    warehouse: Warehouse, tables: dict[str, pl.DataFrame], publish_tables: Publish
) -> None:
    releases = [
        publish_tables({"inputs": tables["inputs"].with_columns(reason=pl.lit(reason))}) for reason in ("a", "b", "c")
    ]
    (warehouse.releases / "unfinished").mkdir()
    by_time = sorted(releases, key=lambda found: (found.manifest["created_at"], found.release_id), reverse=True)

    assert list_releases(warehouse) == by_time


def test_no_warehouse_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr("etl.load.warehouse._CLONE", tmp_path)

    with pytest.raises(WarehouseUnknownError):
        open_release()
