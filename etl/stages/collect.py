"""Stage 1, collect: which files are named, what their bytes are, and which days the user gives them.

Files that are as the ledger has them are not read again; what is made of those is the same either way.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import polars as pl

from etl.errors import PaperhouseError
from etl.extract.files import escape_name, find_inputs
from etl.load.pointer import list_own_places
from etl.load.standing import forget_note
from etl.stages.ledger import LEDGER_SCHEMA, read_ledger, write_ledger
from etl.stages.members import find_member
from etl.stages.mirror import fetch_ledger, find_mirror, send_ledger
from etl.stages.page_days import gather_page_days
from etl.stages.reading import read_files
from etl.stages.receipt import Receipt, hash_rows, run_stage
from etl.store import Place

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from etl.extract.files import InputFile
    from etl.load.warehouse import Warehouse
    from etl.stages.page_days import PageDays
    from etl.stages.reading import Reading

INPUT_SCHEMA: Final = {
    "path": pl.String,
    "member": pl.String,
    "dump_id": pl.String,
    "status": pl.String,
    "reason": pl.String,
    "given_page_on": pl.Date,
    "given_by": pl.String,
}

_GIVEN: Final = ("given_page_on", "given_by")

PLAN_SCHEMA: Final = {"dump_id": pl.String, "path": pl.Binary, "name": pl.String, "byte_count": pl.Int64}
"""The private list of distinct dumps: where the bytes of each can be read."""


class NothingReadableError(PaperhouseError):
    """Inputs of which not one could be read."""

    def __init__(self) -> None:
        super().__init__("none of the inputs can be read; a release without a single dump is not published")


@dataclass(frozen=True)
class InputOptions:
    """What the user names: files and folders, days of pages, what may be skipped, people's decisions."""

    roots: tuple[Path | Place, ...]
    page_days: Mapping[str, dt.date] = field(default_factory=dict)
    skip_unreadable: bool = False
    decisions: Path | None = None
    page_days_from_names: bool = False
    rehash: bool = False
    """Read every file again, whatever the ledger says."""


def collect_inputs(
    warehouse: Warehouse,
    options: InputOptions,
    *,
    store: Place | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Receipt:
    """Read and hash every named file that is new or changed; write down what was named and the plan of distinct dumps.

    Of a warehouse in a ``store`` nothing is a dump; a warehouse without a ledger takes the one from there.

    Errors: ``PaperhouseError`` for a missing input, an unreadable one (unless skipped), a day given for no input, or
    two for one.
    """
    mirror = find_mirror(store) if store is not None else None
    besides = [warehouse.root, *(list_own_places(store) if store is not None else ())]
    files, sidecars = find_inputs(options.roots, besides=besides)
    days = gather_page_days(files, sidecars, options.page_days, from_names=options.page_days_from_names)
    if mirror is not None and not options.rehash:
        fetch_ledger(warehouse, mirror)
    ledger = pl.DataFrame(schema=LEDGER_SCHEMA) if options.rehash else read_ledger(warehouse)
    if options.rehash:
        forget_note(warehouse)  # the release's own files are not trusted, either
    reading = read_files(warehouse, files, ledger, on_progress, skip_unreadable=options.skip_unreadable)
    inputs, plan = _list_inputs(files, reading, days), _plan_dumps(warehouse, files, reading.dumps)
    files.clear()  # of very many, they would take more than all that follows
    if plan.is_empty():
        raise NothingReadableError
    _keep_ledger(warehouse, reading, ledger)
    if mirror is not None:
        send_ledger(warehouse, mirror)

    roots = sorted(root.url if isinstance(root, Place) else escape_name(root.resolve()) for root in options.roots)

    def write(folder: Path) -> Mapping[str, int | str]:
        inputs.write_parquet(folder / "inputs.parquet", compression="zstd", compression_level=1)
        (folder / "roots.json").write_text(json.dumps(roots), "utf-8")
        plan.write_parquet(folder / "plan.parquet", compression="zstd", compression_level=1)
        return {
            "inputs": inputs.height,
            "dumps": plan.height,
            "bytes": int(plan["byte_count"].sum()),
            "unreadable": inputs.filter(pl.col("status") == "unreadable").height,
        }

    return run_stage(warehouse, "collect", [roots, hash_rows(inputs), hash_rows(plan)], write)


def read_plan(folder: Path) -> pl.DataFrame:
    """Read the plan back: one row per distinct dump, sorted by ``dump_id``."""
    return pl.read_parquet(folder / "plan.parquet", glob=False)


def read_roots(folder: Path) -> list[str]:
    """Read back which files and folders were named, as absolute paths."""
    roots: list[str] = json.loads((folder / "roots.json").read_text("utf-8"))
    return roots


def read_inputs(folder: Path) -> pl.DataFrame:
    """Read back what was named: one row per file or archive member, as :data:`INPUT_SCHEMA`."""
    return pl.read_parquet(folder / "inputs.parquet", glob=False)


def _list_inputs(files: list[InputFile], reading: Reading, days: PageDays) -> pl.DataFrame:
    """List what was named: a row for each dump of each file, and for each file that could not be read."""
    names = pl.Series("path", [file.name for file in files], pl.String)
    read = reading.dumps.select(
        names.gather(reading.dumps["number"]),
        "number",
        "member",
        "dump_id",
        pl.lit("read").alias("status"),
        pl.lit(None, pl.String).alias("reason"),
    )
    rows = [
        (files[number].name, number, None, None, "unreadable", reason) for number, reason in reading.unreadable.items()
    ]
    named = pl.concat([read, pl.DataFrame(rows, schema=read.schema, orient="row")])
    given = [
        days.find(files[number], member) or (None, None)
        for number, member in (named.select("number", "member").iter_rows() if days else ())
    ]
    given_days = pl.DataFrame(given, schema={name: INPUT_SCHEMA[name] for name in _GIVEN}, orient="row")
    nothing = [pl.lit(None, INPUT_SCHEMA[name]).alias(name) for name in _GIVEN]
    whole = pl.concat([named, given_days], how="horizontal") if given else named.with_columns(nothing)
    return whole.select(*INPUT_SCHEMA).sort("path", "member")


def _plan_dumps(warehouse: Warehouse, files: list[InputFile], dumps: pl.DataFrame) -> pl.DataFrame:
    """Make the private list of distinct dumps: each is read from the first file that holds it."""
    distinct = dumps.unique("dump_id", keep="first", maintain_order=True).sort("dump_id")
    paths = [
        os.fsencode(find_member(warehouse, dump_id)) if is_kept else path
        for path, dump_id, is_kept in distinct.select("path", "dump_id", "is_kept").iter_rows()
    ]
    names = [files[number].name for number in distinct["number"]]
    return distinct.select(
        "dump_id", pl.Series("path", paths, pl.Binary), pl.Series("name", names, pl.String), "byte_count"
    )


def _keep_ledger(warehouse: Warehouse, reading: Reading, ledger: pl.DataFrame) -> None:
    """Write down what the files of this build hold, unless the ledger says just that."""
    rows = reading.dumps.filter("is_rested").select(*LEDGER_SCHEMA)
    if not rows.equals(ledger):
        write_ledger(warehouse, rows)
