"""Reading the named files: what each of them holds, by its bytes or, where it has not changed, by the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from etl.extract.archives import unpack
from etl.extract.files import InputUnreadableError, read_with_stat
from etl.extract.parse import identify_dump
from etl.stages.ledger import find_unchanged, has_rested, read_clock, stamp_file
from etl.stages.members import keep_member, list_members

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from etl.extract.files import InputFile
    from etl.load.warehouse import Warehouse


class Reading(NamedTuple):
    """What the files hold.

    ``dumps``: ``number``, the file's place in the list, and the columns of the ledger; sorted by file and place in it.
    ``unreadable``: the reason, by the file's number. ``rested`` are the dumps' files that may go to the ledger.
    """

    dumps: pl.DataFrame
    unreadable: Mapping[int, str]
    rested: frozenset[int]


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
    known = find_unchanged(files, ledger, list_members(warehouse))
    numbers = set(known["number"].to_list())
    rows: list[tuple[object, ...]] = []
    unreadable: dict[int, str] = {}
    rested = set(numbers)
    if on_progress is not None and numbers:
        on_progress(len(numbers), len(files))
    new = [number for number in range(len(files)) if number not in numbers]
    for done, number in enumerate(new, start=len(numbers) + 1):
        try:
            found, is_rested = _read_dumps(warehouse, files[number])
        except InputUnreadableError as error:
            if not skip_unreadable:
                raise
            unreadable[number] = error.reason
        else:
            rows += [(number, *row) for row in found]
            rested |= {number} if is_rested else set()
        if on_progress is not None:
            on_progress(done, len(files))
    read = pl.DataFrame(rows, schema=known.schema, orient="row")
    return Reading(pl.concat([known, read]).sort("number", "place"), unreadable, frozenset(rested))


def _read_dumps(warehouse: Warehouse, file: InputFile) -> tuple[list[tuple[object, ...]], bool]:
    """Read the dumps of a file, as rows of the ledger: itself, or the members of an archive, which are kept.

    Also tells whether the file had been left alone before.
    """
    read_at = read_clock()
    raw, found = read_with_stat(file)
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
