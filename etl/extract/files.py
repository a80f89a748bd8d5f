"""Files to bytes: which files the named inputs are, and how a dump is opened.

Dumps are untrusted. Only regular files are read, links are not followed out of a folder, and nothing here blocks on
a pipe. In a folder every file is an input, but for hidden names, names that begin with ``_``, Markdown notes and names
that programs give to files they are still copying. A file
named :data:`SIDECAR` says of which days the dumps beside it are, and is never a dump.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.errors import PaperhouseError
from etl.store import Place, StoreRefusedError, is_url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence


UNFINISHED_ENDINGS: Final = (".part", ".partial", ".filepart", ".crdownload")
"""How curl, wget, WinSCP and browsers end the names of files that are not all there yet."""

SIDECAR: Final = "page_days.csv"


class InputMissingError(PaperhouseError):
    """A named input that does not exist or holds nothing."""

    def __init__(self, root: Path | Place, what: str, mend: str) -> None:
        super().__init__(f"{root.url if isinstance(root, Place) else escape_name(root)}: {what}; {mend}")


class InputUnreadableError(PaperhouseError):
    """An input file that cannot be read."""

    def __init__(self, path: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{path}: {reason}; mend it, take it out, or pass --skip-unreadable to go on without it")


class FileState(NamedTuple):
    """What the system says of a file, as far as it is asked; ``os.stat_result`` takes three times the memory."""

    st_mode: int
    st_size: int
    st_mtime_ns: int
    st_ctime_ns: int
    st_ino: int


def take_state(found: os.stat_result) -> FileState:
    """Take from what the system says of a file what is asked of it."""
    return FileState(found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


class InputFile(NamedTuple):
    """A file to read: its path, the name it goes by in the table ``inputs``, and what its folder said of it."""

    path: str
    name: str
    listed: FileState | None = None
    """None for what could not be looked at; reading it says why."""


class Found(NamedTuple):
    """What the named files and folders mean: dumps sorted by name, sidecars by path."""

    files: list[InputFile]
    sidecars: list[InputFile]


def find_files(roots: Sequence[Path | Place]) -> list[InputFile]:
    """List the dumps that the named files and folders mean; see :func:`find_inputs`."""
    return find_inputs(roots).files


def find_inputs(roots: Sequence[Path | Place], *, besides: Collection[Path | Place] = ()) -> Found:
    """List the dumps and sidecars that the named files and folders mean; a file named twice is listed once.

    Names are relative to their root (a named file is its own name); where two roots hold the same name, the whole path
    stands instead. What lies at or below a place ``besides``, such as the warehouse, is no dump.

    Errors: ``InputMissingError`` for a root that does not exist or a folder without dumps.
    """
    found: dict[str, InputFile] = {}
    sidecars: dict[str, InputFile] = {}
    for root in roots:
        listed = list(_list_place(root, besides) if isinstance(root, Place) else _list_root(root, besides))
        files = [file for file in listed if not _is_sidecar(file)]
        if not files and (not listed or isinstance(root, Place) or root.is_dir()):
            raise InputMissingError(root, "the folder holds no dump", "name a folder or files with dumps in them")
        for file in files:
            found.setdefault(file.path, file)
        sidecars |= {file.path: file for file in listed if len(files) < len(listed) and _is_sidecar(file)}
    files = _name_apart(list(found.values()))
    return Found(sorted(files, key=itemgetter(1)), [sidecars[path] for path in sorted(sidecars)])


def _is_sidecar(file: InputFile) -> bool:
    return file.path.endswith(SIDECAR) and Path(file.path).name == SIDECAR


def _name_apart(files: list[InputFile]) -> list[InputFile]:
    """Give files that share a name their whole path for one, and a number where even these are written alike."""
    if len({file.name for file in files}) == len(files):
        return files
    names = _tell_apart({file.path: file.name for file in files}, {file.path: escape_name(file.path) for file in files})
    numbered = {path: f"{name}#{number}" for number, (path, name) in enumerate(sorted(names.items()))}
    distinct = _tell_apart(names, numbered)
    return [file._replace(name=distinct[file.path]) for file in files]


def _tell_apart(names: Mapping[str, str], longer: Mapping[str, str]) -> dict[str, str]:
    """Give files that share a name their longer one."""
    holders = Counter(names.values())
    return {path: name if holders[name] == 1 else longer[path] for path, name in names.items()}


def read_file(file: InputFile) -> bytes:
    """Read a regular file whole; errors are those of :func:`read_with_state`."""
    return read_with_state(file)[0]


def read_with_state(file: InputFile) -> tuple[bytes, FileState]:
    """Read a regular file whole, with what the system said of it before the first byte was read.

    Errors: ``InputUnreadableError`` for a link, a pipe, a device, a missing or forbidden file, an object that is gone.
    """
    if is_url(file.path):
        return _read_object(file)
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = "it is a symbolic link" if Path(file.path).is_symlink() else (error.strerror or str(error)).lower()
        raise InputUnreadableError(file.name, reason) from error
    with os.fdopen(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise InputUnreadableError(file.name, "it is no regular file")
        try:
            return stream.read(), take_state(found)
        except OSError as error:
            raise InputUnreadableError(file.name, (error.strerror or str(error)).lower()) from error


def _read_object(file: InputFile) -> tuple[bytes, FileState]:
    from etl.extract.objects import read_object  # noqa: PLC0415 - who reads files needs none of it

    try:
        return read_object(file.path)
    except FileNotFoundError as error:
        raise InputUnreadableError(file.name, "the object is gone") from error
    except StoreRefusedError as error:
        raise InputUnreadableError(file.name, error.problem) from error


def escape_name(path: os.PathLike[str] | str) -> str:
    r"""Write a path as text; bytes that are no UTF-8 become ``\xNN``."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_passed_over(name: str) -> bool:
    """Tell whether a folder's file is no input: hidden, marked with ``_``, a note in Markdown, or not all there yet.

    >>> [is_passed_over(name) for name in (".DS_Store", "_truth", "README.md", "page.txt.part", "page.txt")]
    [True, True, True, True, False]
    """
    return name.startswith((".", "_")) or name.lower().endswith((".md", *UNFINISHED_ENDINGS))


