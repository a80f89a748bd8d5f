"""Going back to an earlier release: it becomes current again by one symbolic link, and nothing else changes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from etl.errors import PaperhouseError
from etl.load.catalog import is_catalog_usable
from etl.load.intact import is_intact
from etl.load.lock import hold_lock
from etl.load.reader import find_release, open_release
from etl.load.release import commit_release
from etl.load.staging import hold_staging

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.load.lock import Holder
    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse


class ReleaseDamagedError(PaperhouseError):
    """A release that is not whole must not become current."""

    def __init__(self, release_id: str) -> None:
        """Name the release."""
        super().__init__(
            f"release {release_id} is damaged: see 'paperhouse verify {release_id}', go back to another one, or build "
            "again from its dumps"
        )


class ReleaseElsewhereError(PaperhouseError):
    """Only a release of the warehouse itself can be its current one."""

    def __init__(self, release: str, warehouse: Warehouse) -> None:
        """Name what was asked for and the warehouse."""
        super().__init__(f"{release} is no release in {warehouse.releases}: name one that 'paperhouse releases' lists")


def roll_back(
    warehouse: Warehouse,
    release: str,
    *,
    wait: bool = True,
    on_wait: Callable[[Holder | None], None] | None = None,
) -> Release:
    """Make an earlier release current again, under the warehouse's lock, and record that in the log.

    The release is looked at first: every file must have its very bytes, and the views must read them.
    One that is current already stays so, and the log with it.

    Errors: ``ReleaseDamagedError``, ``ReleaseElsewhereError``; as for ``open_release`` and ``hold_lock``; after the
            commit ``CommitUncertainError``.
    """
    with hold_lock(warehouse, wait=wait, on_wait=on_wait):
        folder = find_release(warehouse, release)
        if folder.parent != warehouse.releases:
            raise ReleaseElsewhereError(release, warehouse)
        if not is_intact(folder) or not is_catalog_usable(folder):
            raise ReleaseDamagedError(folder.name)
        target = open_release(warehouse, release=folder.name)
        with hold_staging(warehouse) as staging:
            commit_release(warehouse, target, staging, dt.datetime.now(dt.UTC), by="rollback")
    return target
