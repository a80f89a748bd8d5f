from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from etl.load.draft import (
    TablesIncompleteError,
    check_space,
    list_sources,
)
from etl.load.files import DiskFullError
from etl.load.tables import TableMissingError
from schemas import TABLES
from tests.conftest_tables import write_tables

if TYPE_CHECKING:
    import polars as pl


class Usage(NamedTuple):
    free: int


class Status(NamedTuple):
    st_dev: int
    st_size: int


def test_sources_are_all_files_of_all_tables(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    sources = list_sources(write_tables(tables, tmp_path, partitions=1024))

    assert list(sources) == list(TABLES)
    assert sources["links"] == sorted((tmp_path / "links").iterdir())


def test_missing_and_unknown_tables_are_named(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    folders = write_tables(tables, tmp_path)
    folders["poems"] = folders.pop("papers")

    with pytest.raises(TablesIncompleteError, match="missing or unknown: papers, poems"):
        list_sources(folders)


def test_table_without_files_is_named(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    folders = write_tables(tables, tmp_path)

    with pytest.raises(TableMissingError, match="nowhere holds no Parquet files"):
        list_sources({**folders, "papers": tmp_path / "nowhere"})


def test_linked_tables_need_little_room(
    monkeypatch: pytest.MonkeyPatch, tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    sources = list_sources(write_tables(tables, tmp_path))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free=64 << 20))

    check_space(sources, tmp_path)

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free=(64 << 20) - 1))
    with pytest.raises(DiskFullError, match=r"needs 64 MiB in .*, where only 63 MiB are free: free some space"):
        check_space(sources, tmp_path)


def test_tables_on_another_disk_need_their_own_size(
    monkeypatch: pytest.MonkeyPatch, tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    (tmp_path / "staging").mkdir()
    sources = list_sources(write_tables(tables, tmp_path))
    size = sum(file.stat().st_size for files in sources.values() for file in files)

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free=(64 << 20) + size - 1))
    check_space(sources, tmp_path / "staging")

    stat = Path.stat
    here = tmp_path / "staging"
    monkeypatch.setattr(Path, "stat", lambda path: Status(stat(path).st_dev + (path != here), stat(path).st_size))
    with pytest.raises(DiskFullError):
        check_space(sources, here)
