"""Amending the tables of an earlier build: rows that came take the place of rows that went, and the rest is linked.

A build that finds a result of the same code over nearly the same dumps works out only what those that came or went
change: each stage names the keys that this touches, makes their rows anew, and leaves all others as they are. What it
cannot amend (there is no such result, or too much has changed) it makes as if for the first time.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.batches import cut_batches
from etl.load.files import link_file
from etl.load.tables import (
    MAX_PARTITIONS,
    conform_rows,
    list_files,
    name_part,
    number_part,
    scan_files,
    sort_rows,
    write_table,
)
from etl.stages.receipt import Earlier, list_earlier
from etl.stages.runs import read_keys, read_runs, write_run
from etl.stages.validated import BrokenRule, find_broken_rules
from etl.transform.candidates import halve_id
from schemas import TABLES
from schemas.columns import list_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from etl.stages.parts import Parts
    from etl.stages.receipt import Receipt

AMENDED_BYTES: Final = 8 << 20
"""Dumps that came or went, up to which results are amended: their rows are held in memory, several times over."""

AMENDED_CARDS: Final = 30_000
"""Cards that these may touch, for the same reason."""

_READ_BYTES: Final = 16 << 20
"""Parts of a table that are read together."""

TOUCHED_NAME: Final = "touched"
"""The run of the candidates (``alias_id``) of which an amended result says something else than the one before."""

_NOTE_NAME: Final = "amends.json"


class Changes(NamedTuple):
    """The dumps by which a result of extraction differs from an earlier one, by their ids; none if it is the same."""

    earlier: Earlier
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


class Amendment(NamedTuple):
    """What a stage can amend: its earlier result, the dumps that came or went, and what earlier stages have touched.

    ``touched`` are the folders of the results that say so.
    """

    earlier: Earlier
    changes: Changes
    touched: tuple[Path, ...]

    def read_touched(self) -> pl.Series:
        """Read the candidates that earlier stages have touched, by their ids."""
        found = [read_runs(folder / TOUCHED_NAME) for folder in self.touched]
        return pl.concat([pl.DataFrame(schema={"alias_id": pl.String}), *found]).to_series().unique()


def note_changes(folder: Path, changes: Changes) -> None:
    """Put down in a stage's result which earlier one it amends, and of extraction by which dumps they differ."""
    said = {"earlier": changes.earlier.receipt.stage_id, "came": changes.came, "went": changes.went}
    (folder / _NOTE_NAME).write_text(json.dumps(said), "utf-8")


def note_touched(folder: Path, earlier: Earlier, aliases: pl.Series) -> None:
    """Put down which earlier result is amended, and of which candidates something else is said."""
    note_changes(folder, Changes(earlier))
    rows = aliases.unique().alias("alias_id").to_frame()
    write_run(rows, folder / TOUCHED_NAME / "all.arrow", halve_id("alias_id"), "alias_id")


def find_amendment(warehouse: Warehouse, stage: str, *made_from: Receipt) -> Amendment | None:
    """Find a stage's earlier result that was made from these results or from those that they amend.

    The first of ``made_from`` is extraction's.
    """
    sources = [_list_sources(warehouse, receipt) for receipt in made_from]

    def is_wanted(receipt: Receipt) -> bool:
        return not receipt.metrics.get("broken_rules") and all(
            receipt.made_from.get(source.stage) in known for source, known in zip(made_from, sources, strict=True)
        )

    earlier = next(list_earlier(warehouse, stage, is_wanted), None)
    if earlier is None:
        return None
    names = [earlier.receipt.made_from[source.stage] for source in made_from]
    touched = [
        source.open_folder(warehouse)
        for source, name in zip(made_from[1:], names[1:], strict=True)
        if name != source.stage_id
    ]
    return Amendment(earlier, sources[0][names[0]], tuple(touched))


def _list_sources(warehouse: Warehouse, receipt: Receipt) -> dict[str, Changes]:
    """List the results that one differs from by known changes, by their ids: itself, and the one that it amends."""
    folder = receipt.open_folder(warehouse)
    sources = {receipt.stage_id: Changes(Earlier(folder, receipt))}
    if (folder / _NOTE_NAME).is_file():
        said = json.loads((folder / _NOTE_NAME).read_bytes())
        for earlier in list_earlier(warehouse, receipt.stage, lambda other: other.stage_id == said["earlier"]):
            sources[said["earlier"]] = Changes(earlier, tuple(said["came"]), tuple(said["went"]))
    return sources


class Amended(NamedTuple):
    """What a table lost and won, and the rules that its new rows break."""

    went: pl.DataFrame
    came: pl.DataFrame
    broken: list[BrokenRule]

    @property
    def growth(self) -> int:
        """How many rows more there are."""
        return self.came.height - self.went.height


