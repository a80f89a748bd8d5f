"""Reading a release: whole, and the same one from beginning to end.

``current`` is followed once; from then on all tables come from that release, also while a new one is published. A
release stays readable for at least seven days after it was replaced.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

from etl.errors import PaperhouseError
from etl.load.catalog import CATALOG_NAME, require_usable_catalog
from etl.load.log import read_log
from etl.load.manifest import MANIFEST_NAME, ManifestUnreadableError, read_manifest
from etl.load.tables import count_nulls, scan_files
from etl.load.warehouse import find_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl

    from etl.load.warehouse import Warehouse


CURRENT: Final = "current"
PREVIOUS: Final = "previous"


class ReleaseMissingError(PaperhouseError):
    """There is no such release."""

    def __init__(self, warehouse: Warehouse, release: str) -> None:
        """Name the warehouse and what was looked for."""
        what, mend = f"no release {release}", "see 'paperhouse releases'"
        if release == PREVIOUS:
            what = "no release before the current one"
        elif release == CURRENT and any(warehouse.releases.glob(f"*/{MANIFEST_NAME}")):
            what = f"no current release, though {warehouse.releases} is not empty"
            mend = "choose one of 'paperhouse releases' with 'paperhouse rollback RELEASE'"
        elif release == CURRENT:
            what, mend = "no release yet", "build one with 'paperhouse build DUMPS'"
        super().__init__(f"the warehouse {warehouse.root} has {what}: {mend}, or name another with --warehouse")


class CopyMissingError(PaperhouseError):
    """There is no folder where a copy of a release should be."""

    def __init__(self, path: Path) -> None:
        """Name the path."""
        super().__init__(f"{path} is no folder: name a release's folder, or a release of the warehouse without a slash")


class ReleaseAmbiguousError(PaperhouseError):
    """Several releases have an id that begins so."""

    def __init__(self, beginning: str, found: list[str]) -> None:
        """Name the beginning and the first ids that have it."""
        super().__init__(f"{len(found)} releases begin with {beginning} ({', '.join(found[:4])}): give more of the id")


class TableUnknownError(PaperhouseError):
    """A release has no table of that name."""

    def __init__(self, table: str, known: list[str]) -> None:
        """Name the table and those there are."""
        super().__init__(f"there is no table {table!r}: the tables are {', '.join(known)}")


@dataclass(frozen=True)
class Release:
    """A published release: immutable, and safe to read for as long as releases are kept."""

    release_id: str
    path: Path
    manifest: Mapping[str, Any]

    @property
    def catalog(self) -> Path:
        """The release's DuckDB file."""
        return self.path / CATALOG_NAME

    def list_files(self, table: str) -> list[Path]:
        """List a table's Parquet files in key order; an unknown table raises ``TableUnknownError``."""
        tables = self.manifest["tables"]
        if table not in tables:
            raise TableUnknownError(table, sorted(tables))
        return [self.path / file["path"] for file in tables[table]["files"]]

    def count_nulls(self, table: str) -> Mapping[str, int]:
        """Count the nulls of a table's flat columns, as the manifest says, or the files, where that is of before."""
        return self.manifest["tables"][table].get("nulls") or count_nulls(self.list_files(table))

    def scan(self, table: str) -> pl.LazyFrame:
        """Open a table lazily, rows in key order."""
        return scan_files(self.list_files(table))

    def read(self, table: str) -> pl.DataFrame:
        """Read a table whole, rows in key order."""
        return self.scan(table).collect()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the release's DuckDB file, read-only.

        SQL through it may read any file this process may; for SQL of others there is ``etl.load.query``.

        Errors: ``CatalogUnusableError``.
        """
        require_usable_catalog(self.path)
        return duckdb.connect(self.catalog, read_only=True)


def open_release(warehouse: Warehouse | Path | str | None = None, *, release: str | Path = CURRENT) -> Release:
    """Open the current release of a warehouse, or the one that is named; its links are followed once, here.

    ``release`` is an id or the beginning of one, ``current``, ``previous`` (the one that was current before), or a path
    of a release or a copy of one: a ``Path``, or text with a slash.

    Errors: no release, or none of that name, raises ``ReleaseMissingError``; a beginning that several ids have
            ``ReleaseAmbiguousError``; a damaged release ``ManifestUnreadableError``.
    """
    path = find_release(warehouse, release)
    manifest = read_manifest(path)
    return Release(manifest["release_id"], path, manifest)


def find_release(warehouse: Warehouse | Path | str | None, release: str | Path) -> Path:
    """Find the folder of a release, named as for ``open_release``, whatever its state; errors are the same."""
    if isinstance(release, Path) or "/" in release:
        return find_copy(Path(release))
    house = find_warehouse(warehouse)
    if release == CURRENT:
        wanted = read_current_id(house)
    elif release == PREVIOUS:
        wanted = _read_previous_id(house)
    else:
        wanted = _complete_id(house, release)
    if wanted is None or not (house.releases / wanted).is_dir():
        raise ReleaseMissingError(house, release)
    return house.releases / wanted


def find_copy(path: Path) -> Path:
    """Find a release's folder by its path, following links once. Errors: ``CopyMissingError``."""
    folder = path.expanduser().resolve()
    if not folder.is_dir():
        raise CopyMissingError(path)
    return folder


def _complete_id(warehouse: Warehouse, beginning: str) -> str | None:
    names = sorted(path.name for path in warehouse.releases.iterdir()) if warehouse.releases.is_dir() else []
    found = [name for name in names if name == beginning] or [name for name in names if name.startswith(beginning)]
    if len(found) > 1:
        raise ReleaseAmbiguousError(beginning, found)
    return found[0] if found and beginning else None


def _read_previous_id(warehouse: Warehouse) -> str | None:
    """Find the release that was current before this one and is still there, by the log."""
    current = read_current_id(warehouse)
    earlier = [line["release_id"] for line in read_log(warehouse) if line["release_id"] != current]
    return next((name for name in reversed(earlier) if (warehouse.releases / name).is_dir()), None)


def read_current_id(warehouse: Warehouse) -> str | None:
    """Follow ``current`` once: the id of the current release, or None where nothing was published yet."""
    try:
        return warehouse.current.readlink().name
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.EINVAL}:
            return None
        raise


def list_releases(
    warehouse: Warehouse | Path | str | None = None,
    *,
    on_damage: Callable[[ManifestUnreadableError], object] | None = None,
) -> list[Release]:
    """List the releases that can be opened, latest first.

    Errors: a damaged manifest raises ``ManifestUnreadableError``, or with ``on_damage`` is told there and left out.
    """
    house = find_warehouse(warehouse)
    if not house.releases.is_dir():
        return []
    releases = []
    for path in sorted(path for path in house.releases.iterdir() if (path / CATALOG_NAME).is_file()):
        try:
            releases.append(Release(path.name, path, read_manifest(path)))
        except ManifestUnreadableError as error:
            if on_damage is None:
                raise
            on_damage(error)
    return sorted(releases, key=lambda release: (release.manifest["created_at"], release.release_id), reverse=True)
