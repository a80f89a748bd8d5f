"""The gates a release must pass: every invariant of ``etl.load.invariants`` is looked for in its Parquet files."""

from __future__ import annotations

import bisect
import contextlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import duckdb

from etl.errors import PaperhouseError
from etl.load.duckdb_names import quote_name, quote_text
from etl.load.invariants import GATES
from etl.load.memory import USUAL_MEMORY, ask_in_little_memory
from etl.load.tables import select_table
from schemas import TABLES
from schemas.columns import list_columns, list_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from etl.load.invariants import Gate


LITTLE_MEMORY: Final = ("160MB", "320MB", USUAL_MEMORY)
"""What a query may take before it goes to the disk; one that cannot do with it gets more."""

PAPERS_AT_ONCE: Final = 1 << 21
"""Papers of which a gate is asked at a time that holds rows of them where no disk can take them from the memory."""


_SOME: Final = "{some}"


class InvariantBrokenError(PaperhouseError):
    """The tables contradict each other, so they must not be published."""

    def __init__(self, gate: Gate, example: Mapping[str, Any], count: int) -> None:
        """Name the invariant and show one of the rows that break it."""
        self.invariant, self.example, self.count = gate.name, dict(example), count
        shown = ", ".join(f"{name} = {value}" for name, value in example.items())
        places = "1 place" if count == 1 else f"{count} places"
        self.what = f"the tables break the invariant {gate.name} ({gate.sentence}) in {places}: {shown}"
        super().__init__(
            f"nothing was published, since {self.what}; this is a fault in a stage, please report it with this message"
        )


@dataclass(frozen=True)
class Touched:
    """What to ask the gates of: all else was there when they last held.

    ``values``: of the columns in ``etl.load.invariants.BY``, sorted; ``keys``: the first and the last leading id of
    each file, None where it has none.
    """

    values: Mapping[str, Sequence[str]]
    keys: Mapping[Path, tuple[str, str] | None]

    def choose_files(self, column: str, files: Sequence[Path]) -> list[Path]:
        """Choose the files in which a touched value can lie, of a table with this leading column."""
        values = self.values[column]
        found = []
        for file in files:
            first, last = self.keys[file] or ("g", "")
            if bisect.bisect_left(values, first) < bisect.bisect_right(values, last):
                found.append(file)
        return found


def check_gates(files: Mapping[str, Sequence[Path]], spill_folder: Path, touched: Touched | None = None) -> None:
    """Run the gates over the tables' Parquet files; the first that does not hold raises ``InvariantBrokenError``.

    Gates that can be asked by the values of a column are asked of what is ``touched`` alone, if that is known.
    """
    for error in find_broken_gates(files, spill_folder, touched):
        raise error


def find_broken_gates(
    files: Mapping[str, Sequence[Path]], spill_folder: Path, touched: Touched | None = None
) -> Iterator[InvariantBrokenError]:
    """Run every gate over the tables' Parquet files, in little memory as long as that will do, and room in the folder.

    Gives an error, which is not raised, for each gate that does not hold, with an example that is always the same one.
    """
    with contextlib.closing(duckdb.connect(config={"temp_directory": str(spill_folder)})) as connection:
        for table, paths in files.items():
            connection.execute(f"CREATE VIEW {quote_name(table)} AS {select_table(table, paths)}")
        if touched is not None:
            for column in touched.values:
                _cut_tables(connection, files, column, touched)
        for gate in GATES:
            connection.execute(f"USE {_name_schema(gate.by) if touched and gate.by else 'main'}")
            for example, count in ask_in_little_memory(partial(_find_offenders, connection, gate), *LITTLE_MEMORY):
                yield InvariantBrokenError(gate, example, count)


def _cut_tables(
    connection: duckdb.DuckDBPyConnection, files: Mapping[str, Sequence[Path]], column: str, touched: Touched
) -> None:
    """Put the rows with a touched value of a column into a schema of their own; other tables are there as they are."""
    schema, values = _name_schema(column), [*touched.values[column]]
    connection.execute(f"CREATE SCHEMA {schema}")
    connection.execute(f"CREATE TEMP TABLE touched_{column} AS SELECT unnest($values) AS {column}", {"values": values})
    for table, paths in files.items():
        if column not in {one.name for one in list_columns(TABLES[table])}:
            connection.execute(f"CREATE VIEW {schema}.{quote_name(table)} AS FROM main.{quote_name(table)}")
            continue
        is_leading = list_key(TABLES[table])[0] == column
        chosen = touched.choose_files(column, paths) if is_leading else paths
        rows = f"({select_table(table, chosen or paths[:1])}) WHERE {column} IN (FROM touched_{column})"
        connection.execute(f"CREATE TABLE {schema}.{quote_name(table)} AS FROM {rows}")


def _name_schema(column: str | None) -> str:
    return f"by_{column}"


def _find_offenders(
    connection: duckdb.DuckDBPyConnection, gate: Gate, memory_limit: str
) -> list[tuple[dict[str, Any], int]]:
    """Find one row that breaks a gate, and how many do; nothing where it holds."""
    connection.execute(f"SET memory_limit = {quote_text(memory_limit)}")
    examples, count = [], 0
    for some in _list_conditions(connection) if _SOME in gate.offenders else ("true",):
        offenders = gate.offenders.replace(_SOME, some)
        query = f"SELECT *, count(*) OVER () AS offenders FROM ({offenders}) ORDER BY ALL LIMIT 1"  # noqa: S608 - ours
        found = connection.sql(query)
        for *row, more in found.fetchall():
            examples.append(dict(zip(found.columns, row, strict=False)))
            count += more
    return [(examples[0], count)] if examples else []


def _list_conditions(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """List conditions that part the papers: ids are hashes, so ranges of them hold as many."""
    ((papers,),) = connection.execute("SELECT count(*) FROM papers").fetchall()
    parts = 1 << (papers // PAPERS_AT_ONCE).bit_length()
    edges = [f"{number * 16**8 // parts:08x}" for number in range(1, parts)]
    lows = ["true", *(f"paper_id >= '{edge}'" for edge in edges)]
    highs = [*(f"paper_id < '{edge}'" for edge in edges), "true"]
    return [f"({low} AND {high})" for low, high in zip(lows, highs, strict=True)]
