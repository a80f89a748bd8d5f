from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from etl.sample import SampleTargetError, write_sample

if TYPE_CHECKING:
    from pathlib import Path


def write(out: Path, dumps: int = 2) -> None:
    write_sample(out, dumps=dumps, seed=1, cards_per_dump=3)


def list_names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_missing_folder_is_made_with_its_parents(tmp_path: Path):
    write(tmp_path / "a" / "b")
    assert "page-000001.txt" in list_names(tmp_path / "a" / "b")


def test_an_earlier_sample_is_replaced_whole(tmp_path: Path):
    write(tmp_path, dumps=5)
    write(tmp_path, dumps=2)
    assert list_names(tmp_path) == {"README.md", "_truth", "page-000000.txt", "page-000001.txt"}


def test_a_sample_that_was_broken_off_is_replaced_and_never_looks_whole(tmp_path: Path):
    def break_off(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(tmp_path, dumps=5, seed=1, cards_per_dump=3, on_dump=break_off)
    assert "_truth" not in list_names(tmp_path)
    write(tmp_path)
    assert list_names(tmp_path) == {"README.md", "_truth", "page-000000.txt", "page-000001.txt"}


def test_a_folder_with_other_files_is_refused_and_left_as_it_is(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(
        SampleTargetError, match=r"holds other files, such as thesis\.txt; name a new or an empty folder"
    ):
        write(tmp_path)
    assert list_names(tmp_path) == {"thesis.txt"}


def test_a_sample_to_which_somebody_added_a_file_is_refused(tmp_path: Path):
    write(tmp_path)
    (tmp_path / "notes.md").write_text("mine")
    before = list_names(tmp_path)
    with pytest.raises(SampleTargetError, match=r"such as notes\.md"):
        write(tmp_path, dumps=1)
    assert list_names(tmp_path) == before


@pytest.mark.parametrize("note", ["# My own project\n", None])
def test_files_that_only_have_the_names_of_a_sample_are_refused(tmp_path: Path, note: str | None):
    (tmp_path / "page-000000.txt").write_text("real")
    if note is not None:
        (tmp_path / "README.md").write_text(note)
    before = list_names(tmp_path)
    with pytest.raises(SampleTargetError, match="not empty and no earlier sample"):
        write(tmp_path)
    assert list_names(tmp_path) == before


def test_a_truth_that_holds_something_else_is_not_removed(tmp_path: Path):
    write(tmp_path)
    (tmp_path / "_truth" / "mine.csv").write_text("1")
    with pytest.raises(SampleTargetError, match="cannot be written"):
        write(tmp_path)
    assert (tmp_path / "_truth" / "mine.csv").read_text() == "1"


def test_a_file_is_refused(tmp_path: Path):
    out = tmp_path / "file"
    out.write_text("text")
    with pytest.raises(SampleTargetError, match="it is a file"):
        write(out)
    assert out.read_text() == "text"


def test_a_place_below_a_file_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("text")
    with pytest.raises(SampleTargetError, match="cannot be written: not a directory; name a folder that can be"):
        write(tmp_path / "file" / "sample")


def test_a_full_disk_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(_path: Path, _raw: bytes) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    with pytest.raises(SampleTargetError, match="no space left on device"):
        write(tmp_path / "sample")
