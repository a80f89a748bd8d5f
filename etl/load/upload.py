"""A release goes to a warehouse in a store: its files below a prefix of its own, and then the pointer.

Nothing is overwritten that anybody reads: a file that is there with its very bytes stays, whatever else is written is
read back, and what no pointer names nobody sees. A file that the store has elsewhere is copied inside the store.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import obstore

from etl.errors import PaperhouseError
from etl.load.manifest import MANIFEST_NAME, list_entries
from etl.load.pointer import find_stored, move_pointer, require_conditions
from etl.store import closing_pool, explain_store, list_objects_below

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.pointer import Pointer
    from etl.load.reader import Release
    from etl.store import Place

AT_ONCE: Final = 8


class UploadDamagedError(PaperhouseError):
    """An object that does not have the bytes that were written."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"{place.url} has other bytes than were written to it; nothing was published, try again")


@dataclass(frozen=True)
class Sent:
    """What an upload came to, in files and bytes."""

    written_bytes: int = 0
    copied_bytes: int = 0
    found_bytes: int = 0


def push_release(
    release: Release,
    house: Place,
    seen: Pointer | None,
    *,
    before: Release | None = None,
    held: Mapping[str, Place] | None = None,
) -> Sent:
    """Make a release of a local warehouse the current one of a warehouse in a store.

    ``seen`` is the pointer that the release was built on, and ``before`` the release it names, if that is known;
    ``held`` says where else the store has files, by their hashes.
    Whatever fails, and whenever, the release before stays current. Of one that is current there already, only objects
    that are gone or of another size are written again.

    Errors: ``PointerMovedError``, ``ConditionsMissingError``, ``UploadDamagedError``, ``StoreRefusedError``.
    """
    require_conditions(house)
    is_again = seen is not None and seen.release_id == release.release_id
    place = find_stored(house, release.release_id)
    held = {**(held or {}), **({} if before is None else _list_held(before, house))}
    entries = _list_missing(release, place) if is_again else list_entries(release.manifest)
    with closing_pool(AT_ONCE) as pool:
        sent = list(pool.map(lambda entry: _send(entry, release.path, place, held), entries))
    manifest = release.path / MANIFEST_NAME
    digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
    _write(manifest, place.below(MANIFEST_NAME), digest)
    move_pointer(house, release.release_id, digest, seen)
    return Sent(*(sum(getattr(part, name) for part in sent) for name in Sent.__dataclass_fields__))


def _list_missing(release: Release, place: Place) -> list[Mapping[str, Any]]:
    """List the files of a release that the store lacks, or has with another size."""
    sizes = {meta["path"]: meta["size"] for meta in list_objects_below(place)}
    return [
        entry for entry in list_entries(release.manifest) if sizes.get(place.below(entry["path"]).key) != entry["bytes"]
    ]


def _list_held(release: Release, house: Place) -> dict[str, Place]:
    """List where the release before has its files, by their hashes."""
    place = find_stored(house, release.release_id)
    return {entry["sha256"]: place.below(entry["path"]) for entry in list_entries(release.manifest)}


def _send(entry: Mapping[str, Any], folder: Path, release: Place, held: Mapping[str, Place]) -> Sent:
    target, size, digest = release.below(entry["path"]), entry["bytes"], entry["sha256"]
    if hash_object(target) == digest:
        return Sent(found_bytes=size)
    if digest in held and _copy(held[digest], target) and hash_object(target) == digest:
        return Sent(copied_bytes=size)
    _write(folder / entry["path"], target, digest)
    return Sent(written_bytes=size)


def _write(source: Path, target: Place, sha256: str) -> None:
    with explain_store(target.url):
        obstore.put(target.open(), target.key, source)
    if hash_object(target) != sha256:
        raise UploadDamagedError(target)


def _copy(source: Place, target: Place) -> bool:
    """Copy an object inside the store; tells whether there was one."""
    try:
        with explain_store(target.url):
            obstore.copy(source.open(), source.key, target.key)
    except FileNotFoundError:
        return False
    return True


def hash_object(place: Place) -> str | None:
    """Hash an object's bytes as they come; None where there is no object."""
    digest = hashlib.sha256()
    try:
        with explain_store(place.url):
            for chunk in obstore.get(place.open(), place.key):
                digest.update(chunk)
    except FileNotFoundError:
        return None
    return digest.hexdigest()
