"""What may go from a warehouse in a store: old releases, uploads that came to nothing, and state that nobody needs.

No lock keeps writers away there, so it is for a time when nobody publishes; what was written in the last days stays.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

import obstore
import polars as pl

from etl.load.pointer import Pointer, find_stored, read_pointer
from etl.load.retention import check_promise
from etl.load.stored import open_release
from etl.stages.mirror import find_mirror, find_sent_unit, list_sent_units
from etl.store import explain_store, list_objects_below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from obstore import ObjectMeta

    from etl.load.retention import Rest
    from etl.store import Place


class StoredRemoval(NamedTuple):
    """A prefix that goes, and the bytes of its objects."""

    url: str
    freed_bytes: int


class _Prefix(NamedTuple):
    """The objects below a prefix, and when the latest of them was written."""

    keys: list[str]
    byte_count: int
    latest: dt.datetime


def collect_stored_garbage(
    house: Place, rest: Rest, *, now: dt.datetime, break_promise: bool = False, dry_run: bool = False
) -> list[StoredRemoval]:
    """Remove what is old by ``now`` from a warehouse in a store; tell what went.

    A release stays if it is current, among the latest that were, was current in the last days, or was written then; the
    state of this code as long as its dumps are those of the current release, and any other for those days.

    Errors: ``PromiseBrokenError`` for less than readers are promised; ``StoreRefusedError``, ``PointerInvalidError``.
    """
    if not break_promise:
        check_promise(rest)
    pointer = read_pointer(house)
    found = _list_prefixes(house)
    oldest_kept = now - dt.timedelta(days=rest.days)
    kept = _find_kept_releases(house, pointer, found, rest, oldest_kept) | _find_kept_units(house, pointer)
    gone = {key: prefix for key, prefix in sorted(found.items()) if key not in kept and prefix.latest <= oldest_kept}
    for prefix in () if dry_run else gone.values():
        with explain_store(house.url):
            obstore.delete(house.open(), prefix.keys)
    return [StoredRemoval(house._replace(key=key).url, prefix.byte_count) for key, prefix in gone.items()]


def _list_prefixes(house: Place) -> dict[str, _Prefix]:
    """List what can go as a whole: releases, units, and whatever else there is of a code's state."""
    objects: dict[str, list[ObjectMeta]] = {}
    for folder, depth in (("releases", 1), ("state", 3)):
        top = house.below(folder)
        for meta in list_objects_below(top):
            parts = meta["path"][len(top.key) + 1 :].split("/")
            objects.setdefault(top.below("/".join(parts[:depth])).key, []).append(meta)
    return {
        key: _Prefix(
            [meta["path"] for meta in some],
            sum(meta["size"] for meta in some),
            max(meta["last_modified"] for meta in some),
        )
        for key, some in objects.items()
    }


def _find_kept_releases(
    house: Place, pointer: Pointer | None, found: Mapping[str, _Prefix], rest: Rest, oldest_kept: dt.datetime
) -> set[str]:
    """Find the releases that are current or were not long ago: one was until the next one's last object was written."""
    if pointer is None:
        return set()
    keys = [find_stored(house, name).key for name in (pointer.release_id, *pointer.before)]
    recent = {
        key for key, later in zip(keys[1:], keys, strict=False) if later in found and found[later].latest > oldest_kept
    }
    return {keys[0], *keys[: rest.releases], *recent}


def _find_kept_units(house: Place, pointer: Pointer | None) -> set[str]:
    """Find the units of this code whose dumps are all in the current release, and the ledger of this code."""
    mirror = find_mirror(house)
    if pointer is None:
        return set()
    dumps = open_release(house.url).scan("dumps").select(pl.col("dump_id")).collect().to_series()
    living = frozenset(dumps)
    units = {
        find_sent_unit(mirror, unit.unit_id).key for unit in list_sent_units(mirror) if living.issuperset(unit.dump_ids)
    }
    return units | {meta["path"] for meta in list_objects_below(mirror.below("ledger"))}
