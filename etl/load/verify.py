"""Reading back what is about to be published: each file's form, rows, order and hashes, in one pass over its rows."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Final, Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import PaperhouseError
from etl.load.content import hash_partitions, list_partitions
from etl.load.files import hash_file
from etl.load.manifest import FileEntry, TableEntry
from etl.load.tables import TableMismatchError, find_disorder, has_id_key, read_key_range, scan_files
from schemas import TABLES
from schemas.arrow import arrow_schema
from schemas.columns import list_key
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
    parts = _read_parts(table, files, root, entries, on_fault or _refuse)
    return TableEntry(partition_hashes=hash_partitions(parts, table), files=tuple(entries[file] for file in files))


def verify_changes(  # noqa: PLR0913, PLR0917 - what there is, and what was
    table: str,
    files: Sequence[Path],
    root: Path,
    known: Mapping[Path, FileEntry],
    hashes: Mapping[str, str],
    gone: Sequence[Path],
) -> TableEntry:
    """Do the same for a table of which most files are those of the release before, and have been checked with it.

    Only new files are checked, and only the partitions hashed in which a row came or went.
    ``known`` are the entries of files that both releases have, ``hashes`` those of the partitions before, and ``gone``
    are the files that are no longer there. Errors: as for :func:`verify_table`.
    """
    new = [file for file in files if file not in known]
    if not new and not gone:
        return TableEntry(partition_hashes=hashes, files=tuple(known[file] for file in files))
    ranges = _read_ranges(table, files, gone)
    if ranges is None:
        return verify_table(table, files, root)
    moved = {name for file in (*new, *gone) for name in list_partitions(ranges[file])}
    touched = [file for file in files if file not in known or not moved.isdisjoint(list_partitions(ranges[file]))]
    entries = dict(known)
    found = hash_partitions(_read_parts(table, touched, root, entries, _refuse), table)
    standing = {name: digest for name, digest in hashes.items() if name not in moved}
    rehashed = {name: digest for name, digest in found.items() if name in moved}
    return TableEntry(
        partition_hashes=dict(sorted((standing | rehashed).items())), files=tuple(entries[file] for file in files)
    )


def _read_ranges(table: str, files: Sequence[Path], gone: Sequence[Path]) -> dict[Path, tuple[str, str] | None] | None:
    """Read which ids lie in which file; None where files do not part them, or do not say so."""
    if not has_id_key(table):
        return None
    try:
        ranges = {file: read_key_range(table, file) for file in (*files, *gone)}
    except (OSError, pa.ArrowException, TableMismatchError):
        return None
    bounds = [bound for file in files for bound in ranges[file] or ()]
    parts = zip(bounds[1::2], bounds[2::2], strict=False)
    return ranges if all(last < first for last, first in parts) else None


def _refuse(error: RowRuleBrokenError | TableMismatchError) -> None:
    raise error


def _read_parts(
    table: str, files: Sequence[Path], root: Path, entries: dict[Path, FileEntry], on_fault: _Finder
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
                unchecked.append(rows[start : start + count])
                entries[file] = FileEntry(
                    path=file.relative_to(root).as_posix(),
                    rows=count,
                    bytes=file.stat().st_size,
                    sha256=hash_file(file),
                )
            start += count
        if unchecked:
            _check_rows(table, pl.concat(unchecked), on_fault)
        yield rows


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
