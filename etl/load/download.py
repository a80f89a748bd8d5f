"""The current release of a warehouse in a store becomes the one of a local warehouse, for the next to be built on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import obstore

from etl.errors import PaperhouseError
from etl.load.files import create_file, hash_file, link_file
from etl.load.intact import is_intact
from etl.load.manifest import MANIFEST_NAME, ManifestUnreadableError, list_entries, read_manifest
from etl.load.pointer import Pointer, find_stored, read_pointer
from etl.load.reader import ReleaseMissingError, open_release, read_current_id
from etl.load.release import adopt_release
from etl.load.staging import hold_staging
from etl.store import explain_store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.lock import Lock
    from etl.load.warehouse import Warehouse
    from etl.store import Place


class StoredFileDamagedError(PaperhouseError):
    """An object of a release that is missing, or has other bytes than its manifest says."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place.url} is missing, or has other bytes than its release's manifest says: remove it and build again "
            "in the warehouse that published it, which writes it anew"
        )


def fetch_current(warehouse: Warehouse, house: Place, lock: Lock, *, dry_run: bool = False) -> Pointer | None:
    """Make the store's current release the local one, unless it is; gives the pointer, or None where there is none.

    Files that the local release has are linked, not fetched. After a ``dry_run`` the release lies beside the local
    current one, which stays. Errors: ``StoredFileDamagedError``,
    ``PointerInvalidError``, ``StoreRefusedError``; the local release then stays.
    """
    lock.require(warehouse)
    pointer = read_pointer(house)
    if pointer is None or pointer.release_id == read_current_id(warehouse):
        return pointer
    with hold_staging(warehouse) as staging:
        draft = staging / "release"
        if not is_intact(warehouse.releases / pointer.release_id):
            _fetch_files(find_stored(house, pointer.release_id), pointer, draft, _list_local(warehouse))
        adopt_release(warehouse, draft, pointer.release_id, staging, dry_run=dry_run)
    return pointer


def _fetch_files(place: Place, pointer: Pointer, draft: Path, local: Mapping[str, Path]) -> None:
    draft.mkdir()
    fetch_object(place.below(MANIFEST_NAME), draft / MANIFEST_NAME, pointer.manifest_sha256)
    for entry in list_entries(read_manifest(draft)):
        target = draft / entry["path"]
        target.parent.mkdir(exist_ok=True)
        twin = local.get(entry["sha256"])
        if twin is not None and twin.is_file() and hash_file(twin) == entry["sha256"]:
            link_file(twin, target)
        else:
            fetch_object(place.below(entry["path"]), target, entry["sha256"])


def _list_local(warehouse: Warehouse) -> dict[str, Path]:
    """List the files of the local release, by their hashes."""
    try:
        release = open_release(warehouse)
    except (ReleaseMissingError, ManifestUnreadableError):
        return {}
    entries: list[Mapping[str, Any]] = list_entries(release.manifest)
    return {entry["sha256"]: release.path / entry["path"] for entry in entries}


def fetch_object(place: Place, target: Path, sha256: str | None) -> None:
    """Fetch an object to a new file.

    Errors: ``StoredFileDamagedError`` for other bytes than the hash is of, ``StoreRefusedError``, ``WriteFailedError``.
    """
    digest = hashlib.sha256()
    try:
        with explain_store(place.url):
            chunks = obstore.get(place.open(), place.key)
    except FileNotFoundError as error:
        raise StoredFileDamagedError(place) from error
    with explain_store(place.url), create_file(target) as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != sha256:
        raise StoredFileDamagedError(place)
