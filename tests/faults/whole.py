"""Whether what a reader finds is one release, whole: told from the bytes alone, by none of the project's code."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OTHER_FILES = {"MANIFEST.json", "paperhouse.duckdb"}


def list_faults(files: Mapping[str, bytes], release_id: str) -> list[str]:
    """List what is wrong with a release, given the bytes of its files by their path in it; nothing, if it is whole."""
    if "MANIFEST.json" not in files:
        return ["it has no manifest"]
    try:
        manifest: dict[str, Any] = json.loads(files["MANIFEST.json"])
    except ValueError:
        return ["its manifest is torn"]
    entries = [*manifest["documents"], *(file for table in manifest["tables"].values() for file in table["files"])]
    wanted = {entry["path"]: entry["sha256"] for entry in entries}
    faults = [f"{name} is torn" for name, sha256 in wanted.items() if sha256 != _hash(files.get(name))]
    faults += [f"{name} is missing" for name in OTHER_FILES - files.keys()]
    faults += [f"{name} is empty" for name in OTHER_FILES & files.keys() if not files[name]]
    faults += [f"{name} is none of its files" for name in files.keys() - wanted.keys() - OTHER_FILES]
    if manifest["release_id"] != release_id:
        faults.append(f"it is {manifest['release_id']}")
    return faults


def read_files(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder, by their path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def list_current_faults(root: Path) -> list[str]:
    """List what is wrong with the current release of a warehouse; that there is none is wrong, too."""
    try:
        target = (root / "current").readlink()
    except OSError as error:
        return [f"current cannot be followed ({error.strerror})"]
    folder = root / target
    if not folder.is_dir():
        return [f"current leads to {target}, which is not there"]
    writable = [path for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o222]
    faults = list_faults(read_files(folder), folder.name)
    return faults + [f"{path.relative_to(root)} can be written to" for path in writable]


def _hash(data: bytes | None) -> str | None:
    return None if data is None else hashlib.sha256(data).hexdigest()
