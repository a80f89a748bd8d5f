"""How long releases stay: the last ten, and each for seven days after it was replaced. Readers are promised that.

When a release was last the current one is the time of its folder, which a commit sets for the release that goes as
well as for the one that comes.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Final

from etl.load.files import flush_file, remove_folder, unseal_folder
from etl.load.reader import read_current_id

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse

KEPT_RELEASES: Final = 10
KEPT_FOR: Final = dt.timedelta(days=7)


def mark_current(release_folder: Path, now: dt.datetime) -> None:
    """Note that a release is the current one at this moment."""
    os.utime(release_folder, (now.timestamp(), now.timestamp()))


def remove_old_releases(warehouse: Warehouse, now: dt.datetime, staging: Path) -> list[str]:
    """Remove releases that are neither current, nor among the last ten, nor younger than seven days.

    A release leaves ``releases/`` at once and whole, into ``staging``, and is deleted there.
    Call it with the warehouse's lock held.
    """
    folders = {folder: folder.stat().st_mtime for folder in warehouse.releases.iterdir() if folder.is_dir()}
    by_age = sorted(folders, key=lambda folder: (-folders[folder], folder.name))
    current = read_current_id(warehouse)
    oldest_kept = (now - KEPT_FOR).timestamp()
    removed = [folder for folder in by_age[KEPT_RELEASES:] if folder.name != current and folders[folder] < oldest_kept]
    for folder in removed:
        unseal_folder(folder)
        gone = folder.rename(staging / folder.name)
        flush_file(warehouse.releases)
        remove_folder(gone)
    return [folder.name for folder in removed]
