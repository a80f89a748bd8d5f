"""A copy of a release that works where it lies: the same files, and a DuckDB file whose views name them there.

The copy is put together beside its place and takes its name when every file is there and has its very bytes. Views hold
absolute paths, so the DuckDB file can only be made where the copy is to stay: right after, and again after a move.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from etl.errors import PaperhouseError
from etl.load.catalog import build_catalog
from etl.load.changes import require_empty
from etl.load.files import check_room, copy_file, flush_file, hash_file, remove_folder, seal_folder, unseal_folder
from etl.load.manifest import MANIFEST_NAME, list_entries, read_manifest
from etl.load.reader import Release

if TYPE_CHECKING:
    from pathlib import Path


class CopyFailedError(PaperhouseError):
    """A file of the copy, or of the release itself, does not have the bytes that the manifest names."""

    def __init__(self, path: str, release: Release) -> None:
        """Name the file and the release."""
        super().__init__(
            f"{path} was copied with other bytes than the manifest names: see 'paperhouse verify {release.path}'; "
            "nothing was exported"
        )


def export_release(release: Release, destination: Path) -> Release:
    """Copy a release to a folder that is not there yet, or empty; gives the copy.

    The new files are flushed and read back. Whatever fails leaves nothing behind.

    Errors: ``FolderNotEmptyError``, ``DiskFullError``, ``WriteFailedError``, ``CopyFailedError``.
    """
    require_empty(destination)
    target = destination.expanduser().absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    check_room("the copy", target.parent, sum(entry["bytes"] for entry in list_entries(release.manifest)))
    unfinished = target.parent / f".{target.name}.{uuid.uuid4().hex}"
    try:
        _copy_files(release, unfinished)
        unfinished.rename(target)
        flush_file(target.parent)
    except BaseException:
        remove_folder(unfinished)
        raise
    try:
        return rebuild_views(target)
    except BaseException:
        remove_folder(target)
        raise


def rebuild_views(folder: Path) -> Release:
    """Make the DuckDB file of a copy anew where it lies now; gives the copy.

    Errors: as for ``read_manifest`` and ``build_catalog``.
    """
    place = folder.expanduser().resolve()
    manifest = read_manifest(place)
    unseal_folder(place)
    try:
        build_catalog(place)
    finally:
        seal_folder(place)
    return Release(manifest["release_id"], place, manifest)


def _copy_files(release: Release, folder: Path) -> None:
    folder.mkdir()
    for entry in list_entries(release.manifest):
        path = folder / entry["path"]
        path.parent.mkdir(exist_ok=True)
        copy_file(release.path / entry["path"], path)
        if hash_file(path) != entry["sha256"]:
            raise CopyFailedError(entry["path"], release)
    copy_file(release.path / MANIFEST_NAME, folder / MANIFEST_NAME)
    for path in (*(path for path in folder.iterdir() if path.is_dir()), folder):
        flush_file(path)
