"""Files that survive a crash: made anew, flushed to the disk, and linked instead of copied where that is possible.

A file is safe after two flushes, its own and that of the folder that names it; no Parquet writer does either.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NoReturn

from etl.errors import PaperhouseError

if TYPE_CHECKING:
    from collections.abc import Iterator

UNFINISHED: Final = ".unfinished-"
"""How the names of folders begin that are not complete; who holds the lock may remove what others left of them."""

FILE_MODE: Final = 0o444
FOLDER_MODE: Final = 0o555
_WRITABLE_FOLDER_MODE: Final = 0o755
_CHUNK_BYTES: Final = 1 << 20
_SPARE_BYTES: Final = 64 << 20
_CANNOT_LINK: Final = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EACCES})
"""Another disk, a file system without hard links or a file of another user: then the bytes are copied."""


class WriteFailedError(PaperhouseError):
    """A file could not be written."""

    def __init__(self, path: Path, error: OSError) -> None:
        """Name the file and the system's reason."""
        mend = "free some space" if error.errno in {errno.ENOSPC, errno.EDQUOT} else "mend its folder"
        super().__init__(f"{path} cannot be written ({error.strerror}): {mend}, and build again")


class DiskFullError(PaperhouseError):
    """There is too little room for what is to be written."""

    def __init__(self, what: str, folder: Path, needed: int, free: int) -> None:
        """Name what needs room, the place and the two sizes."""
        super().__init__(
            f"{what} needs {needed >> 20} MiB in {folder}, where only {free >> 20} MiB are free: "
            "free some space, and try again"
        )


def check_room(what: str, folder: Path, byte_count: int) -> None:
    """Make sure that so many bytes and some to spare are free on the disk of a folder.

    Errors: ``DiskFullError``.
    """
    needed = _SPARE_BYTES + byte_count
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskFullError(what, folder, needed, free)


@contextlib.contextmanager
def create_file(path: Path) -> Iterator[BinaryIO]:
    """Open a new file for writing; when the block ends well its bytes are on the disk, otherwise it is gone.

    The folder that holds it is for the caller to flush, once for all its files.

    Errors: a file of that name raises ``FileExistsError``: nothing is ever overwritten; a failing write raises
            ``WriteFailedError``.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except FileExistsError:
        raise
    except OSError as error:
        raise WriteFailedError(path, error) from error


def flush_file(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def list_below(folder: Path) -> tuple[list[Path], list[Path]]:
    """List the folders, the given one first, and all that is no folder, links to folders among it.

    Errors: a folder that cannot be read raises ``OSError``, where ``Path.rglob`` would leave out what it holds.
    """
    folders, others = [], []
    for place, below, names in os.walk(folder, onerror=_raise):
        here = Path(place)
        folders.append(here)
        others += [here / name for name in (*names, *(name for name in below if (here / name).is_symlink()))]
    return sorted(folders), sorted(others)


def look_below(folder: Path) -> dict[str, os.stat_result]:
    """Look at all files below a folder, by their names relative to it; there may be thousands. A link is itself.

    Errors: a folder that cannot be read raises ``OSError``.
    """
    looks: dict[str, os.stat_result] = {}

    def look(place: str, beginning: str) -> None:
        with os.scandir(place) as entries:
            for entry in entries:
                name = f"{beginning}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    look(entry.path, f"{name}/")
                else:
                    looks[name] = entry.stat(follow_symlinks=False)

    look(str(folder), "")
    return looks


def hash_below(folder: Path, *, besides: str | None = None) -> dict[str, str]:
    """Hash all files below a folder but what has this name in it, by their names relative to it.

    Errors: as for :func:`list_below`.
    """
    named = {path.relative_to(folder): path for path in list_below(folder)[1]}
    return {name.as_posix(): hash_file(path) for name, path in named.items() if name.parts[0] != besides}


def _raise(error: OSError) -> NoReturn:
    raise error


def flush_folder(folder: Path) -> None:
    """Wait until all files below a folder, and all their names, are on the disk.

    A file that has another name as well is on the disk already, see :func:`link_file`.
    """
    folders, files = list_below(folder)
    for path in (*(path for path in files if path.lstat().st_nlink == 1), *reversed(folders)):
        flush_file(path)


def link_file(source: Path, target: Path) -> None:
    """Give a file whose bytes are on the disk a second name, or copy it where the disk cannot link it.

    The folder that holds the new name is for the caller to flush. Errors: as for ``create_file``.
    """
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _CANNOT_LINK:
            raise WriteFailedError(target, error) from error
        copy_file(source, target)


def copy_file(source: Path, target: Path) -> None:
    """Copy a file's bytes to a new file, flushed; errors as for ``create_file``."""
    with source.open("rb") as original, create_file(target) as copy:
        shutil.copyfileobj(original, copy, _CHUNK_BYTES)


def hash_file(path: Path) -> str:
    """Hash a file's bytes: SHA-256 in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def complete_folder(folder: Path) -> Iterator[Path]:
    """Make a folder that appears under its name when the block ends well, complete and on the disk; else not at all.

    The block writes into the folder that it is given. A folder that has the name already gives way.
    """
    unfinished = folder.parent / f"{UNFINISHED}{uuid.uuid4().hex}"
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        # Without this a power cut could leave the name over files without their bytes, for ever taken as done.
        flush_folder(unfinished)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
        flush_file(folder.parent)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise


def seal_folder(folder: Path) -> None:
    """Take away the right to write to a folder and all below it."""
    folders, files = list_below(folder)
    for path in files:
        path.chmod(FILE_MODE)
    for path in reversed(folders):
        path.chmod(FOLDER_MODE)


def unseal_folder(folder: Path) -> None:
    """Give back the right to change what the folders hold; the files themselves stay as they are."""
    for path in list_below(folder)[0]:
        path.chmod(_WRITABLE_FOLDER_MODE)


def remove_folder(folder: Path) -> None:
    """Remove a folder and all below it, sealed or not; one that is gone already is no error."""
    if folder.is_dir():
        unseal_folder(folder)
        shutil.rmtree(folder)
