from __future__ import annotations

import errno
import hashlib
import os
from typing import TYPE_CHECKING
from unittest.mock import Mock

import pytest

from etl.load import files as files_module
from etl.load.files import (
    WriteFailedError,
    create_file,
    hash_file,
    link_file,
    remove_folder,
    seal_folder,
    unseal_folder,
)

if TYPE_CHECKING:
    from pathlib import Path


def test_file_is_flushed_before_it_counts_as_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(files_module.os, "fsync", lambda descriptor: flushed.append(os.fstat(descriptor).st_size))

    with create_file(tmp_path / "a") as file:
        file.write(b"text")

    assert flushed == [4]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")

    with pytest.raises(FileExistsError), create_file(tmp_path / "a"):
        pytest.fail("the file was opened")
    with pytest.raises(FileExistsError):
        link_file(tmp_path / "a", tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_half_a_file_is_removed(tmp_path: Path) -> None:
    def write_half() -> None:
        with create_file(tmp_path / "a") as file:
            file.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_full_disk_is_told_with_the_mend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    monkeypatch.setattr(files_module.os, "fsync", Mock(side_effect=full))

    told = pytest.raises(WriteFailedError, match=r"No space left on device\): free some space")
    with told, create_file(tmp_path / "a"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_file_gets_a_second_name(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"text")

    link_file(tmp_path / "a", tmp_path / "b")

    assert (tmp_path / "b").samefile(tmp_path / "a")


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP])
def test_file_that_cannot_be_linked_is_copied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(files_module.os, "link", refuse)
    (tmp_path / "a").write_bytes(b"text")

    link_file(tmp_path / "a", tmp_path / "b")

    assert (tmp_path / "b").read_bytes() == b"text"
    assert not (tmp_path / "b").samefile(tmp_path / "a")


def test_other_faults_of_linking_are_told(tmp_path: Path) -> None:
    (tmp_path / "a").touch()

    with pytest.raises(WriteFailedError, match="mend its folder"):
        link_file(tmp_path / "a", tmp_path / "missing" / "b")


def test_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"text" * 1_000_000)

    assert hash_file(tmp_path / "a") == hashlib.sha256(b"text" * 1_000_000).hexdigest()


def test_sealed_folder_is_read_only_and_can_be_removed(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    (folder / "papers").mkdir(parents=True)
    (folder / "papers" / "part").touch()

    seal_folder(folder)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
    assert modes == {"release": 0o555, "papers": 0o555, "part": 0o444}

    unseal_folder(folder)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
    assert modes == {"release": 0o755, "papers": 0o755, "part": 0o444}

    seal_folder(folder)
    remove_folder(folder)
    remove_folder(folder)
    assert not folder.exists()
