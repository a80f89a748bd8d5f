"""What a stage hands on: not rows but a receipt, which says where they lie and how many they are."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import polars.selectors as cs

from etl.errors import PaperhouseError
from etl.load.files import complete_folder
from etl.stages.stored_results import fetch_result, find_sent_result, send_result
from etl.version import fingerprint_code

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import polars as pl

    from etl.load.warehouse import Warehouse
    from etl.store import Place

Metrics = dict[str, "int | str"]

RECEIPT_NAME: Final = "receipt.json"
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
    """A stage's result: its folder relative to the warehouse, counts for people, and the code that made it."""

    stage: str
    stage_id: str
    folder: str
    metrics: Metrics
    code: str = ""

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


def run_stage(
    warehouse: Warehouse,
    stage: str,
    depends_on: Sequence[object],
    work: Callable[[Path], Mapping[str, int | str]],
    *,
    mirror: Place | None = None,
) -> Receipt:
    """Run a stage's work in a new folder, or take the result that is there already.

    ``depends_on`` names everything the result is a function of; the code itself is always part of it. The folder
    appears under its name only when it is complete, and on the disk. With a ``mirror`` in a store, a result that was
    sent there is fetched, and one that was not is sent.
    """
    stage_id = hash_parts(fingerprint_code(), stage, *depends_on)
    folder = warehouse.state / stage / stage_id
    sent = find_sent_result(mirror, stage, stage_id) if mirror is not None else None
    if (folder / RECEIPT_NAME).is_file():
        os.utime(folder)
    elif sent is None or not fetch_result(sent, folder):
        with complete_folder(folder) as unfinished:
            metrics = work(unfinished)
            place = folder.relative_to(warehouse.root).as_posix()
            receipt = Receipt(stage, stage_id, place, dict(metrics), fingerprint_code())
            (unfinished / RECEIPT_NAME).write_text(receipt.to_json(), "utf-8")
    if sent is not None:
        send_result(folder, sent)
    return Receipt.from_json((folder / RECEIPT_NAME).read_text("utf-8"))


def list_results(warehouse: Warehouse, stage: str) -> tuple[str, ...]:
    """List the folders of a stage's results that this code made, the latest first; ranges can be taken from them."""
    found: list[tuple[int, str]] = []
    for note in (warehouse.state / stage).glob(f"[!.]*/{RECEIPT_NAME}"):
        with contextlib.suppress(OSError, ValueError, TypeError):
            if Receipt.from_json(note.read_text("utf-8")).code == fingerprint_code():
                found.append((note.parent.stat().st_mtime_ns, str(note.parent)))
    return tuple(folder for _, folder in sorted(found, reverse=True))


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
