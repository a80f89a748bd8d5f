"""Whether a release is here whole, byte for byte as its manifest says: the quick look that steps take on their way.

What is wrong, and everything that is, ``etl.load.inspection`` tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.load.files import hash_file
from etl.load.manifest import ManifestUnreadableError, list_entries, read_manifest

if TYPE_CHECKING:
    from pathlib import Path


def is_intact(release_folder: Path) -> bool:
    """Tell whether the manifest can be read, is the one of this folder, and has every file's very bytes."""
    try:
        manifest = read_manifest(release_folder)
        return manifest["release_id"] == release_folder.name and all(
            hash_file(release_folder / file["path"]) == file["sha256"] for file in list_entries(manifest)
        )
    except (ManifestUnreadableError, FileNotFoundError):
        return False
