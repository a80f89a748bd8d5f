"""Reading back what is about to be published: each file's form, rows, order and hashes, in one pass over its rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import PaperhouseError
from etl.load.content import count_digits, hash_partitions, list_partitions
from etl.load.files import hash_file
from etl.load.manifest import FileEntry, TableEntry
from etl.load.tables import (
    TableMismatchError,
    count_nulls_in,
    find_disorder,
    has_id_key,
    read_key_range,
    scan_files,
)
from schemas import TABLES
from schemas.arrow import arrow_schema
from schemas.columns import list_columns, list_key
from schemas.validation import find_failures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


_BATCH_BYTES: Final = 4 << 20
"""So many bytes of files are read and checked together, at least."""


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
    entries: dict[Path, FileEntry] = {}
    nulls: Counter[str] = Counter()
    digits = count_digits(sum(pq.read_metadata(file).num_rows for file in files))
    parts = _read_parts(table, files, root, entries, nulls, on_fault or _refuse)
    hashes = hash_partitions(parts, table, digits)
    return TableEntry(tuple(entries[file] for file in files), hashes, _order_nulls(table, nulls))


class Before(NamedTuple):
    """A table of the release before: its entry, and those of its files that are no longer there, by their paths."""

    entry: TableEntry
    gone: Mapping[Path, FileEntry]


def verify_changes(
    table: str, files: Sequence[Path], root: Path, known: Mapping[Path, FileEntry], before: Before
) -> TableEntry:
    """Do the same for a table of which most files are those of the release before, and have been checked with it.

    Only new files are checked, and only the partitions hashed in which a row came or went. ``known`` are the entries of
    files that both releases have. Errors: as for :func:`verify_table`.
    """
    new = [file for file in files if file not in known]
    if not new and not before.gone:
        return replace(before.entry, files=tuple(known[file] for file in files))
    entries = dict(known)
    nulls = Counter(before.entry.nulls)
    try:
        rows = sum(known[file].rows if file in known else pq.read_metadata(file).num_rows for file in files)
        digits = count_digits(rows)
        ranges = {file: read_key_range(table, file) for file in new}
        ranges |= {file: entry.keys for file, entry in (*known.items(), *before.gone.items())}
        for file in before.gone:
            nulls.subtract(count_nulls_in(file))
    except (OSError, pa.ArrowException, TableMismatchError):
        return verify_table(table, files, root)
    if not has_id_key(table) or digits != count_digits(before.entry.rows) or not _are_apart(files, ranges):
        return verify_table(table, files, root)
    partitions = {file: list_partitions(digits, *keys) if keys else [] for file, keys in ranges.items()}
    moved = {name for file in (*new, *before.gone) for name in partitions[file]}
    touched = [file for file in files if file not in known or not moved.isdisjoint(partitions[file])]
    found = hash_partitions(_read_parts(table, touched, root, entries, nulls, _refuse), table, digits)
    standing = {name: digest for name, digest in before.entry.partition_hashes.items() if name not in moved}
    rehashed = {name: digest for name, digest in found.items() if name in moved}
    hashes = dict(sorted((standing | rehashed).items()))
    return TableEntry(tuple(entries[file] for file in files), hashes, _order_nulls(table, nulls))


def _are_apart(files: Sequence[Path], ranges: Mapping[Path, tuple[str, str] | None]) -> bool:
    """Tell whether each file's ids are all greater than those of the file before."""
    bounds = [bound for file in files for bound in ranges[file] or ()]
    return all(last < first for last, first in zip(bounds[1::2], bounds[2::2], strict=False))


def _order_nulls(table: str, nulls: Mapping[str, int]) -> dict[str, int]:
    columns = (column for column in list_columns(TABLES[table]) if column.dtype != pl.List(pl.String))
    return {column.name: nulls.get(column.name, 0) for column in columns}


def _refuse(error: RowRuleBrokenError | TableMismatchError) -> None:
    raise error


def _read_parts(  # noqa: PLR0913, PLR0917 - what to read, and what to put down
    table: str,
    files: Sequence[Path],
    root: Path,
    entries: dict[Path, FileEntry],
    nulls: Counter[str],
    on_fault: _Finder,
) -> Iterator[pl.DataFrame]:
    """Read and check files in key order, small ones together; each that has no entry yet is checked, and gets one.

    Looking at few rows takes nearly as long as at many.
    """
    last = pl.DataFrame()
    for batch in _batch_files(files):
        new = [file for file in batch if file not in entries]
        for file in new:
            check_schema(table, file)
        rows = scan_files(batch).collect()
        keys = rows.select(list_key(TABLES[table]))
        disorder = find_disorder(pl.concat([last, keys]) if last.height else keys, table)
        counts = [entries[file].rows if file in entries else pq.read_metadata(file).num_rows for file in batch]
        if disorder is not None:
            name = _find_file(batch, counts, keys.height - 1 - keys.rows()[::-1].index(disorder)).name
            on_fault(TableMismatchError(table, f"{name} is not in key order at {disorder}"))
        last = keys.tail(1) if keys.height else last
        start = 0
        unchecked = []
        for file, count in zip(batch, counts, strict=True):
            if file not in entries:
                found = rows[start : start + count]
                unchecked.append(found)
                nulls.update({column.name: column.null_count() for column in found})
                entries[file] = _describe_file(table, file, root, found)
            start += count
        if unchecked:
            _check_rows(table, pl.concat(unchecked), on_fault)
        yield rows


def _describe_file(table: str, file: Path, root: Path, rows: pl.DataFrame) -> FileEntry:
    keys = rows[list_key(TABLES[table])[0]] if has_id_key(table) and rows.height else None
    return FileEntry(
        path=file.relative_to(root).as_posix(),
        rows=rows.height,
        bytes=file.stat().st_size,
        sha256=hash_file(file),
        keys=None if keys is None else (keys[0], keys[-1]),
    )


def _find_file(files: Sequence[Path], counts: Sequence[int], row: int) -> Path:
    """Find the file that has the row of this number among those of all."""
    ends = accumulate(counts)
    return next(file for file, end in zip(files, ends, strict=True) if row < end)


def _batch_files(files: Sequence[Path]) -> Iterator[list[Path]]:
    """Cut files, in their order, into lists that are worth reading together."""
    batch: list[Path] = []
    size = 0
    for file in files:
        batch.append(file)
        size += file.stat().st_size
        if size >= _BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _check_rows(table: str, rows: pl.DataFrame, on_fault: _Finder) -> None:
    failures = find_failures(rows, TABLES[table])
    if failures.height:
        on_fault(RowRuleBrokenError(table, failures, rows))


def check_schema(table: str, file: Path) -> None:
    """Make sure that a file has the very schema of the contract. Errors: ``TableMismatchError``."""
    if not pq.read_schema(file).equals(arrow_schema(TABLES[table]), check_metadata=True):
        raise TableMismatchError(table, f"{file.name} has another schema than the contract, written by other code")
