"""Dumps in a store: listed and read as files are, so that all that follows knows no difference.

An object's size, time and ETag stand for what a file system says of a file: an object that was replaced has others.
"""

from __future__ import annotations

import hashlib
import stat
from typing import TYPE_CHECKING, Final

import obstore

from etl.extract.files import FileState
from etl.store import Place, explain_store, find_place, list_objects_below

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_MODE: Final = stat.S_IFREG | 0o444
_NANOSECONDS: Final = 1_000_000_000


def list_objects(place: Place) -> Iterator[tuple[str, str, FileState]]:
    """List the objects at or below a place: each with its URL, its name from the place on, and its state.

    Errors: ``StoreRefusedError``.
    """
    for meta in list_objects_below(place) or _look_at(place):
        key = str(meta["path"])
        name = key[len(place.key) :].lstrip("/") or key.rpartition("/")[2]
        yield Place(place.bucket, key).url, name, _describe(meta)


def read_object(url: str) -> tuple[bytes, FileState]:
    """Read an object whole, and its state. Errors: ``FileNotFoundError``, ``StoreRefusedError``."""
    place = find_place(url)
    with explain_store(url):
        found = obstore.get(place.open(), place.key)
        return bytes(found.bytes()), _describe(found.meta)


def _look_at(place: Place) -> list[Mapping[str, Any]]:
    """Look at the place itself, which may be an object."""
    try:
        with explain_store(place.url):
            return [obstore.head(place.open(), place.key)] if place.key else []
    except FileNotFoundError:
        return []


def _describe(meta: Mapping[str, Any]) -> FileState:
    nanoseconds = int(meta["last_modified"].timestamp() * _NANOSECONDS)
    mark = hashlib.blake2b(str(meta["e_tag"]).encode(), digest_size=7).digest()
    return FileState(_MODE, meta["size"], nanoseconds, nanoseconds, int.from_bytes(mark))
