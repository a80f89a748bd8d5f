"""Reading a release where it lies in a store: whole, and the same one from beginning to end.

The pointer is read once; from then on all tables come from the release that it named. polars reads the files as it
reads any: it takes credentials, region and endpoint from the environment, as ``etl.store`` does.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import obstore
import polars as pl

from etl.errors import PaperhouseError
from etl.load import reader
from etl.load.manifest import MANIFEST_NAME
from etl.load.pointer import find_stored, read_pointer
from etl.store import Place, explain_store, name_root

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.warehouse import Warehouse


class StoredReleaseMissingError(PaperhouseError):
    """There is no such release in the store."""

    def __init__(self, house: Place, release: str) -> None:
        what = "nothing was published there yet" if release == reader.CURRENT else f"there is no release {release}"
        super().__init__(f"{house.url}: {what}; publish one with 'paperhouse build DUMPS --store {house.url}'")


class StoredReleaseDamagedError(PaperhouseError):
    """A manifest that is not the one the pointer names."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place.url} is not the manifest that was published, so this release is damaged")


@dataclass(frozen=True)
class StoredRelease:
    """A published release in a store: immutable, and read where it lies."""

    release_id: str
    place: Place
    manifest: Mapping[str, Any]

    def list_urls(self, table: str) -> list[str]:
        """List the URLs of a table's Parquet files in key order; an unknown table raises ``TableUnknownError``."""
        tables = self.manifest["tables"]
        if table not in tables:
            raise reader.TableUnknownError(table, sorted(tables))
        return [self.place.below(file["path"]).url for file in tables[table]["files"]]

    def scan(self, table: str) -> pl.LazyFrame:
        """Open a table lazily, rows in key order; only what is asked for is fetched."""
        return pl.scan_parquet(self.list_urls(table), glob=False, hive_partitioning=False)

    def read(self, table: str) -> pl.DataFrame:
        """Read a table whole, rows in key order."""
        return self.scan(table).collect()


@overload
def open_release(warehouse: Warehouse | Path | None = None, *, release: str | Path = ...) -> reader.Release: ...
@overload
def open_release(warehouse: str, *, release: str | Path = ...) -> reader.Release | StoredRelease: ...
def open_release(
    warehouse: Warehouse | Path | str | None = None, *, release: str | Path = reader.CURRENT
) -> reader.Release | StoredRelease:
    """Open a release of a warehouse on a disk, as :func:`etl.load.reader.open_release` does, or in a store by its URL.

    Of a store ``release`` is ``current`` or a whole id. Errors: those of the other; ``StoredReleaseMissingError``,
    ``StoredReleaseDamagedError``, ``StoreRefusedError``.
    """
    root = name_root(warehouse) if isinstance(warehouse, str) else warehouse
    if isinstance(root, Place):
        return _open_stored(root, str(release))
    return reader.open_release(root, release=release)


def _open_stored(house: Place, release: str) -> StoredRelease:
    digest = None
    if release == reader.CURRENT:
        pointer = read_pointer(house)
        if pointer is None:
            raise StoredReleaseMissingError(house, release)
        release, digest = pointer.release_id, pointer.manifest_sha256
    place = find_stored(house, release)
    at = place.below(MANIFEST_NAME)
    try:
        with explain_store(house.url):
            raw = bytes(obstore.get(at.open(), at.key).bytes())
    except FileNotFoundError as error:
        raise StoredReleaseMissingError(house, release) from error
    if digest is not None and hashlib.sha256(raw).hexdigest() != digest:
        raise StoredReleaseDamagedError(at)
    return StoredRelease(release, place, json.loads(raw))
