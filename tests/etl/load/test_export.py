from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest

from etl.load import export as export_module
from etl.load.changes import FolderNotEmptyError
from etl.load.export import CopyFailedError, export_release, rebuild_views
from etl.load.files import DiskFullError, hash_file, unseal_folder
from etl.load.manifest import list_entries
from etl.load.reader import open_release

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from tests.etl.load.conftest import Publish


class Usage(NamedTuple):
    free: int


def count_papers(release: Release) -> int:
    with release.connect() as connection:
        ((count,),) = connection.sql("SELECT count(*) FROM papers").fetchall()
    return int(count)


def test_copy_has_the_same_bytes_and_its_views_read_them(release: Release, tmp_path: Path) -> None:
    copy = export_release(release, tmp_path / "a folder" / "it's [1]")

    for entry in list_entries(release.manifest):
        assert hash_file(copy.path / entry["path"]) == entry["sha256"]
        assert not (copy.path / entry["path"]).samefile(release.path / entry["path"])
    assert count_papers(copy) == 4
    assert open_release(release=copy.path) == copy
    assert [path.name for path in copy.path.parent.iterdir()] == [copy.path.name], "nothing else is left"
    assert {path.stat().st_mode & 0o777 for path in copy.path.rglob("*") if path.is_file()} == {0o444}


def test_copy_outlives_its_warehouse(warehouse: Warehouse, publish_tables: Publish, tmp_path: Path) -> None:
    copy = export_release(publish_tables(), tmp_path / "copy")
    unseal_folder(warehouse.releases)
    shutil.rmtree(warehouse.root)

    assert count_papers(copy) == 4


def test_empty_folder_is_filled_and_nothing_is_overwritten(release: Release, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert count_papers(export_release(release, tmp_path / "empty")) == 4

    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("empty", "file", "link"):
        with pytest.raises(FolderNotEmptyError, match="is there already"):
            export_release(release, tmp_path / name)


def test_moved_copy_gets_views_of_its_new_place(release: Release, tmp_path: Path) -> None:
    copy = export_release(release, tmp_path / "copy")
    moved = copy.path.rename(tmp_path / "moved")

    assert count_papers(rebuild_views(moved)) == 4
    assert moved.stat().st_mode & 0o777 == 0o555


def test_damaged_release_is_not_passed_on(publish_tables: Publish, tmp_path: Path) -> None:
    release = publish_tables()
    unseal_folder(release.path)
    (release.path / "DICTIONARY.md").unlink()
    (release.path / "DICTIONARY.md").write_text("another", encoding="utf-8")

    with pytest.raises(CopyFailedError, match=r"DICTIONARY\.md was copied with other bytes"):
        export_release(release, tmp_path / "copies" / "one")
    assert list((tmp_path / "copies").iterdir()) == []


def test_copy_whose_views_cannot_be_made_is_taken_away(
    monkeypatch: pytest.MonkeyPatch, release: Release, tmp_path: Path
) -> None:
    def fail(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export_module, "build_catalog", fail)

    with pytest.raises(OSError, match="No space left"):
        export_release(release, tmp_path / "copies" / "one")
    assert list((tmp_path / "copies").iterdir()) == []


def test_full_disk_is_told_before_anything_is_copied(
    monkeypatch: pytest.MonkeyPatch, release: Release, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free=1 << 20))

    with pytest.raises(DiskFullError, match="only 1 MiB are free"):
        export_release(release, tmp_path / "copies" / "one")
    assert list((tmp_path / "copies").iterdir()) == []
