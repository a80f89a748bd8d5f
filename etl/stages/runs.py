"""Sorted runs: rows on their way from one task to the next, cut by ranges of a key.

A task writes each of its frames as one Arrow file, sorted by a key of 64 bits: an id's first 16 hexadecimal digits, or
a hash. A bucket is a range of keys, so it is one slice of every run, whatever the number of buckets: a reader maps the
file into memory and touches its slice alone, texts included. Runs are as large as what is in them: they are never
compressed, since they are read at once and thrown away.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

KEY: Final = "key"
"""Name of the column that a run is sorted by; it comes first, and readers do not get it."""

BUCKET_BYTES: Final = 32 << 20
"""Dumps of one bucket: a task holds what is in them in memory several times over."""

LISTING_BYTES: Final = 1000
"""What a listing costs at least, however short its text: there may be many short ones in a bucket."""

MAX_BUCKETS: Final = 1 << 12

_KEYS: Final = 1 << 64


class Bucket(NamedTuple):
    """One range of keys, number so-and-so of so many equal ones."""

    number: int
    of: int

    def bounds(self) -> tuple[int, int]:
        """Give the first key of the bucket, and the first one after it.

        >>> [hex(bound) for bound in Bucket(1, 4).bounds()]
        ['0x4000000000000000', '0x8000000000000000']
        """
        return self.number * _KEYS // self.of, (self.number + 1) * _KEYS // self.of


WHOLE: Final = Bucket(0, 1)


def choose_bucket_count(dump_bytes: int, listings: int) -> int:
    """Choose the number of buckets for dumps of so many bytes with so many listings.

    >>> [choose_bucket_count(*size) for size in ((1_000_000, 500), (1 << 30, 600_000), (1 << 30, 9_000_000))]
    [1, 32, 512]
    """
    wanted = -(-max(dump_bytes, LISTING_BYTES * listings) // BUCKET_BYTES)
    return min(1 << max(wanted - 1, 0).bit_length(), MAX_BUCKETS)


def list_buckets(count: int) -> Iterator[Bucket]:
    """List all buckets, in the order of their keys."""
    return (Bucket(number, count) for number in range(count))


def write_run(rows: pl.DataFrame, path: Path, key: pl.Expr, *tie_breaks: str) -> None:
    """Write rows as one run, sorted by ``key`` and then by the given columns."""
    run = rows.with_columns(key.alias(KEY)).select(KEY, *rows.columns).sort(KEY, *tie_breaks)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The oldest form lays texts in the order of their rows; in the newer one, sorting leaves them where they were.
    run.write_ipc(
        path,
        compression="uncompressed",
        record_batch_size=max(run.height, 1),
        compat_level=pl.CompatLevel.oldest(),
    )


def list_runs(folder: Path) -> list[Path]:
    """List the runs in a folder, in the order of their names.

    Errors: a folder without a run raises ``FileNotFoundError``, since not even the columns are known then.
    """
    paths = sorted(folder.glob("*.arrow"))
    if not paths:
        raise FileNotFoundError(folder)
    return paths


def read_run(path: Path, bucket: Bucket = WHOLE, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read one bucket of a run, all or some of its columns; what is not asked for stays on the disk."""
    return _read([path], lambda keys: _find_bucket(keys, bucket), columns)


def read_runs(folder: Path, bucket: Bucket = WHOLE, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read one bucket of all runs in a folder, run after run in the order of their names.

    Errors: as for :func:`list_runs`.
    """
    return _read(list_runs(folder), lambda keys: _find_bucket(keys, bucket), columns)


def read_keys(folder: Path, keys: pl.Series) -> pl.DataFrame:
    """Read the rows of all runs in a folder that have one of these keys, which are sorted.

    Errors: as for :func:`list_runs`.
    """
    return _read(list_runs(folder), lambda known: _find_keys(known, keys), None)


def read_stretch(path: Path, stretch: Bucket) -> pl.DataFrame:
    """Read a stretch of a run's rows: number so-and-so of so many that are equally long."""
    edges = (stretch.number, stretch.number + 1)
    return _read([path], lambda keys: slice(*(len(keys) * edge // stretch.of for edge in edges)), None)


def remove_runs(folder: Path, *names: str) -> None:
    """Remove runs that no other task will read: files, or folders of them; what is not there is no error."""
    for name in names:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


_Choice = slice | pl.Series
"""Rows of a run: a stretch of them, or their places."""


def _read(paths: Sequence[Path], choose: Callable[[pl.Series], _Choice], columns: Sequence[str] | None) -> pl.DataFrame:
    """Copy the rows of runs that are chosen by their keys, run after run.

    A copy, since the system maps some pages around each that is touched: in hundreds of files and dozens of columns
    these are far more than the rows.
    """
    copied = pa.BufferOutputStream()
    with contextlib.ExitStack() as stack:
        writer = None
        for path in paths:
            with pa.memory_map(str(path)) as source:
                rows = _choose(pa.ipc.open_file(source).read_all(), choose, columns)
                writer = writer or stack.enter_context(pa.ipc.new_stream(copied, rows.schema))
                if rows.num_rows:
                    writer.write_table(rows)
                del rows
    return pl.DataFrame(pa.ipc.open_stream(copied.getvalue()).read_all())


def _choose(run: pa.Table, choose: Callable[[pl.Series], _Choice], columns: Sequence[str] | None) -> pa.Table:
    chosen = choose(pl.Series(run[KEY]))
    rows = run.drop_columns(KEY) if columns is None else run.select(columns)
    if isinstance(chosen, slice):
        return rows.slice(chosen.start, chosen.stop - chosen.start)
    return rows.take(chosen.to_arrow())


def _find_bucket(keys: pl.Series, bucket: Bucket) -> slice:
    return slice(*(_find_key(keys, bound) for bound in bucket.bounds()))


def _find_keys(known: pl.Series, keys: pl.Series) -> pl.Series:
    """Find the places of keys; only those between a run's first and last one are looked for."""
    if known.is_empty():
        return pl.Series([], dtype=pl.UInt32)
    start, stop = keys.search_sorted(known[0], side="left"), keys.search_sorted(known[-1], side="right")
    return known.is_in(keys[start:stop].implode()).arg_true()


def _find_key(keys: pl.Series, bound: int) -> int:
    return len(keys) if bound == _KEYS else int(keys.search_sorted(bound, side="left"))
