"""What may go from a warehouse in a store: old releases, uploads that came to nothing, and state that nobody needs.

No lock keeps writers away there, so it is for a time when nobody publishes; what was written in the last days stays.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import obstore
import polars as pl

from etl.errors import PaperhouseError
from etl.load.download import StoredFileDamagedError
from etl.load.pointer import POINTER_NAME, Pointer, find_stored, read_pointer
from etl.load.retention import check_promise
from etl.load.stored import open_release
from etl.stages.mirror import find_mirror, find_sent_unit, list_sent_units
from etl.stages.stored_results import RESULTS_NAME
from etl.store import explain_store, list_objects_below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from obstore import ObjectMeta

    from etl.load.retention import Rest
    from etl.store import Place


_OURS: Final = (
    ("releases", re.compile(r"[0-9a-f]{32}(?=/)")),
    ("state", re.compile(r"[0-9a-f]{32}/(?:(?:units|ledger)/[^/]+|results/[a-z]+/[0-9a-f]{32}(?=/))")),
)
"""The prefixes that a warehouse makes in a store, below these two; whatever else lies there is somebody else's."""


class PointerMissingError(PaperhouseError):
    """A place where nothing says which release is current."""

    def __init__(self, house: Place) -> None:
        super().__init__(
            f"{house.url} has no {POINTER_NAME}, so it is no warehouse or has lost what names its current release: "
            "nothing was removed; name another place, or publish there first"
        )


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
    state of this code as long as its dumps are those of the current release, or it is the latest result of its stage;
    any other for those days.

    Errors: ``PromiseBrokenError`` for less than readers are promised; ``PointerMissingError`` where no release is
            current; ``StoredFileDamagedError``, ``StoreRefusedError``, ``PointerInvalidError``.
    """
    if not break_promise:
        check_promise(rest)
    pointer = read_pointer(house)
    if pointer is None:
        raise PointerMissingError(house)
    found = _list_prefixes(house)
    oldest_kept = now - dt.timedelta(days=rest.days)
    kept = _find_kept_releases(house, pointer, found, rest, oldest_kept)
    kept |= _find_kept_units(house) | _find_latest_results(house, found)
    gone = {key: prefix for key, prefix in sorted(found.items()) if key not in kept and prefix.latest <= oldest_kept}
    for prefix in () if dry_run else gone.values():
        with explain_store(house.url):
            obstore.delete(house.open(), prefix.keys)
    return [StoredRemoval(house._replace(key=key).url, prefix.byte_count) for key, prefix in gone.items()]


def _list_prefixes(house: Place) -> dict[str, _Prefix]:
    """List what can go as a whole: releases, units and ledgers."""
    objects: dict[str, list[ObjectMeta]] = {}
    for folder, ours in _OURS:
        top = house.below(folder)
        for meta in list_objects_below(top):
            prefix = ours.match(meta["path"][len(top.key) + 1 :])
            if prefix:
                objects.setdefault(top.below(prefix[0]).key, []).append(meta)
    return {
        key: _Prefix(
            [meta["path"] for meta in some],
            sum(meta["size"] for meta in some),
            max(meta["last_modified"] for meta in some),
        )
        for key, some in objects.items()
    }


def _find_kept_releases(
    house: Place, pointer: Pointer, found: Mapping[str, _Prefix], rest: Rest, oldest_kept: dt.datetime
) -> set[str]:
    """Find the releases that are current or were not long ago: one was until the next one's last object was written."""
    keys = [find_stored(house, name).key for name in (pointer.release_id, *pointer.before)]
    recent = {
        key for key, later in zip(keys[1:], keys, strict=False) if later in found and found[later].latest > oldest_kept
    }
    return {keys[0], *keys[: rest.releases], *recent}


def _find_kept_units(house: Place) -> set[str]:
    """Find the units of this code whose dumps are all in the current release, and the ledger of this code."""
    mirror = find_mirror(house)
    release = open_release(house.url)
    try:
        dumps = release.scan("dumps").select(pl.col("dump_id")).collect().to_series()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise StoredFileDamagedError(find_stored(house, release.release_id).below("dumps")) from error
    living = frozenset(dumps)
    units = {
        find_sent_unit(mirror, unit.unit_id).key for unit in list_sent_units(mirror) if living.issuperset(unit.dump_ids)
    }
    return units | {meta["path"] for meta in list_objects_below(mirror.below("ledger"))}


def _find_latest_results(house: Place, found: Mapping[str, _Prefix]) -> set[str]:
    """Find the latest result of each stage of this code."""
    results = find_mirror(house).below(RESULTS_NAME).key
    latest: dict[str, str] = {}
    for key in sorted(found, key=lambda key: (found[key].latest, key)):
        stage = key.rpartition("/")[0]
        if stage.startswith(f"{results}/"):
            latest[stage] = key
    return set(latest.values())
