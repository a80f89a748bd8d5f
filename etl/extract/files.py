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
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.errors import PaperhouseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


UNFINISHED_ENDINGS: Final = (".part", ".partial", ".filepart", ".crdownload")
"""How curl, wget, WinSCP and browsers end the names of files that are not all there yet."""

SIDECAR: Final = "page_days.csv"


class InputMissingError(PaperhouseError):
    """A named input that does not exist or holds nothing."""

    def __init__(self, path: Path, what: str, mend: str) -> None:
        super().__init__(f"{os.fsencode(path).decode('utf-8', 'backslashreplace')}: {what}; {mend}")


class InputUnreadableError(PaperhouseError):
    """An input file that cannot be read."""

    def __init__(self, path: str, reason: str) -> None:
        self.reason = reason
        super().__init__(f"{path}: {reason}; mend it, take it out, or pass --skip-unreadable to go on without it")


class InputFile(NamedTuple):
    """A file to read: its path, and the name it goes by in the table ``inputs``."""

    path: Path
    name: str


def find_files(roots: Sequence[Path]) -> list[InputFile]:
    """List the dumps that the named files and folders mean, sorted by name; a file named twice is listed once.

    Names are relative to their root (a named file is its own name); where two roots hold the same name, the
    whole path stands instead. Errors: ``InputMissingError`` for a root that does not exist or a folder without dumps.
    """
    found: dict[Path, str] = {}
    for root in roots:
        listed = list(_list_root(root))
        files = [(path, name) for path, name in listed if path.name != SIDECAR]
        if not files and (not listed or root.is_dir()):
            raise InputMissingError(root, "the folder holds no dump", "name a folder or files with dumps in them")
        for path, name in files:
            found.setdefault(path, name)
    names = _tell_apart(found, {path: escape_name(path) for path in found})
    distinct = _tell_apart(
        names, {path: f"{name}#{number}" for number, (path, name) in enumerate(sorted(names.items()))}
    )
    return sorted((InputFile(path, name) for path, name in distinct.items()), key=lambda file: file.name)


def find_sidecars(roots: Sequence[Path]) -> list[InputFile]:
    """List the sidecars among the named files and folders, sorted by path."""
    found = {path: name for root in roots for path, name in _list_root(root) if path.name == SIDECAR}
    return [InputFile(path, name) for path, name in sorted(found.items())]


def _tell_apart(names: Mapping[Path, str], longer: Mapping[Path, str]) -> dict[Path, str]:
    """Give files that share a name their longer one."""
    holders = Counter(names.values())
    return {path: name if holders[name] == 1 else longer[path] for path, name in names.items()}


def read_file(file: InputFile) -> bytes:
    """Read a regular file whole.

    Errors: ``InputUnreadableError`` for a link, a pipe, a device, a missing or forbidden file.
    """
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        reason = "it is a symbolic link" if file.path.is_symlink() else (error.strerror or str(error)).lower()
        raise InputUnreadableError(file.name, reason) from error
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise InputUnreadableError(file.name, "it is no regular file")
        try:
            return stream.read()
        except OSError as error:
            raise InputUnreadableError(file.name, (error.strerror or str(error)).lower()) from error


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


def _list_root(root: Path) -> Iterator[tuple[Path, str]]:
    if not os.path.lexists(root):
        raise InputMissingError(root, "no such file or folder", "check the path")
    if not root.is_dir():
        yield _follow_named_link(root), escape_name(root.name)
        return
    base = root.resolve()
    unreadable: list[Path] = []
    for folder, subfolders, names in os.walk(base, onerror=lambda error: unreadable.append(Path(error.filename))):
        subfolders[:] = sorted(name for name in subfolders if not is_passed_over(name))
        links = [name for name in subfolders if Path(folder, name).is_symlink()]
        for name in sorted([*(name for name in names if not is_passed_over(name)), *links]):
            path = Path(folder, name)
            yield path, escape_name(path.relative_to(base))
    for path in unreadable:  # reading them says why
        yield path, escape_name(path.relative_to(base))
