"""Reading a release: whole, and the same one from beginning to end.

``current`` is followed once; from then on all tables come from that release, also while a new one is published. A
release stays readable for at least seven days after it was replaced.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from etl.errors import PaperhouseError
from etl.load.catalog import CATALOG_NAME
from etl.load.manifest import MANIFEST_NAME, list_release_files, read_manifest
from etl.load.tables import scan_files
from etl.load.warehouse import find_warehouse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl

    from etl.load.warehouse import Warehouse


class ReleaseMissingError(PaperhouseError):
    """There is no such release."""

    def __init__(self, warehouse: Warehouse, release_id: str | None) -> None:
        """Name the warehouse and what was looked for."""
        wanted = "no release yet" if release_id is None else f"no release {release_id}"
        mend = "build one with 'paperhouse build DUMPS'" if release_id is None else "see 'paperhouse releases'"
        super().__init__(f"The warehouse {warehouse.root} has {wanted}: {mend}, or name another with --warehouse.")


class TableUnknownError(PaperhouseError):
    """A release has no table of that name."""

    def __init__(self, table: str, known: list[str]) -> None:
        """Name the table and those there are."""
        super().__init__(f"There is no table {table!r}: the tables are {', '.join(known)}.")


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
        files = list_release_files(self.manifest, self.path)
        if table not in files:
            raise TableUnknownError(table, list(files))
        return files[table]

    def scan(self, table: str) -> pl.LazyFrame:
        """Open a table lazily, rows in key order."""
        return scan_files(self.list_files(table))

    def read(self, table: str) -> pl.DataFrame:
        """Read a table whole, rows in key order."""
        return self.scan(table).collect()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open the release's DuckDB file, read-only.

        Errors: SQL through it may read any file this process may; for SQL of others there is ``etl.load.query``.
        """
        return duckdb.connect(self.catalog, read_only=True)


def open_release(warehouse: Warehouse | Path | str | None = None, *, release_id: str | None = None) -> Release:
    """Open the current release of a warehouse, or the one that is named.

    Errors: no release, or none of that name, raises ``ReleaseMissingError``; a damaged one ``ManifestUnreadableError``.
    """
    house = find_warehouse(warehouse)
    wanted = release_id or read_current_id(house)
    if wanted is None or not (house.releases / wanted / MANIFEST_NAME).is_file():
        raise ReleaseMissingError(house, release_id)
    path = house.releases / wanted
    return Release(wanted, path, read_manifest(path))


def read_current_id(warehouse: Warehouse) -> str | None:
    """Follow ``current`` once: the id of the current release, or None where nothing was published yet."""
    try:
        return warehouse.current.readlink().name
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.EINVAL}:
            return None
        raise


def list_releases(warehouse: Warehouse | Path | str | None = None) -> list[Release]:
    """List the releases that can be opened, latest first.

    Errors: a damaged manifest raises ``ManifestUnreadableError``.
    """
    house = find_warehouse(warehouse)
    if not house.releases.is_dir():
        return []
    paths = [path for path in house.releases.iterdir() if (path / CATALOG_NAME).is_file()]
    releases = [Release(path.name, path, read_manifest(path)) for path in paths]
    return sorted(releases, key=lambda release: (release.manifest["created_at"], release.release_id), reverse=True)