def _follow_named_link(root: Path) -> Path:
    """Follow a link that the user named; one that leads nowhere stays, and reading it says why."""
    try:
        return root.resolve(strict=True)
    except (OSError, RuntimeError):
        return root.absolute()


def _list_root(root: Path, besides: Collection[Path | Place]) -> Iterator[InputFile]:
    if not os.path.lexists(root):
        raise InputMissingError(root, "no such file or folder", "check the path")
    if not root.is_dir():
        path = _follow_named_link(root)
        yield InputFile(str(path), escape_name(root.name), take_state(path.lstat()))
        return
    base = str(root.resolve())
    folders = frozenset(str(one.resolve()) for one in besides if isinstance(one, Path))
    yield from _list_folder(base, len(base.rstrip("/")) + 1, folders)


def _list_place(place: Place, besides: Collection[Path | Place]) -> Iterator[InputFile]:
    """List the objects below a place in a store, or the one at it."""
    from etl.extract.objects import list_objects  # noqa: PLC0415 - who reads files needs none of it

    foreign = [one.url for one in besides if isinstance(one, Place)]
    for url, name, found in list_objects(place):
        if any(url == one or url.startswith(f"{one}/") for one in foreign):
            continue
        if url == place.url or not any(map(is_passed_over, name.split("/"))):
            yield InputFile(url, name, found)


def _list_folder(folder: str, named_from: int, besides: Collection[str]) -> Iterator[InputFile]:
    """List a folder and those below it; there may be very many files, so each is looked at once and plainly."""
    try:
        with os.scandir(folder) as entries:
            wanted = [entry for entry in entries if not is_passed_over(entry.name)]
    except OSError:
        yield InputFile(folder, escape_name(folder[named_from:] or "."))
        return
    for entry in wanted:
        if entry.is_dir(follow_symlinks=False):
            yield from _list_folder(entry.path, named_from, besides) if entry.path not in besides else ()
        else:
            name = entry.path[named_from:]
            yield InputFile(entry.path, name if name.isascii() else escape_name(name), _look_at(entry))


def _look_at(entry: os.DirEntry[str]) -> FileState | None:
    try:
        return take_state(entry.stat(follow_symlinks=False))
    except OSError:  # gone since it was listed
        return None
