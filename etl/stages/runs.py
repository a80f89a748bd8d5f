"""Sorted runs: rows on their way from one task to the next, cut by ranges of a key.

A task writes each of its frames as one Arrow file, sorted by a key of 64 bits: an id's first 16 hexadecimal digits, or
a hash. A bucket is a range of keys, so it is one slice of every run (of each batch of a large one), whatever the number
of buckets: a reader maps the file into memory and touches its slice alone, texts included. Runs are as large as what is
in them: they are never compressed, since they are read at once and thrown away.
"""

from __future__ import annotations

import bisect
import contextlib
import shutil
import uuid
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

KEY: Final = "key"
"""Name of the column that a run is sorted by; it comes first, and readers do not get it."""

BUCKET_BYTES: Final = 40 << 20
"""Dumps of one bucket: a task holds what is in them in memory several times over."""

LISTING_BYTES: Final = 1000
"""What a listing costs at least, however short its text: there may be many short ones in a bucket."""

MAX_BUCKETS: Final = 1 << 12

MERGED_RUNS: Final = 64
MERGED_BYTES: Final = 64 << 20
"""About how many runs are merged into one, and how many bytes of them: every range opens every run that is left."""

BATCH_BYTES: Final = 32 << 20
"""Rows of a merged run that are held in memory at a time."""

FEW_RUNS: Final = 256
"""So many runs are not worth merging."""

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
    [1, 32, 256]
    """
    wanted = -(-max(dump_bytes, LISTING_BYTES * listings) // BUCKET_BYTES)
    return min(1 << max(wanted - 1, 0).bit_length(), MAX_BUCKETS)


def list_buckets(count: int) -> Iterator[Bucket]:
    """List all buckets, in the order of their keys."""
    return (Bucket(number, count) for number in range(count))


def write_run(rows: pl.DataFrame, path: Path, key: pl.Expr, *tie_breaks: str) -> None:
    """Write rows as one run, sorted by ``key`` and then by the given columns."""
    _write([rows.with_columns(key.alias(KEY)).select(KEY, *rows.columns).sort(KEY, *tie_breaks)], path)


def count_merged(count: int, byte_count: int) -> int:
    """Count the runs that are left when so many, of so many bytes, have been merged.

    >>> [count_merged(*runs) for runs in ((40, 1 << 30), (300, 1 << 20), (600, 10 << 30))]
    [40, 5, 160]
    """
    return count if count <= FEW_RUNS else min(count, max(-(-count // MERGED_RUNS), -(-byte_count // MERGED_BYTES)))


def plan_merges(folder: Path) -> list[list[Path]]:
    """Plan which runs of a folder are to be merged into one, in the order of their names; none where there are few."""
    paths = list_runs(folder)
    count = count_merged(len(paths), sum(path.stat().st_size for path in paths))
    groups = [paths[len(paths) * one // count : len(paths) * (one + 1) // count] for one in range(count)]
    return [group for group in groups if len(group) > 1]


def merge_runs(paths: Sequence[Path], target: Path) -> None:
    """Merge runs into one, range by range, so that it takes little memory; rows of one key stay in the runs' order.

    A run alone takes the new name.
    """
    if len(paths) == 1:
        paths[0].replace(target)
        return
    with pa.memory_map(str(paths[0])) as source:
        columns = pa.ipc.open_file(source).schema.names
    count = -(-sum(path.stat().st_size for path in paths) // BATCH_BYTES)
    _write(
        (
            _read(paths, partial(_find_bucket, bucket=bucket), columns).sort(KEY, maintain_order=True)
            for bucket in list_buckets(count)
        ),
        target,
    )


def _write(batches: Iterable[pl.DataFrame], path: Path) -> None:
    """Write a run whose rows come in the order of their keys.

    It takes its name when it is whole, since on a cluster the same task may run twice, and be read after the first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.stem}-{uuid.uuid4().hex}")
    with contextlib.ExitStack() as stack:
        writer = None
        for rows in batches:
            # The oldest form lays texts in the order of their rows; in the newer one, sorting leaves them as they were.
            run = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
            if writer is None:
                writer = stack.enter_context(pa.ipc.new_file(unfinished, run.schema))
            writer.write_table(run)
    unfinished.replace(path)


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


def read_keys(folder: Path, keys: pl.Series, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """Read the rows of all runs in a folder that have one of these keys, which are sorted; all or some columns.

    Errors: as for :func:`list_runs`.
    """
    paths = list_runs(folder)
    wanted = keys.to_numpy()
    # For no key at all one run is opened, which knows the columns.
    return _read(paths if len(keys) else paths[:1], lambda known: _find_keys(known, wanted), columns)


def read_stretch(path: Path, stretch: Bucket) -> pl.DataFrame:
    """Read a stretch of the rows of each batch of a run: number so-and-so of so many that are equally long."""
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


_Choice = slice | npt.NDArray[np.int64]
"""Rows of a run's batch: a stretch of them, or their places."""


def _read(paths: Sequence[Path], choose: Callable[[pa.Array], _Choice], columns: Sequence[str] | None) -> pl.DataFrame:
    """Copy the rows of runs that are chosen by their keys, run after run.

    A copy, since the system maps some pages around each that is touched: in hundreds of files and dozens of columns
    these are far more than the rows. Every range opens every run, so what is done for each of them is kept small.
    """
    copied = pa.BufferOutputStream()
    with contextlib.ExitStack() as stack:
        names: list[str] = []
        writer = None
        for path in paths:
            with pa.memory_map(str(path)) as source:
                file = pa.ipc.open_file(source)
                if writer is None:
                    names = [name for name in file.schema.names if name != KEY] if columns is None else [*columns]
                    schema = pa.schema([file.schema.field(name) for name in names])
                    writer = stack.enter_context(pa.ipc.new_stream(copied, schema))
                for number in range(file.num_record_batches):
                    batch = file.get_batch(number)
                    rows = _take(batch.select(names), choose(batch[KEY]))
                    if rows.num_rows:
                        writer.write_batch(rows)
                    del rows, batch
    return pl.DataFrame(pa.ipc.open_stream(copied.getvalue()).read_all())


def _take(batch: pa.RecordBatch, chosen: _Choice) -> pa.RecordBatch:
    if isinstance(chosen, slice):
        return batch.slice(chosen.start, chosen.stop - chosen.start)
    return batch.take(pa.array(chosen))


def _view_keys(keys: pa.Array) -> npt.NDArray[np.uint64]:
    """See the keys of a batch where they lie, without a copy."""
    return np.frombuffer(keys.buffers()[1], np.uint64, len(keys), keys.offset * np.dtype(np.uint64).itemsize)


def _find_bucket(keys: pa.Array, bucket: Bucket) -> slice:
    numbers = _view_keys(keys)
    return slice(*(bisect.bisect_left(numbers, bound) for bound in bucket.bounds()))


def _find_keys(known: pa.Array, keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """Find the places of sorted keys in sorted ones, where a key may stand several times."""
    numbers = _view_keys(known)
    starts, ends = (np.searchsorted(numbers, keys, side) for side in ("left", "right"))
    counts = ends - starts
    return np.repeat(ends - counts.cumsum(), counts) + np.arange(counts.sum())
