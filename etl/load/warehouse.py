"""The warehouse's folders: where a build keeps its state and where readers find the current release."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import etl.version
from etl.errors import PaperhouseError
from etl.load.duckdb_names import escape_pattern
from etl.load.files import flush_file

ROOT_VARIABLE: Final = "PAPERHOUSE_WAREHOUSE"
LANDING_VARIABLE: Final = "PAPERHOUSE_LANDING"
"""Names the folder that the Dagster job builds from where its config names none."""

_CLONE: Final = Path(etl.version.__file__).resolve().parent.parent
"""The folder that holds etl: a clone of the project, or site-packages where the package was installed from a wheel."""


class WarehouseUnknownError(PaperhouseError):
    """Nobody said where the warehouse is, and there is no clone to have it in."""

    def __init__(self) -> None:
        """Name the two ways to say it."""
        super().__init__(
            f"no warehouse is named and this is no clone of the project: use --warehouse or {ROOT_VARIABLE}"
        )


class WarehouseUnwritableError(PaperhouseError):
    """A folder of the warehouse cannot be made or written to."""

    def __init__(self, folder: Path, error: OSError) -> None:
        """Name the folder and the system's reason."""
        mend = "mount it for writing" if error.errno == errno.EROFS else "mend its permissions"
        super().__init__(
            f"the warehouse's folder {folder} cannot be written to ({error.strerror}): {mend}, or name "
            f"another warehouse with --warehouse or {ROOT_VARIABLE}"
        )


@dataclass(frozen=True)
class Warehouse:
    """A warehouse and its folders; the root is made absolute, since the views of a release hold absolute paths.

    >>> Warehouse(Path("/data")).current.as_posix()
    '/data/current'
    """

    root: Path

    def __post_init__(self) -> None:
        """Follow the root's links once, so that a link that is turned later cannot split one warehouse in two."""
        object.__setattr__(self, "root", self.root.expanduser().resolve())

    @property
    def current(self) -> Path:
        """The symbolic link to the current release: the one commit point."""
        return self.root / "current"

    @property
    def releases(self) -> Path:
        """The folder of all releases, one folder each."""
        return self.root / "releases"

    @property
    def state(self) -> Path:
        """The folder of the stages' results, which can be built again."""
        return self.root / "state"

    @property
    def staging(self) -> Path:
        """The folder where a release is put together before anybody can see it."""
        return self.root / "staging"

    @property
    def lock(self) -> Path:
        """The file whose lock a build holds."""
        return self.root / ".lock"

    @property
    def log(self) -> Path:
        """The list of releases, one line each."""
        return self.root / "log.jsonl"

    @property
    def dagster_home(self) -> Path:
        """The folder in which Dagster keeps its runs."""
        return self.root / "dagster"

    def create_folders(self) -> None:
        """Make the folders that are missing.

        Errors: a place that cannot be written to raises ``WarehouseUnwritableError``, which names the folder; one whose
                path no DuckDB file could name raises ``PathUnspeakableError``.
        """
        escape_pattern(self.root)
        for folder in (self.root, self.releases, self.state, self.staging):
            try:
                _make_folder(folder)
            except OSError as error:
                raise WarehouseUnwritableError(folder, error) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                refusal = errno.EROFS if os.statvfs(folder).f_flag & os.ST_RDONLY else errno.EACCES
                raise WarehouseUnwritableError(folder, OSError(refusal, os.strerror(refusal)))


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, each of them safe on the disk before anything is told."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        try:
            folder.mkdir()
        except FileExistsError as error:
            if not folder.is_dir():  # else another process made it just now
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error
        flush_file(folder.parent)


def default_root() -> Path:
    """Find the warehouse nobody named: ``$PAPERHOUSE_WAREHOUSE``, else ``warehouse/data`` in the clone.

    The clone is the one whose code runs, whatever the working directory is: two clones never share a warehouse by
    accident.

    Errors: without the variable and outside a clone (installed from a wheel) raises ``WarehouseUnknownError``.
    """
    named = os.environ.get(ROOT_VARIABLE)
    if named:
        return Path(named)
    if (_CLONE / "pyproject.toml").is_file() and (_CLONE / "warehouse").is_dir():
        return _CLONE / "warehouse" / "data"
    raise WarehouseUnknownError


def find_warehouse(named: Warehouse | Path | str | None = None) -> Warehouse:
    """Take a warehouse as people name it: a path, nothing for the default one, or the warehouse itself.

    >>> find_warehouse("/data").releases.as_posix()
    '/data/releases'
    """
    if isinstance(named, Warehouse):
        return named
    return Warehouse(default_root() if named is None else Path(named))
