"""Where a release is put together: one folder per publication, swept when its owner is dead.

The owner keeps a lock on a file of its folder; the kernel drops it with the process, so nobody can take a living
owner's folder for an abandoned one, and a process number that was given again misleads nobody.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import uuid
from typing import TYPE_CHECKING, Final

from etl.load.files import remove_folder
from etl.load.warehouse import WarehouseUnwritableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.load.warehouse import Warehouse

_OWNER_NAME: Final = ".owner"


@contextlib.contextmanager
def hold_staging(warehouse: Warehouse) -> Iterator[Path]:
    """Make a folder under ``staging/`` that is nobody else's; it is removed when the block ends, however it does.

    Where it cannot be removed it stays, without an owner. Errors: ``WarehouseUnwritableError``.
    """
    folder = warehouse.staging / uuid.uuid4().hex
    try:
        folder.mkdir()
        owner = _take_ownership(folder)
    except OSError as error:
        raise WarehouseUnwritableError(folder, error) from error
    try:
        yield folder
    finally:
        # On a disk that takes no writes the folder stays, for the next publication to sweep: why it failed counts more.
        with contextlib.suppress(OSError):
            remove_folder(folder)
        os.close(owner)


def _take_ownership(folder: Path) -> int:
    owner = os.open(folder / _OWNER_NAME, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(owner, fcntl.LOCK_EX)
    except BaseException:
        os.close(owner)
        raise
    return owner


def sweep_staging(warehouse: Warehouse) -> list[Path]:
    """Remove the folders under ``staging/`` whose owner is dead; call it with the warehouse's lock held."""
    folders = [folder for folder in sorted(warehouse.staging.iterdir()) if folder.is_dir()]
    abandoned = [folder for folder in folders if not _has_owner(folder)]
    for folder in abandoned:
        remove_folder(folder)
    return abandoned


def _has_owner(folder: Path) -> bool:
    try:
        owner = os.open(folder / _OWNER_NAME, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(owner)
