"""Reading back what is about to be published: each file's form, rows, order and hashes, in one pass over its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import polars as pl
import pyarrow.parquet as pq

from etl.errors import PaperhouseError
from etl.load.content import hash_partitions
from etl.load.files import hash_file
from etl.load.manifest import FileEntry, TableEntry
from etl.load.tables import TableMismatchError, find_disorder, scan_files
from schemas import TABLES
from schemas.arrow import arrow_schema
from schemas.columns import list_key
from schemas.validation import find_failures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


_CHECKED_BYTES: Final = 16 << 20
"""So much is checked together, at least, where files are smaller."""


class RowRuleBrokenError(PaperhouseError):
    """Rows that are about to be published break a rule of their model."""

    def __init__(self, table: str, failures: pl.DataFrame, rows: pl.DataFrame) -> None:
        """Name the rule, and the key of the first row that breaks it."""
        number, self.rule, value = failures.row(0)
        key = {} if number is None else rows.select(list_key(TABLES[table])).row(number, named=True)
        where = f" at {', '.join(f'{name} = {part}' for name, part in key.items())}" if key else ""
        places = "1 place" if failures.height == 1 else f"{failures.height} places"
        self.what = f"table {table} breaks the rule {self.rule!r} in {places}, e.g. {value}{where}"
        super().__init__(
            f"nothing was published, since {self.what}: this is a fault in a stage, please report it with this message"
        )


class _Finder(Protocol):
    """Who hears what is wrong with a file."""

    def __call__(self, error: RowRuleBrokenError | TableMismatchError, /) -> None: ...


def verify_table(table: str, files: Sequence[Path], root: Path, *, on_fault: _Finder | None = None) -> TableEntry:
    """Check a table's files and describe them for the manifest, with paths relative to ``root``.

    Errors: rows out of key order or two with one key raise ``TableMismatchError``, a row that breaks a rule
            ``RowRuleBrokenError``; with ``on_fault`` these are told instead, and the next rows are looked at. Another
            schema than the contract's always raises ``TableMismatchError``.
    """
    entries: list[FileEntry] = []
    parts = _read_parts(table, files, root, entries, on_fault or _refuse)
    return TableEntry(partition_hashes=hash_partitions(parts, table), files=tuple(entries))


def _refuse(error: RowRuleBrokenError | TableMismatchError) -> None:
    raise error


def _read_parts(
    table: str, files: Sequence[Path], root: Path, entries: list[FileEntry], on_fault: _Finder
) -> Iterator[pl.DataFrame]:
    """Read and check file by file, in key order; each file gets its entry.

    The rows of small files are checked together, since looking at few of them takes nearly as long as at many.
    """
    last = pl.DataFrame()
    unchecked: list[pl.DataFrame] = []
    for file in files:
        check_schema(table, file)
        rows = scan_files([file]).collect()
        keys = rows.select(list_key(TABLES[table]))
        disorder = find_disorder(pl.concat([last, keys]) if last.height else keys, table)
        if disorder is not None:
            on_fault(TableMismatchError(table, f"{file.name} is not in key order at {disorder}"))
        last = keys.tail(1) if keys.height else last
        unchecked.append(rows)
        if file == files[-1] or sum(some.estimated_size() for some in unchecked) >= _CHECKED_BYTES:
            _check_rows(table, pl.concat(unchecked), on_fault)
            unchecked.clear()
        entries.append(
            FileEntry(
                path=file.relative_to(root).as_posix(),
                rows=rows.height,
                bytes=file.stat().st_size,
                sha256=hash_file(file),
            )
        )
        yield rows


def _check_rows(table: str, rows: pl.DataFrame, on_fault: _Finder) -> None:
    failures = find_failures(rows, TABLES[table])
    if failures.height:
        on_fault(RowRuleBrokenError(table, failures, rows))


def check_schema(table: str, file: Path) -> None:
    """Make sure that a file has the very schema of the contract. Errors: ``TableMismatchError``."""
    if not pq.read_schema(file).equals(arrow_schema(TABLES[table]), check_metadata=True):
        raise TableMismatchError(table, f"{file.name} has another schema than the contract, written by other code")
