"""How long releases stay: the last ten, and each for seven days after it was replaced. Readers are promised that.

When a release was last the current one is the time of its folder, which a commit sets for the release that goes as
well as for the one that comes.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.errors import PaperhouseError
from etl.load.files import flush_file, list_below, remove_folder, unseal_folder
from etl.load.lock import hold_lock
from etl.load.reader import read_current_id
from etl.load.staging import hold_staging, sweep_staging

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from etl.load.lock import Holder
    from etl.load.warehouse import Warehouse

KEPT_RELEASES: Final = 10
KEPT_DAYS: Final = 7


class PromiseBrokenError(PaperhouseError):
    """Fewer releases were to be kept than readers were promised."""

    def __init__(self, keep: int, days: int) -> None:
        """Name what was asked for, and the promise."""
        super().__init__(
            f"readers are promised the last {KEPT_RELEASES} releases and {KEPT_DAYS} days, and {keep} releases and "
            f"{days} days are less: ask for more, or break the promise with --break-promise"
        )


class Rest(NamedTuple):
    """What is kept beside the current release: the latest ones, and those that were current not long ago."""

    releases: int = KEPT_RELEASES
    days: int = KEPT_DAYS


class Removal(NamedTuple):
    """A release that goes, and the bytes that go with it: those that no other release holds, too."""

    release_id: str
    freed_bytes: int


def mark_current(release_folder: Path, now: dt.datetime) -> None:
    """Note that a release is the current one at this moment."""
    os.utime(release_folder, (now.timestamp(), now.timestamp()))


def collect_garbage(  # noqa: PLR0913 - the options of one act, each by its name
    warehouse: Warehouse,
    rest: Rest,
    *,
    break_promise: bool = False,
    dry_run: bool = False,
    wait: bool = True,
    on_wait: Callable[[Holder | None], None] | None = None,
) -> list[Removal]:
    """Remove old releases and what dead builds left in ``staging``, under the warehouse's lock; tell what went.

    Errors: less than the promise raises ``PromiseBrokenError``; a lock that is held as for ``hold_lock``.
    """
    if not break_promise:
        check_promise(rest)
    now = dt.datetime.now(dt.UTC)
    with hold_lock(warehouse, wait=wait, on_wait=on_wait):
        removals = [
            Removal(folder.name, measure_own_bytes(folder)) for folder in find_old_releases(warehouse, now, rest)
        ]
        if not dry_run:
            sweep_staging(warehouse)
            with hold_staging(warehouse) as staging:
                remove_old_releases(warehouse, now, staging, rest)
    return removals


def check_promise(rest: Rest) -> None:
    """Make sure that what is kept is no less than readers are promised. Errors: ``PromiseBrokenError``."""
    if rest.releases < KEPT_RELEASES or rest.days < KEPT_DAYS:
        raise PromiseBrokenError(*rest)


def find_old_releases(warehouse: Warehouse, now: dt.datetime, rest: Rest) -> list[Path]:
    """Find the releases that are neither current, nor among the latest, nor were current not long ago."""
    folders = {folder: folder.stat().st_mtime for folder in warehouse.releases.iterdir() if folder.is_dir()}
    current = read_current_id(warehouse)
    # The current release and the one it replaced have the same time.
    by_age = sorted(folders, key=lambda folder: (-folders[folder], folder.name != current, folder.name))
    oldest_kept = (now - dt.timedelta(days=rest.days)).timestamp()
    return [folder for folder in by_age[rest.releases :] if folder.name != current and folders[folder] <= oldest_kept]


def remove_old_releases(warehouse: Warehouse, now: dt.datetime, staging: Path, rest: Rest = Rest()) -> list[str]:  # noqa: B008
    """Remove the releases that need not be kept.

    A release leaves ``releases/`` at once and whole, into ``staging``, and is deleted there.
    Call it with the warehouse's lock held.
    """
    removed = find_old_releases(warehouse, now, rest)
    for folder in removed:
        unseal_folder(folder)
        gone = folder.rename(staging / folder.name)
        flush_file(warehouse.releases)
        remove_folder(gone)
    return [folder.name for folder in removed]


def measure_own_bytes(release_folder: Path) -> int:
    """Measure the files that no other folder holds by a hard link."""
    sizes = [path.lstat() for path in list_below(release_folder)[1] if path.is_file()]
    return sum(size.st_size for size in sizes if size.st_nlink == 1)
