"""Reading the named files: what each of them holds, by its bytes or, where it has not changed, by the ledger."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.extract.archives import unpack
from etl.extract.files import InputUnreadableError, read_with_state
from etl.extract.parse import identify_dump
from etl.stages.ledger import find_unchanged, has_rested, read_clock, stamp_file
from etl.stages.members import keep_member, list_members
from etl.store import closing_pool, is_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from etl.extract.files import FileState, InputFile
    from etl.load.warehouse import Warehouse

AHEAD: Final = 16
"""Objects that are read from a store at the same time."""

_ROWS_AT_ONCE: Final = 10_000
"""Rows that are held as objects, which take several times the memory of a frame."""


class Reading(NamedTuple):
    """What the files hold.

    ``dumps``: ``number``, the file's place in the list, the columns of the ledger, and ``is_rested``, whether the file
    may go there; sorted by file and place in it. ``unreadable``: the reason, by the file's number.
    """

    dumps: pl.DataFrame
    unreadable: Mapping[int, str]


class Fetched(NamedTuple):
    """A file's bytes, its state before the first of them was read, and the time then."""

    raw: bytes
    found: FileState
    read_at_ns: int


def read_files(
    warehouse: Warehouse,
    files: list[InputFile],
    ledger: pl.DataFrame,
    on_progress: Callable[[int, int], None] | None,
    *,
    skip_unreadable: bool,
) -> Reading:
    """Read the files that are not as the ledger has them; ``on_progress`` is told how many are done, and of how many.

    Errors: ``InputUnreadableError`` for a file that cannot be read, unless these may be skipped.
    """
    known = find_unchanged(files, ledger, list_members(warehouse)).with_columns(pl.lit(value=True).alias("is_rested"))
    numbers = set(known["number"].to_list())
    found: list[pl.DataFrame] = [known]
    rows: list[tuple[object, ...]] = []
    unreadable: dict[int, str] = {}
    if on_progress is not None and numbers:
        on_progress(len(numbers), len(files))
    new = [number for number in range(len(files)) if number not in numbers]
    fetched = _fetch_ahead(files[number] for number in new)
    for done, (number, fetch) in enumerate(zip(new, fetched, strict=True), start=len(numbers) + 1):
        try:
            dumps, is_rested = _read_dumps(warehouse, files[number], fetch)
        except InputUnreadableError as error:
            if not skip_unreadable:
                raise
            unreadable[number] = error.reason
        else:
            rows += [(number, *row, is_rested) for row in dumps]
        if len(rows) >= _ROWS_AT_ONCE:
            found.append(pl.DataFrame(rows, schema=known.schema, orient="row"))
            rows.clear()
        if on_progress is not None:
            on_progress(done, len(files))
    found.append(pl.DataFrame(rows, schema=known.schema, orient="row"))
    return Reading(pl.concat(found).sort("number", "place"), unreadable)


def _fetch_ahead(files: Iterable[InputFile]) -> Iterator[Callable[[], Fetched]]:
    """Give for each file what reads it; objects of a store are read ahead, since each has a long way to come."""
    ahead: deque[Callable[[], Fetched]] = deque()
    with closing_pool(AHEAD) as pool:
        for file in files:
            ahead.append(pool.submit(_fetch, file).result if is_url(file.path) else partial(_fetch, file))
            if len(ahead) >= AHEAD:
                yield ahead.popleft()
        yield from ahead


def _fetch(file: InputFile) -> Fetched:
    read_at = read_clock()
    return Fetched(*read_with_state(file), read_at)


def _read_dumps(
    warehouse: Warehouse, file: InputFile, fetch: Callable[[], Fetched]
) -> tuple[list[tuple[object, ...]], bool]:
    """Read the dumps of a file, as rows of the ledger: itself, or the members of an archive, which are kept.

    Also tells whether the file had been left alone before.
    """
    raw, found, read_at = fetch()
    stamp = stamp_file(file.path, found)
    rows: list[tuple[object, ...]] = []
    for place, member in enumerate(unpack(raw, file.name)):
        dump_id = identify_dump(member.raw)
        is_kept = member.raw is not raw
        if is_kept:
            keep_member(warehouse, dump_id, member.raw)
        rows.append((*stamp, place, member.name, dump_id, len(member.raw), is_kept))
    if not rows:
        raise InputUnreadableError(file.name, "the archive holds no dump")
    return rows, has_rested(found, read_at)
