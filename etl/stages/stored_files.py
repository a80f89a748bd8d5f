"""Files that a stage leaves in a store, and takes back: as they are, side by side, each compared by its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import obstore

from etl.load.download import fetch_object
from etl.store import closing_pool, explain_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.store import Place

AT_ONCE: Final = 8


def send_files(folder: Path, hashes: Mapping[str, str], place: Place, *, by_hash: bool = False) -> None:
    """Send files of a folder below a place, under their names or, ``by_hash``, under their hashes.

    Errors: ``StoreRefusedError``.
    """

    def send(name: str) -> None:
        with explain_store(place.url):
            obstore.put(place.open(), place.below(hashes[name] if by_hash else name).key, folder / name)

    with closing_pool(AT_ONCE) as pool:
        list(pool.map(send, hashes))


def fetch_files(place: Place, hashes: Mapping[str, str], folder: Path, *, by_hash: bool = False) -> None:
    """Fetch files that were sent so, by their names, into a folder.

    Errors: ``StoredFileDamagedError`` for one that has not its hash, ``StoreRefusedError``, ``WriteFailedError``.
    """
    for parent in sorted({(folder / name).parent for name in hashes}):
        parent.mkdir(parents=True, exist_ok=True)
    with closing_pool(AT_ONCE) as pool:
        list(
            pool.map(
                lambda name: fetch_object(place.below(hashes[name] if by_hash else name), folder / name, hashes[name]),
                hashes,
            )
        )
