"""What a stage hands on: not rows but a receipt, which says where they lie and how many they are."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import polars.selectors as cs

from etl.errors import PaperhouseError
from etl.load.files import complete_folder, look_below
from etl.stages.stored_results import fetch_result, find_sent_result, send_result
from etl.version import fingerprint_code

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from etl.load.warehouse import Warehouse
    from etl.store import Place

Metrics = dict[str, "int | str"]

RECEIPT_NAME: Final = "receipt.json"
LOOKS_NAME: Final = "looks.json"
"""The file that says of every other one in a result how long it is and when it was written."""
_ROWS_AT_ONCE: Final = 50_000
UNITS_NAME: Final = "units"
"""The folder beside the stages' own that is cleared by other rules, see ``etl.stages.units``."""
KEPT_RESULTS: Final = 3
"""Results of a stage that stay after a newer one: enough for runs that take turns."""


class ResultMissingError(PaperhouseError):
    """A stage's result that is no longer there."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(
            f"the result of stage {receipt.stage} ({receipt.stage_id}) is no longer in the warehouse; "
            "run that stage again"
        )


@dataclass(frozen=True)
class Receipt:
    """A stage's result: its folder relative to the warehouse, and counts for people.

    ``code`` made it, ``made_from`` the results of these stages, by their ids.
    """

    stage: str
    stage_id: str
    folder: str
    metrics: Metrics
    code: str = ""
    made_from: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Write the receipt as one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Receipt:
        """Read a receipt back."""
        return cls(**json.loads(text))

    def open_folder(self, warehouse: Warehouse) -> Path:
        """Find the result's folder. Errors: ``ResultMissingError`` if it was cleared away."""
        folder = warehouse.root / self.folder
        if not (folder / RECEIPT_NAME).is_file():
            raise ResultMissingError(self)
        return folder


def run_stage(  # noqa: PLR0913 - what it is a function of, and where it may lie
    warehouse: Warehouse,
    stage: str,
    depends_on: Sequence[object],
    work: Callable[[Path], Mapping[str, int | str]],
    *,
    made_from: Sequence[Receipt] = (),
    mirror: Place | None = None,
) -> Receipt:
    """Run a stage's work in a new folder, or take the result that is there already.

    ``made_from`` are the results it reads, and ``depends_on`` names everything else that its own is a function of; the
    code itself is always part of it. The folder appears under its name only when it is complete, and on the disk. With
    a ``mirror`` in a store, a result that was sent there is fetched, and one that was not is sent.
    """
    sources = {receipt.stage: receipt.stage_id for receipt in made_from}
    stage_id = hash_parts(fingerprint_code(), stage, *sources.values(), *depends_on)
    folder = warehouse.state / stage / stage_id
    sent = find_sent_result(mirror, stage, stage_id) if mirror is not None else None
    if (folder / RECEIPT_NAME).is_file():
        os.utime(folder)
    elif sent is not None and fetch_result(sent, folder):
        _note_looks(folder)
    else:
        with complete_folder(folder) as unfinished:
            metrics = work(unfinished)
            place = folder.relative_to(warehouse.root).as_posix()
            receipt = Receipt(stage, stage_id, place, dict(metrics), fingerprint_code(), sources)
            (unfinished / RECEIPT_NAME).write_text(receipt.to_json(), "utf-8")
            _note_looks(unfinished)
    if sent is not None:
        send_result(folder, sent)
    return Receipt.from_json((folder / RECEIPT_NAME).read_text("utf-8"))


class Earlier(NamedTuple):
    """A result of an earlier build, and its receipt."""

    folder: Path
    receipt: Receipt


def list_earlier(
    warehouse: Warehouse, stage: str, is_wanted: Callable[[Receipt], bool] = lambda _: True
) -> Iterator[Earlier]:
    """List a stage's results that this code made, that are wanted, and that nobody has touched; the latest first."""
    notes = (warehouse.state / stage).glob(f"[!.]*/{RECEIPT_NAME}")
    for note in sorted(notes, key=lambda note: -note.parent.stat().st_mtime_ns):
        with contextlib.suppress(OSError, ValueError, TypeError):
            receipt = Receipt.from_json(note.read_text("utf-8"))
            is_ours = receipt.code == fingerprint_code() and is_wanted(receipt)
            if is_ours and json.loads((note.parent / LOOKS_NAME).read_bytes()) == _look_below(note.parent):
                yield Earlier(note.parent, receipt)


def _note_looks(folder: Path) -> None:
    (folder / LOOKS_NAME).write_text(json.dumps(_look_below(folder)), "utf-8")


def _look_below(folder: Path) -> dict[str, list[int]]:
    """Tell of each file below a folder how long it is and when it was written; what is linked is looked at, too.

    A disk that changes bytes behind these is found out by ``paperhouse verify``.
    """
    looks = look_below(folder)
    return {name: [found.st_size, found.st_mtime_ns] for name, found in looks.items() if name != LOOKS_NAME}


def clear_old_results(warehouse: Warehouse, kept: Sequence[Receipt]) -> None:
    """Clear away all but the newest results of each stage, and what a killed build left unfinished.

    The caller holds the warehouse's lock, so nobody else is writing results.
    """
    names = {receipt.stage_id for receipt in kept}
    found = warehouse.state.iterdir() if warehouse.state.is_dir() else ()
    stages = [path for path in found if path.is_dir() and path.name != UNITS_NAME]
    for stage in stages:
        results = sorted((path for path in stage.iterdir() if path.is_dir()), key=lambda path: -path.stat().st_mtime_ns)
        finished = [path for path in results if not path.name.startswith(".")]
        for path in (*(path for path in results if path not in finished), *finished[KEPT_RESULTS:]):
            if path.name not in names:
                shutil.rmtree(path, ignore_errors=True)


def forget_results(receipts: Sequence[Receipt], warehouse: Warehouse) -> None:
    """Clear away all results of these stages, so that the next build makes them anew; the lock must be held.

    Older ones go as well: what is not to be trusted may be linked there, too.
    """
    for receipt in receipts:
        shutil.rmtree(receipt.open_folder(warehouse).parent)


def hash_parts(*parts: object) -> str:
    """Hash plain values (strings, numbers, lists, mappings) to 32 hex digits."""
    text = json.dumps(parts, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def hash_rows(rows: pl.DataFrame) -> str:
    """Hash a frame's column names and values, in their order, to 32 hex digits; there may be very many rows."""
    digest = hashlib.sha256(json.dumps(rows.columns).encode())
    for some in rows.with_columns(cs.binary().bin.encode("hex")).iter_slices(_ROWS_AT_ONCE):
        digest.update(some.write_ndjson().encode())
    return digest.hexdigest()[:32]
