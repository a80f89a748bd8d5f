"""Reading back what is about to be published: each file's form, rows, order and hashes, in one pass over its rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from etl.batches import cut_batches
from etl.errors import PaperhouseError
from etl.load.content import count_digits, hash_partitions, list_partitions
from etl.load.files import hash_file
from etl.load.manifest import FileEntry, TableEntry
from etl.load.tables import (
    TableMismatchError,
    count_nulls,
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
"""So many bytes of files are read and checked together."""


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
    check = _Check(table, root, {}, Counter(), on_fault or _refuse)
    counts = check.count_rows(files)
    hashes = hash_partitions(check.read(files, counts), table, count_digits(sum(counts.values())))
    return check.describe(files, hashes)


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
    check = _Check(table, root, dict(known), Counter(before.entry.nulls), _refuse)
    try:
        counts = check.count_rows(files)
        digits = count_digits(sum(counts.values()))
        ranges = {file: read_key_range(table, file) for file in new}
        ranges |= {file: entry.keys for file, entry in (*known.items(), *before.gone.items())}
        check.nulls.subtract(count_nulls(before.gone))
    except (OSError, pa.ArrowException, TableMismatchError):
        return verify_table(table, files, root)
    if not has_id_key(table) or digits != count_digits(before.entry.rows) or not _are_apart(files, ranges):
        return verify_table(table, files, root)
    partitions = {file: list_partitions(digits, *keys) if keys else [] for file, keys in ranges.items()}
    moved = {name for file in (*new, *before.gone) for name in partitions[file]}
    touched = [file for file in files if file not in known or not moved.isdisjoint(partitions[file])]
    found = hash_partitions(check.read(touched, counts), table, digits)
    standing = {name: digest for name, digest in before.entry.partition_hashes.items() if name not in moved}
    rehashed = {name: digest for name, digest in found.items() if name in moved}
    return check.describe(files, dict(sorted((standing | rehashed).items())))


def _are_apart(files: Sequence[Path], ranges: Mapping[Path, tuple[str, str] | None]) -> bool:
    """Tell whether each file's ids are all greater than those of the file before."""
    bounds = [bound for file in files for bound in ranges[file] or ()]
    return all(last < first for last, first in zip(bounds[1::2], bounds[2::2], strict=False))


def _refuse(error: RowRuleBrokenError | TableMismatchError) -> None:
    raise error


class _Check:
    """A look at files of a table: what was found of each, and how many nulls there are."""

    def __init__(
        self, table: str, root: Path, entries: dict[Path, FileEntry], nulls: Counter[str], on_fault: _Finder
    ) -> None:
        """Begin with the files that were looked at already."""
        self._table, self._root, self._on_fault = table, root, on_fault
        self._entries, self.nulls = entries, nulls

    def count_rows(self, files: Sequence[Path]) -> dict[Path, int]:
        """Count the rows of each file."""
        entries = self._entries
        return {file: entries[file].rows if file in entries else pq.read_metadata(file).num_rows for file in files}

    def read(self, files: Sequence[Path], counts: Mapping[Path, int]) -> Iterator[pl.DataFrame]:
        """Read files in key order, small ones together; each that has no entry yet is checked, and gets one.

        Looking at few rows takes nearly as long as at many.
        """
        table = self._table
        last = pl.DataFrame()
        for batch in cut_batches(files, lambda file: file.stat().st_size, _BATCH_BYTES):
            new = [file for file in batch if file not in self._entries]
            for file in new:
                check_schema(table, file)
            rows = scan_files(batch).collect()
            keys = rows.select(list_key(TABLES[table]))
            disorder = find_disorder(pl.concat([last, keys]) if last.height else keys, table)
            ends = dict(zip(batch, accumulate(counts[file] for file in batch), strict=True))
            if disorder is not None:
                row = keys.height - 1 - keys.rows()[::-1].index(disorder)
                name = next(file for file, end in ends.items() if row < end).name
                self._on_fault(TableMismatchError(table, f"{name} is not in key order at {disorder}"))
            last = keys.tail(1) if keys.height else last
            unchecked = {file: rows[ends[file] - counts[file] : ends[file]] for file in new}
            for file, found in unchecked.items():
                self.nulls.update({column.name: column.null_count() for column in found})
                self._entries[file] = _describe_file(table, file, self._root, found)
            if unchecked:
                _check_rows(table, pl.concat(unchecked.values()), self._on_fault)
            yield rows

    def describe(self, files: Sequence[Path], hashes: Mapping[str, str]) -> TableEntry:
        """Describe the table when all of its files have been looked at."""
        columns = (column for column in list_columns(TABLES[self._table]) if column.dtype != pl.List(pl.String))
        nulls = {column.name: self.nulls[column.name] for column in columns}
        return TableEntry(tuple(self._entries[file] for file in files), hashes, nulls)


def _describe_file(table: str, file: Path, root: Path, rows: pl.DataFrame) -> FileEntry:
    keys = rows[list_key(TABLES[table])[0]] if has_id_key(table) and rows.height else None
    return FileEntry(
        path=file.relative_to(root).as_posix(),
        rows=rows.height,
        bytes=file.stat().st_size,
        sha256=hash_file(file),
        keys=None if keys is None else (keys[0], keys[-1]),
    )


def _check_rows(table: str, rows: pl.DataFrame, on_fault: _Finder) -> None:
    failures = find_failures(rows, TABLES[table])
    if failures.height:
        on_fault(RowRuleBrokenError(table, failures, rows))


def check_schema(table: str, file: Path) -> None:
    """Make sure that a file has the very schema of the contract. Errors: ``TableMismatchError``."""
    if not pq.read_schema(file).equals(arrow_schema(TABLES[table]), check_metadata=True):
        raise TableMismatchError(table, f"{file.name} has another schema than the contract, written by other code")
