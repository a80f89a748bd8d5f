"""A stage's finished result in a store, for a build that goes on on another machine.

    state/<code>/results/<stage>/<stage_id>/     the files of its folder by their hashes, and last a note of their names

What a result says is the same whatever way it was made, but how it lies in files is not: by their hashes, files which
two machines send at once do each other no harm. As for units (``etl.stages.mirror``), what is damaged or gone there is
as good as never sent. Extraction's own result is put together from its units again, so it is not sent.
"""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import obstore

from etl.load.download import StoredFileDamagedError
from etl.load.files import complete_folder, hash_below
from etl.stages.stored_files import fetch_files, send_files
from etl.store import explain_store, is_there, read_object, remove_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.store import Place

RESULTS_NAME: Final = "results"
NOTE_NAME: Final = "result.json"
_HASH: Final = re.compile("[0-9a-f]{64}")


def find_sent_result(mirror: Place, stage: str, stage_id: str) -> Place:
    """Find where the store has a stage's result."""
    return mirror.below(f"{RESULTS_NAME}/{stage}/{stage_id}")


def send_result(folder: Path, place: Place) -> None:
    """Send a result, its note last, unless it is there. Errors: ``StoreRefusedError``."""
    note = place.below(NOTE_NAME)
    if is_there(note):
        return
    hashes = hash_below(folder)
    send_files(folder, hashes, place, by_hash=True)
    with explain_store(place.url):
        obstore.put(note.open(), note.key, json.dumps(hashes, sort_keys=True, indent=1).encode())


def fetch_result(place: Place, folder: Path) -> bool:
    """Fetch a result; tells whether it came whole. A damaged one counts as never sent.

    Errors: ``StoreRefusedError``, ``WriteFailedError``.
    """
    note = place.below(NOTE_NAME)
    raw = read_object(note)
    if raw is None:
        return False
    try:
        hashes = _read_note(raw, note)
        with complete_folder(folder) as unfinished:
            fetch_files(place, hashes, unfinished, by_hash=True)
    except StoredFileDamagedError:
        take_back_result(place)
        return False
    return True


def take_back_result(place: Place) -> None:
    """Make a result count as never sent. Errors: ``StoreRefusedError``."""
    remove_object(place.below(NOTE_NAME))


def list_sent_files(place: Place) -> dict[str, Place]:
    """List where a result has its files, by their hashes; none if it was not sent. Errors: ``StoreRefusedError``."""
    note = place.below(NOTE_NAME)
    raw = read_object(note)
    try:
        return {} if raw is None else {sha256: place.below(sha256) for sha256 in _read_note(raw, note).values()}
    except StoredFileDamagedError:
        return {}


def _read_note(raw: bytes, note: Place) -> Mapping[str, str]:
    """Read which files a result has. Errors: ``StoredFileDamagedError`` for anything but names below it with hashes."""
    try:
        hashes = {str(name): str(sha256) for name, sha256 in json.loads(raw).items()}
    except (ValueError, AttributeError) as error:
        raise StoredFileDamagedError(note) from error
    paths = [PurePosixPath(name) for name in hashes]
    is_safe = all(map(_HASH.fullmatch, hashes.values()))
    if not paths or not is_safe or any(path.is_absolute() or ".." in path.parts for path in paths):
        raise StoredFileDamagedError(note)
    return hashes
