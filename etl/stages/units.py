"""Extraction kept by content: the runs of each work unit, for all builds that name its dumps.

A unit lies in ``state/units/<unit_id>/``, named by its dumps and the code: its runs, and a note of what it is of. Which
dumps make up a unit follows from what was new together, so a build extracts only dumps that are new, and those that
share a unit with one that is gone. Units say nothing of the result: whatever they are, the rows are the same.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from etl.batches import cut_batches
from etl.load.files import complete_folder, link_file
from etl.stages.receipt import UNITS_NAME, hash_parts
from etl.version import fingerprint_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from etl.load.warehouse import Warehouse

UNIT_BYTES: Final = 2_000_000
LARGE_UNIT_BYTES: Final = 320_000_000
UNITS: Final = 64
MOST_UNITS: Final = 1_024
"""Units are of :data:`UNIT_BYTES` up to :data:`LARGE_UNIT_BYTES` of dumps, so that there are about :data:`UNITS` of
them: each costs a part of a second beside its bytes, and every range of keys opens each. Of the largest sets they are
larger still, and :data:`MOST_UNITS` at most."""
UNIT_DUMPS: Final = 2_000

SMALL: Final = 4
"""A unit is small if it is less than one in so many of what a unit can be."""
MAX_SMALL: Final = 16
"""Where more units than this are small, the smallest become larger ones, since every later task reads all runs; the
dumps of at most :data:`SMALL` whole units are extracted again for that in one build."""

NOTE_NAME: Final = "unit.json"

Source = tuple[str, bytes, str]
"""A dump to read: its id, its path, its name."""

Mark = int | str
"""By what a run is known to be whole: here by its size, in a store by its hash."""


@dataclass(frozen=True)
class Unit:
    """A unit whose runs are kept."""

    unit_id: str
    dump_ids: tuple[str, ...]
    byte_count: int
    listings: int

    def to_note(self, runs: Mapping[str, Mark]) -> bytes:
        """Write the note that lies beside the unit's runs."""
        return json.dumps({**asdict(self), "runs": dict(runs)}, sort_keys=True).encode()


class Noted(NamedTuple):
    """What a note says: the unit, and its runs by their names, each with its mark."""

    unit: Unit
    runs: dict[str, Mark]


class Limit(NamedTuple):
    """What a unit, or a batch of it, holds at most if it is more than one dump."""

    byte_count: int
    dumps: int


class Choice(NamedTuple):
    """Units that together hold every dump of a plan once: kept ones, and the dumps of those that are to be made."""

    kept: list[Unit]
    new: list[list[Source]]


def name_unit(dump_ids: Iterable[str]) -> str:
    """Name a unit by its dumps and the code."""
    return hash_parts(fingerprint_code(), list(dump_ids))


def find_units(warehouse: Warehouse) -> Path:
    """Find the folder of all units."""
    return warehouse.state / UNITS_NAME


def keep_unit(folder: Path, unit_id: str, write: Callable[[Path], Unit]) -> Unit:
    """Keep a unit in the folder of all units; ``write`` writes its runs into the folder that it is given.

    The unit appears when it is whole and on the disk, so a build that is killed leaves whole units to the next one.
    """
    with complete_folder(folder / unit_id) as unfinished:
        unit = write(unfinished)
        note_unit(unit, unfinished)
    return unit


def note_unit(unit: Unit, folder: Path) -> None:
    """Write the note of a unit beside its runs, which are all that the folder holds."""
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    (folder / NOTE_NAME).write_bytes(unit.to_note(sizes))


def list_units(warehouse: Warehouse) -> Iterator[Unit]:
    """List the units that are kept whole and were made by this code; any other is as good as none."""
    for note in sorted(find_units(warehouse).glob(f"*/{NOTE_NAME}")):
        noted = read_note(note.read_bytes(), note.parent.name)
        if noted is not None and all(_is_whole(note.parent / name, size) for name, size in noted.runs.items()):
            yield noted.unit


