"""The ledger of inputs: what each file was found to hold when it was read, so that an unchanged file is not read again.

A file is taken for unchanged if its path, size, times and inode are those it had before it was read. One that was
changed just before it was read is not written down: what comes next within the same tick of the clock would leave no
trace in its times. The ledger saves reading and nothing else: without it a build reads every file and ends in the same
release. So it is never mended: what is damaged, or of other code, is no ledger.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import time
import uuid
from itertools import compress, count
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from etl.load.files import create_file, flush_file
from etl.version import fingerprint_code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from etl.extract.files import FileState, InputFile
    from etl.load.warehouse import Warehouse

STAMP: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "path": pl.Binary,
    "size": pl.Int64,
    "modified_ns": pl.Int64,
    "changed_ns": pl.Int64,
    "inode": pl.UInt64,
}
"""What tells that a file is the one that was read."""

HOLDING: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "place": pl.Int32,
    "member": pl.String,
    "dump_id": pl.String,
    "byte_count": pl.Int64,
    "is_kept": pl.Boolean,
}
"""What a file holds: its dumps in their order, by member of an archive; kept are those that were unpacked."""

LEDGER_SCHEMA: Final = {**STAMP, **HOLDING}

RESTED_NS: Final = 2_000_000_000
"""How long before it is read a file must have been left alone; the coarsest clocks of file systems tick so slowly."""


_CODE: Final = b"code"
"""Where the ledger says which code unpacked the archives: other code may find other members."""


def stamp_file(path: str, found: FileState) -> tuple[bytes, int, int, int, int]:
    """Give a file's values of :data:`STAMP`."""
    return os.fsencode(path), found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def has_rested(found: FileState, read_at_ns: int) -> bool:
    """Tell whether a file that was found so when it was read had been left alone for long enough."""
    return max(found.st_mtime_ns, found.st_ctime_ns) <= read_at_ns - RESTED_NS


def read_clock() -> int:
    """Read the clock, in nanoseconds as file systems count them."""
    return time.time_ns()


def read_ledger(warehouse: Warehouse) -> pl.DataFrame:
    """Read the ledger: a row for each dump of each file, as :data:`LEDGER_SCHEMA`; none where there is no good one."""
    for path in list_ledgers(warehouse):
        raw = path.read_bytes()
        if hashlib.sha256(raw).hexdigest() == path.stem:
            table = pq.read_table(io.BytesIO(raw))
            if (table.schema.metadata or {}).get(_CODE) == fingerprint_code().encode():
                return pl.DataFrame(table)
    return pl.DataFrame(schema=LEDGER_SCHEMA)


def write_ledger(warehouse: Warehouse, rows: pl.DataFrame) -> None:
    """Write a new ledger in the place of the one before; the file is named by its content, so damage shows.

    Columns in: those of :data:`LEDGER_SCHEMA`. Errors: ``WriteFailedError``.
    """
    buffer = pa.BufferOutputStream()
    table = rows.to_arrow().replace_schema_metadata({_CODE: fingerprint_code()})
    pq.write_table(table, buffer, compression="zstd", compression_level=1)
    keep_ledger(warehouse, buffer.getvalue().to_pybytes())


def keep_ledger(warehouse: Warehouse, raw: bytes) -> None:
    """Keep the bytes of a ledger in the place of the one before. Errors: ``WriteFailedError``."""
    folder = _folder(warehouse)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(raw).hexdigest()}.parquet"
    unfinished = folder / f".{uuid.uuid4().hex}"
    with create_file(unfinished) as file:
        file.write(raw)
    unfinished.replace(path)
    flush_file(folder)
    for other in folder.iterdir():
        if other != path:
            other.unlink()


def forget_ledger(warehouse: Warehouse) -> None:
    """Forget all files, so that the next build reads them again."""
    for path in list_ledgers(warehouse):
        path.unlink()


def find_unchanged(files: Sequence[InputFile], ledger: pl.DataFrame, kept_members: frozenset[str]) -> pl.DataFrame:
    """Find the files that are as the ledger has them.

    Columns in:  those of :data:`LEDGER_SCHEMA`. ``kept_members`` are the dumps out of archives that can still be read.
    Columns out: ``number``, the file's place in ``files`` from 0, and all of the ledger's; all dumps of a file or none.
    """
    # Column by column: there may be very many files.
    regular = [file.listed is not None and stat.S_ISREG(file.listed.st_mode) for file in files]
    stats = [file.listed for file in compress(files, regular) if file.listed is not None]
    columns = {
        "number": [*compress(count(), regular)],
        "path": [os.fsencode(file.path) for file in compress(files, regular)],
        "size": [found.st_size for found in stats],
        "modified_ns": [found.st_mtime_ns for found in stats],
        "changed_ns": [found.st_ctime_ns for found in stats],
        "inode": [found.st_ino for found in stats],
    }
    listed = pl.DataFrame(columns, schema={"number": pl.Int64, **STAMP})
    known = listed.join(ledger, on=list(STAMP), how="inner")
    is_lost = pl.col("is_kept") & ~pl.col("dump_id").is_in(list(kept_members))
    lost = known.filter(is_lost).select("number").unique()
    return known.join(lost, on="number", how="anti")


def list_ledgers(warehouse: Warehouse) -> Iterator[Path]:
    """List the ledgers that lie in a warehouse: one, if any."""
    return _folder(warehouse).glob("*.parquet")


def _folder(warehouse: Warehouse) -> Path:
    return warehouse.state / "ledger"