def amend_tables(  # noqa: PLR0913, PLR0917 - what to amend, and by what
    came: Mapping[str, pl.DataFrame],
    went: pl.DataFrame,
    places: Mapping[str, pl.Series],
    earlier: Path,
    target: Path,
    parts: Parts,
) -> dict[str, Amended]:
    """Amend tables, by their names, as :func:`amend_table` does; ``places`` are by the column that leads the key."""
    return {
        name: amend_table(name, earlier, target, parts.count(name), went, rows, places[list_key(TABLES[name])[0]])
        for name, rows in came.items()
    }


def amend_table(  # noqa: PLR0913, PLR0917 - what to amend, and by what
    table: str, earlier: Path, target: Path, parts: int, went: pl.DataFrame, came: pl.DataFrame, places: pl.Series
) -> Amended:
    """Write a table into ``target`` that differs from the one in ``earlier`` by rows that went and rows that came.

    All rows of the parts that this touches are validated; where one breaks a rule, nothing is written.
    Columns in: ``went``: one or more of the table's columns, the values of rows that are no longer there; ``came``:
                those of the table; ``places``: leading ids (String), among them those of all such rows.
    Errors:     as for ``etl.load.tables.write_table``.
    """
    files = {path.name: path for path in list_files(earlier / table)}
    keys = went.unique()
    gone, come, broken = [], [], list[BrokenRule]()
    changed: set[str] = set()
    (target / table).mkdir(parents=True, exist_ok=True)
    ids = pl.concat([places.alias("id"), came[came.columns[0]].alias("id")]) if parts > 1 else places
    sizes = {name: path.stat().st_size for name, path in files.items()}
    for numbers in cut_batches(_number_parts(parts, ids), lambda number: sizes.get(name_part(number), 0), _READ_BYTES):
        touched = [files[name] for name in map(name_part, numbers) if name in files]
        rows = scan_files(touched or list(files.values())[:1]).collect()
        before = rows if touched else rows[:0]
        is_here = pl.lit(value=True) if parts == 1 else number_part(table, parts).is_in(numbers)
        new = came.filter(is_here).select(before.columns).cast(before.schema)
        after = pl.concat([before.join(keys, on=keys.columns, how="anti"), new])
        gone.append(before.join(keys, on=keys.columns, how="semi"))
        come.append(new)
        broken += find_broken_rules(after, table)
        if not broken:
            after = sort_rows(conform_rows(after, table), table)
            changed |= set(map(name_part, _write_changed(table, target, parts, before, after)))
    standing = [path for name, path in files.items() if name not in changed]
    for path in standing:
        link_file(path, target / table / path.name)
    nothing = scan_files(list(files.values())[:1]).head(0).collect()
    if not any((target / table).iterdir()):
        write_table(nothing, table, target)
    return Amended(pl.concat([nothing, *gone]), pl.concat([nothing, *come]), broken)


def _write_changed(table: str, target: Path, parts: int, before: pl.DataFrame, after: pl.DataFrame) -> set[int]:
    """Write the parts whose rows are other ones than before; gives their numbers, and those of parts without a row."""
    old, new = (_split_parts(rows, table, parts) for rows in (before, after))
    changed = {number for number in old.keys() | new.keys() if not _is_same(old.get(number), new.get(number))}
    written = [new[number] for number in sorted(changed) if number in new]
    if written:
        write_table(pl.concat(written), table, target, partitions=parts)
    return changed


def _split_parts(rows: pl.DataFrame, table: str, parts: int) -> dict[int, pl.DataFrame]:
    if parts == 1:
        return {0: rows} if rows.height else {}
    cut = rows.with_columns(number_part(table, parts).alias("part")).partition_by(
        "part", as_dict=True, include_key=False
    )
    return {int(number): some for (number,), some in cut.items()}


def _is_same(before: pl.DataFrame | None, after: pl.DataFrame | None) -> bool:
    return before is not None and after is not None and before.equals(after)


def _number_parts(parts: int, places: pl.Series) -> list[int]:
    if parts == 1:
        return [0]
    heads = places.str.slice(0, 4).str.to_integer(base=16, dtype=pl.UInt32)
    return sorted((heads // (MAX_PARTITIONS // parts)).unique().to_list())


def read_rows_of(
    folder: Path, ids: pl.Series | Sequence[str], column: str, columns: Sequence[str] | None = None
) -> pl.DataFrame:
    """Read the rows of all runs in a folder that have one of these ids in the column that the runs are sorted by."""
    wanted = pl.DataFrame({column: pl.Series(ids, dtype=pl.String)}).unique()
    keys = wanted.select(halve_id(column).unique().sort()).to_series()
    return read_keys(folder, keys, columns).join(wanted, on=column, how="semi")
