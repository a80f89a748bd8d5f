"""Whether the current release stands: made of just what a build would make it of again, and untouched since.

A build with nothing new must not read a large release again. So when a release was published it is noted what it was
made from, and of each of its files the size, time and inode. What a disk does to bytes behind these is for ``paperhouse
verify`` to find. Without the note, or with another one, a build publishes as if it was the first. A release that no
longer stands, but was checked by the same code, still vouches for those of its files that are in the next one, too.
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any, Final

from etl.load.files import create_file, look_below
from etl.load.log import read_log
from etl.load.manifest import MANIFEST_NAME, ManifestUnreadableError
from etl.load.reader import open_release, read_current_id
from etl.version import fingerprint_code

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse

NOTE_NAME: Final = "published.json"


def note_release(warehouse: Warehouse, release: Release, made_from: str) -> None:
    """Note that a release was published, and what it was made from. Errors: ``WriteFailedError``."""
    unfinished = warehouse.state / f".{uuid.uuid4().hex}"
    with create_file(unfinished) as file:
        file.write(json.dumps(_describe(release.path, made_from)).encode())
    unfinished.replace(_find_note(warehouse))


def find_standing(warehouse: Warehouse, made_from: str) -> Release | None:
    """Find the current release if it was made from just this, its files are as they were, and the log names it last."""
    current = read_current_id(warehouse)
    if current is None or _read_note(warehouse) != _describe(warehouse.releases / current, made_from):
        return None
    if [line["release_id"] for line in read_log(warehouse)[-1:]] != [current]:
        return None
    try:
        return open_release(warehouse)
    except ManifestUnreadableError:
        return None


def find_checked(warehouse: Warehouse, release: Release | None) -> frozenset[str]:
    """Find the files of a release, by their paths in it, that this code has checked and nobody has touched since."""
    note = _read_note(warehouse)
    if release is None or not isinstance(note, dict) or note.get("code") != fingerprint_code():
        return frozenset()
    if note.get("path") != ascii(str(release.path)) or not release.path.is_dir():
        return frozenset()
    checked = frozenset(name for name, look in _look_at(release.path).items() if note["files"].get(name) == look)
    return checked if MANIFEST_NAME in checked else frozenset()  # what the manifest says of files is believed with them


def forget_note(warehouse: Warehouse) -> None:
    """Forget what was published, so that the next build checks and publishes everything."""
    _find_note(warehouse).unlink(missing_ok=True)


def _describe(release_folder: Path, made_from: str) -> dict[str, Any]:
    """Describe a release as JSON has it; one that lies elsewhere is another one, since its views name its files."""
    return {
        "made_from": made_from,
        "code": fingerprint_code(),
        "path": ascii(str(release_folder)),
        "files": _look_at(release_folder) if release_folder.is_dir() else {},
    }


def _look_at(release_folder: Path) -> dict[str, list[int]]:
    looks = look_below(release_folder)
    return {name: [found.st_size, found.st_mtime_ns, found.st_ino] for name, found in looks.items()}


def _read_note(warehouse: Warehouse) -> object:
    try:
        return json.loads(_find_note(warehouse).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _find_note(warehouse: Warehouse) -> Path:
    return warehouse.state / NOTE_NAME
