"""What a build leaves in a store for builds elsewhere: the units of extraction, and the ledger of inputs.

A build on a machine whose disk is empty goes on with them: after its driver died with its disk, or because each build
runs on a machine of its own. They lie beside the releases, under the fingerprint of the code that alone may use them:

    state/<code>/units/<unit_id>/    a unit's runs, and last its note, which has the hash of each
    state/<code>/ledger/<sha256>.parquet

An object is named by what it holds and never changed, so it does not matter who sends it, how often, or who dies on the
way. What is damaged or gone is as good as never sent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import obstore

from etl.load.download import StoredFileDamagedError
from etl.load.files import complete_folder, hash_below
from etl.stages.ledger import keep_ledger, list_ledgers, read_ledger
from etl.stages.stored_files import fetch_files, send_files
from etl.stages.tasks import MAX_RETRIES
from etl.stages.units import NOTE_NAME, choose_units, find_units, list_units, note_unit, read_note
from etl.store import closing_pool, explain_store, is_there, list_objects_below, read_object, remove_object
from etl.version import fingerprint_code

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    from obstore import ObjectMeta

    from etl.load.warehouse import Warehouse
    from etl.runners import Runner
    from etl.stages.units import Noted, Unit
    from etl.store import Place

AT_ONCE: Final = 16
"""Objects of which each is small, and which are read side by side."""


@dataclass(frozen=True)
class UnitTransfer:
    """A unit's way: its folder in the warehouse, and its place in the store."""

    folder: Path
    place: Place


def find_mirror(house: Place) -> Place:
    """Find where a warehouse in a store has the state of this code."""
    return house.below(f"state/{fingerprint_code()}")


def find_sent_unit(mirror: Place, unit_id: str) -> Place:
    """Find where the store has a unit."""
    return mirror.below(f"units/{unit_id}")


def send_unit(transfer: UnitTransfer) -> bool:
    """Send a unit of the warehouse, its note last; one that is there stays. Tells whether it was sent.

    Errors: ``StoreRefusedError``.
    """
    note = transfer.place.below(NOTE_NAME)
    noted = read_note((transfer.folder / NOTE_NAME).read_bytes(), transfer.folder.name)
    if noted is None or is_there(note):
        return False
    hashes = hash_below(transfer.folder, besides=NOTE_NAME)
    send_files(transfer.folder, hashes, transfer.place)
    with explain_store(transfer.place.url):
        obstore.put(note.open(), note.key, noted.unit.to_note(hashes))
    return True


def fetch_unit(transfer: UnitTransfer) -> bool:
    """Fetch a unit into the warehouse; tells whether it came whole. A damaged one counts as never sent.

    Errors: ``StoreRefusedError``, ``WriteFailedError``.
    """
    noted = _read_sent(transfer.place)
    if noted is None:
        return False
    try:
        with complete_folder(transfer.folder) as unfinished:
            fetch_files(transfer.place, {name: str(mark) for name, mark in noted.runs.items()}, unfinished)
            note_unit(noted.unit, unfinished)
    except StoredFileDamagedError:
        remove_object(transfer.place.below(NOTE_NAME))
        return False
    return True


def exchange_units(warehouse: Warehouse, plan: pl.DataFrame, mirror: Place, runner: Runner) -> None:
    """Fetch the units that the plan can use and the warehouse lacks, and send those of it that the store lacks.

    Columns in: those of the plan, see ``etl.stages.units.choose_units``. Errors: ``StoreRefusedError``.
    """
    here = {unit.unit_id: unit for unit in list_units(warehouse)}
    there = {unit.unit_id: unit for unit in list_sent_units(mirror)}
    chosen = [unit.unit_id for unit in choose_units(plan, (there | here).values()).kept]
    folder = find_units(warehouse)
    for work, names in ((fetch_unit, set(chosen) - set(here)), (send_unit, set(chosen) - set(there))):
        transfers = [UnitTransfer(folder / name, find_sent_unit(mirror, name)) for name in sorted(names)]
        for _ in runner.run(work, transfers, max_in_flight=0, max_retries=MAX_RETRIES):
            pass


def list_sent_units(mirror: Place) -> list[Unit]:
    """List the units that the store has whole. Errors: ``StoreRefusedError``."""
    keys = [meta["path"] for meta in list_objects_below(mirror.below("units"))]
    places = [mirror._replace(key=key.rpartition("/")[0]) for key in sorted(keys) if key.endswith(f"/{NOTE_NAME}")]
    with closing_pool(AT_ONCE) as pool:
        return [noted.unit for noted in pool.map(_read_sent, places) if noted is not None]


def fetch_ledger(warehouse: Warehouse, mirror: Place) -> None:
    """Fetch the ledger where the warehouse has none of its own. Errors: ``StoreRefusedError``."""
    if not read_ledger(warehouse).is_empty():
        return
    for meta in _list_sent_ledgers(mirror):
        place = mirror._replace(key=meta["path"])
        raw = read_object(place)
        if raw is not None and hashlib.sha256(raw).hexdigest() == place.key.rpartition("/")[2].partition(".")[0]:
            keep_ledger(warehouse, raw)
            return


def send_ledger(warehouse: Warehouse, mirror: Place) -> None:
    """Send the ledger in the place of those that the store has. Errors: ``StoreRefusedError``."""
    for path in list_ledgers(warehouse):
        place = mirror.below(f"ledger/{path.name}")
        if not is_there(place):
            with explain_store(mirror.url):
                obstore.put(place.open(), place.key, path)
        older = [meta["path"] for meta in _list_sent_ledgers(mirror) if meta["path"] != place.key]
        if older:
            with explain_store(mirror.url):
                obstore.delete(place.open(), older)


def forget_sent_ledgers(mirror: Place) -> None:
    """Remove the ledger from the store: what made a build fail here would elsewhere. Errors: ``StoreRefusedError``."""
    for meta in _list_sent_ledgers(mirror):
        remove_object(mirror._replace(key=meta["path"]))


def _list_sent_ledgers(mirror: Place) -> list[ObjectMeta]:
    """List the ledgers in the store, the latest first."""
    found = list_objects_below(mirror.below("ledger"))
    return sorted(found, key=lambda meta: (meta["last_modified"], meta["path"]), reverse=True)


def _read_sent(place: Place) -> Noted | None:
    """Read the note of a unit in the store; None where there is none of this code that can be read."""
    raw = read_object(place.below(NOTE_NAME))
    return None if raw is None else read_note(raw, place.key.rpartition("/")[2])
