"""A release that stands is not made again; one that was touched, or that the log does not end with, is."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from etl.load.files import unseal_folder
from etl.load.standing import NOTE_NAME, find_standing, forget_note, note_release
from etl.load.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from etl.load.reader import Release
    from tests.etl.load.conftest import Publish


@pytest.fixture
def standing(warehouse: Warehouse, publish_tables: Publish) -> Release:
    release = publish_tables()
    note_release(warehouse, release, "these results")
    return release


def test_a_release_stands_for_what_it_was_made_from(warehouse: Warehouse, standing: Release):
    assert find_standing(warehouse, "these results") == standing
    assert find_standing(warehouse, "other results") is None


def edit_table(release: Release) -> None:
    path = release.list_files("papers")[0]
    path.chmod(0o644)
    path.write_bytes(path.read_bytes())


def replace_table(release: Release) -> None:
    path = release.list_files("papers")[0]
    before = path.stat()
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
    copy.replace(path)


def add_file(release: Release) -> None:
    (release.path / "notes.txt").write_text("mine", "utf-8")


def remove_report(release: Release) -> None:
    (release.path / "README.md").unlink()


@pytest.mark.parametrize("touch", [edit_table, replace_table, add_file, remove_report])
def test_a_release_that_was_touched_does_not_stand(
    warehouse: Warehouse, standing: Release, touch: Callable[[Release], None]
):
    unseal_folder(standing.path)
    touch(standing)
    assert find_standing(warehouse, "these results") is None


def test_a_release_that_is_not_current_or_not_in_the_log_does_not_stand(
    warehouse: Warehouse, standing: Release, tmp_path: Path
):
    warehouse.log.rename(tmp_path / "log")
    assert find_standing(warehouse, "these results") is None
    (tmp_path / "log").rename(warehouse.log)
    assert find_standing(warehouse, "these results") == standing
    warehouse.current.unlink()
    assert find_standing(warehouse, "these results") is None


def test_a_warehouse_that_was_moved_is_published_again_since_its_views_name_its_place(
    warehouse: Warehouse, standing: Release, tmp_path: Path
):
    warehouse.root.rename(tmp_path / "moved")
    assert standing.release_id
    assert find_standing(Warehouse(tmp_path / "moved"), "these results") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
@pytest.mark.usefixtures("standing")
def test_a_damaged_note_is_none(warehouse: Warehouse, text: str):
    (warehouse.state / NOTE_NAME).write_text(text, "utf-8")
    assert find_standing(warehouse, "these results") is None


@pytest.mark.usefixtures("standing")
def test_a_note_can_be_forgotten(warehouse: Warehouse):
    forget_note(warehouse)
    forget_note(warehouse)
    assert find_standing(warehouse, "these results") is None


def test_there_is_no_release_in_a_new_warehouse(warehouse: Warehouse):
    assert find_standing(warehouse, "these results") is None