def _is_whole(run: Path, size: Mark) -> bool:
    return run.is_file() and run.stat().st_size == size


def has_units(warehouse: Warehouse) -> bool:
    """Tell whether any unit is there, of whatever code."""
    return any(find_units(warehouse).glob(f"*/{NOTE_NAME}"))


def read_note(raw: bytes, unit_id: str) -> Noted | None:
    """Read a unit's note; None where it is damaged, or not of this unit as this code makes it."""
    try:
        said = json.loads(raw)
        unit = Unit(said["unit_id"], tuple(said["dump_ids"]), said["byte_count"], said["listings"])
        noted = Noted(unit, dict(said["runs"]))
    except (ValueError, KeyError, TypeError):
        return None
    return noted if unit_id == unit.unit_id == name_unit(unit.dump_ids) else None


def link_unit(warehouse: Warehouse, unit_id: str, target: Path) -> None:
    """Link a unit's runs as ``target/<run>/<unit_id>.arrow``."""
    for run in sorted((find_units(warehouse) / unit_id).glob("*.arrow")):
        folder = target / run.stem
        folder.mkdir(parents=True, exist_ok=True)
        link_file(run, folder / f"{unit_id}.arrow")


def clear_units(warehouse: Warehouse, named: Iterable[str]) -> None:
    """Clear away all units but the named ones, and what a killed build left unfinished. The caller holds the lock."""
    kept = frozenset(named)
    units = find_units(warehouse)
    for folder in list(units.iterdir()) if units.is_dir() else ():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder)


def choose_limit(byte_count: int, dumps: int) -> Limit:
    """Choose what a unit holds at most, for so many dumps of so many bytes.

    >>> [choose_limit(size, 1000).byte_count for size in (10**6, 10**9, 10**10, 10**12)]
    [2000000, 15625000, 156250000, 976562500]
    """
    wanted = max(UNIT_BYTES, min(byte_count // UNITS, LARGE_UNIT_BYTES), byte_count // MOST_UNITS)
    return Limit(wanted, max(UNIT_DUMPS, dumps // UNITS))


def choose_units(plan: pl.DataFrame, units: Iterable[Unit]) -> Choice:
    """Choose kept units for the dumps of a plan, and cut the dumps that are left into new ones, in the order of ids.

    Columns in: ``dump_id``, ``path``, ``name``, ``byte_count``; a row for each distinct dump.
    """
    limit = choose_limit(int(plan["byte_count"].sum()), plan.height)
    planned = frozenset(plan["dump_id"])
    taken: set[str] = set()
    fitting: list[Unit] = []
    for unit in sorted(units, key=lambda unit: (-unit.byte_count, unit.unit_id)):
        if planned.issuperset(unit.dump_ids) and taken.isdisjoint(unit.dump_ids):
            fitting.append(unit)
            taken.update(unit.dump_ids)
    kept = _let_go_of_small(fitting, limit)
    held = {dump_id for unit in kept for dump_id in unit.dump_ids}
    new = cut_batches((row for row in plan.iter_rows() if row[0] not in held), lambda row: int(row[-1]), *limit)
    return Choice(kept, [[(dump_id, path, name) for dump_id, path, name, _ in dumps] for dumps in new])


def _let_go_of_small(units: Sequence[Unit], limit: Limit) -> list[Unit]:
    """Let go of the smallest of the units, which come with the largest first, where small ones are many."""
    small = [
        unit
        for unit in units
        if unit.byte_count * SMALL < limit.byte_count and len(unit.dump_ids) * SMALL < limit.dumps
    ]
    if len(small) <= MAX_SMALL:
        return list(units)
    gone: set[str] = set()
    size = 0
    for unit in reversed(small):
        size += unit.byte_count
        if size > SMALL * limit.byte_count:
            break
        gone.add(unit.unit_id)
    return [unit for unit in units if unit.unit_id not in gone]
