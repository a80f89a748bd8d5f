from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from etl.load import warehouse as warehouse_module
from etl.load.duckdb_names import PathUnspeakableError
from etl.load.warehouse import (
    ROOT_VARIABLE,
    Warehouse,
    WarehouseUnknownError,
    WarehouseUnwritableError,
    default_root,
    find_warehouse,
)


def test_variable_names_the_warehouse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, str(tmp_path))

    assert default_root() == tmp_path
    assert find_warehouse().root == tmp_path


def test_clone_has_its_warehouse_wherever_one_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, repo_root: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    assert default_root() == repo_root / "warehouse" / "data"


def test_empty_variable_names_nothing(monkeypatch: pytest.MonkeyPatch, repo_root: Path) -> None:
    monkeypatch.setenv(ROOT_VARIABLE, "")

    assert default_root() == repo_root / "warehouse" / "data"


def test_installed_package_wants_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(warehouse_module, "_CLONE", tmp_path)

    with pytest.raises(WarehouseUnknownError, match="use --warehouse or PAPERHOUSE_WAREHOUSE"):
        default_root()


def test_root_is_absolute_and_free_of_links(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to("disk")
    monkeypatch.chdir(tmp_path)

    assert Warehouse(Path("link")).root == tmp_path / "disk"
    assert Warehouse(Path("link")) == Warehouse(tmp_path / "disk")


def test_home_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert find_warehouse("~/papers").root == tmp_path / "papers"


def test_warehouse_is_taken_as_it_is(warehouse: Warehouse) -> None:
    assert find_warehouse(warehouse) is warehouse


def test_folders_are_made_once(warehouse: Warehouse) -> None:
    warehouse.create_folders()
    warehouse.create_folders()

    assert sorted(path.name for path in warehouse.root.iterdir()) == ["releases", "staging", "state"]


def test_place_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(WarehouseUnwritableError, match=r"file/warehouse cannot be written to \(Not a directory\)"):
        Warehouse(tmp_path / "file" / "warehouse").create_folders()


def test_place_that_duckdb_could_not_be_told_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(PathUnspeakableError, match="question mark"):
        Warehouse(tmp_path / "what?").create_folders()
    assert list(tmp_path.iterdir()) == []


def test_folder_without_the_right_to_write_is_named(monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: path != warehouse.staging)

    with pytest.raises(WarehouseUnwritableError, match=r"staging cannot be .* \(Permission denied\): mend its perm"):
        warehouse.create_folders()


def test_place_that_is_mounted_for_reading_is_told_as_that(
    monkeypatch: pytest.MonkeyPatch, warehouse: Warehouse
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: path != warehouse.staging)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))

    with pytest.raises(WarehouseUnwritableError, match=r"\(Read-only file system\): mount it for writing, or name"):
        warehouse.create_folders()
