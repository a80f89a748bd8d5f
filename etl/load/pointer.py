"""The one commit point of a warehouse in a store: an object that names the current release.

A store has no rename and no symbolic link, but it can write an object on condition that it is still the one that was
read. So of two writers one wins, and the other is told. Readers read it once and stay in the release that it names.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import obstore
from obstore.exceptions import AlreadyExistsError, PreconditionError

from etl.errors import PaperhouseError
from etl.store import explain_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from obstore.store import ObjectStore

    from etl.store import Place

POINTER_NAME: Final = "current.json"
POINTER_VERSION: Final = 1
_NAME: Final = re.compile(r"[0-9a-f]{32}")
KEPT_NAMES: Final = 100
"""How many releases before the current one the pointer names."""


class PointerInvalidError(PaperhouseError):
    """A pointer that nobody of us wrote."""

    def __init__(self, house: Place) -> None:
        super().__init__(
            f"{house.below(POINTER_NAME).url} is no pointer of version {POINTER_VERSION}, so this is no warehouse of "
            "paperhouse, or one of a later version: name another place"
        )


class PointerMovedError(PaperhouseError):
    """Another writer was first."""

    def __init__(self, house: Place) -> None:
        super().__init__(
            f"{house.url}: another writer has published meanwhile, so this release was not made the current one: "
            "build again, on what is current now"
        )


class ConditionsMissingError(PaperhouseError):
    """A store that writes whatever the condition."""

    def __init__(self, house: Place) -> None:
        super().__init__(
            f"{house.url}: the store does not heed conditional writes (If-Match, If-None-Match), so two writers could "
            "overwrite each other's release: use a store that has them, or publish to a folder and copy that"
        )


@dataclass(frozen=True)
class Pointer:
    """What the pointer says: the current release, the hash of its manifest, when, and what was current before."""

    release_id: str
    manifest_sha256: str
    committed_at: str
    before: tuple[str, ...]
    version: Mapping[str, str]
    """How the store names this very state of the object; the next one is written on condition of it."""


def find_stored(house: Place, release_id: str) -> Place:
    """Find where a warehouse in a store has a release."""
    return house.below(f"releases/{release_id}")


def list_own_places(house: Place) -> list[Place]:
    """List where a warehouse in a store keeps what is its own: releases, state, and the pointer."""
    return [house.below(name) for name in ("releases", "state", POINTER_NAME)]


def read_pointer(house: Place) -> Pointer | None:
    """Read which release is current; None where nothing was published yet.

    Errors: ``PointerInvalidError``, ``StoreRefusedError``.
    """
    place = house.below(POINTER_NAME)
    try:
        with explain_store(house.url):
            found = obstore.get(place.open(), place.key)
            raw = bytes(found.bytes())
    except FileNotFoundError:
        return None
    version = {name: value for name in ("e_tag", "version") if (value := found.meta[name])}
    try:
        said = json.loads(raw)
        if said["pointer_version"] != POINTER_VERSION:
            raise PointerInvalidError(house)
        release_id, manifest_sha256, committed_at = said["release_id"], said["manifest_sha256"], said["committed_at"]
        before = tuple(said["before"])
        if not all(_is_name(name) for name in (release_id, *before)) or not isinstance(manifest_sha256, str):
            raise PointerInvalidError(house)
    except (ValueError, KeyError, TypeError) as error:
        raise PointerInvalidError(house) from error
    return Pointer(release_id, manifest_sha256, str(committed_at), before, version)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def move_pointer(house: Place, release_id: str, manifest_sha256: str, seen: Pointer | None) -> None:
    """Make a release the current one, on condition that the pointer is still the one that was seen.

    One that is current already is confirmed, on the same condition.

    Errors: ``PointerMovedError``, ``StoreRefusedError``.
    """
    earlier = [] if seen is None else [seen.release_id, *seen.before]
    before = [name for place, name in enumerate(earlier) if place or name != release_id][:KEPT_NAMES]
    said = {
        "pointer_version": POINTER_VERSION,
        "release_id": release_id,
        "manifest_sha256": manifest_sha256,
        "committed_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "before": before,
        "commit": uuid.uuid4().hex,  # an ETag may be a hash: no two states of the pointer are equal
    }
    place = house.below(POINTER_NAME)
    try:
        with explain_store(house.url):
            _put(
                place.open(), place.key, json.dumps(said, indent=1).encode(), "create" if seen is None else seen.version
            )
    except (AlreadyExistsError, PreconditionError) as error:
        raise PointerMovedError(house) from error


def require_conditions(house: Place) -> None:
    """Make sure that the store heeds conditions, before anything is published there.

    Errors: ``ConditionsMissingError``; ``StoreRefusedError``, also for a place that cannot be written to.
    """
    place = house.below(f".probe-{uuid.uuid4().hex}")
    store = place.open()
    with explain_store(house.url):
        _put(store, place.key, b"1", "create")
        try:
            heeded = [_is_refused(store, place.key, mode) for mode in ("create", {"e_tag": '"of another object"'})]
        finally:
            obstore.delete(store, place.key)
    if not all(heeded):
        raise ConditionsMissingError(house)


def _is_refused(store: ObjectStore, key: str, mode: Any) -> bool:  # noqa: ANN401 - as obstore types it
    try:
        _put(store, key, b"2", mode)
    except (AlreadyExistsError, PreconditionError, NotImplementedError) as error:
        return not isinstance(error, NotImplementedError)
    return False


def _put(store: ObjectStore, key: str, data: bytes, mode: Any) -> None:  # noqa: ANN401 - as obstore types it
    obstore.put(store, key, data, mode=mode)
