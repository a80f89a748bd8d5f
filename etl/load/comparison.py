"""What differs between two releases: rows by their keys, fields of rows, papers by their ids.

Both may be of any size and any contract version: DuckDB joins keys and hashes of rows, in bounded memory and with room
on disk, and looks at whole rows only where the hashes differ. A table, a file or a range of keys whose hash in the two
manifests is the same is not read at all.
"""
# ruff: noqa: S608 - the queries are put together from quoted names alone

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import duckdb

from etl.load.content import list_partitions
from etl.load.duckdb_names import quote_name, quote_text
from etl.load.tables import ID_UNIT, select_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from etl.load.reader import Release

MEMORY_LIMITS: Final = ("512MB", "4GB")
"""What a comparison may take before it goes to the disk; the second where it cannot do with the first."""


@dataclass(frozen=True)
class FieldChanges:
    """A column in the rows that both releases have: how many values differ, and how many became null or known."""

    changed: int
    became_null: int
    became_known: int


@dataclass(frozen=True)
class TableChanges:
    """One table of two releases; ``kept`` rows have the same key in both."""

    rows_before: int
    rows_after: int
    added: int = 0
    removed: int = 0
    changed: int = 0
    fields: Mapping[str, FieldChanges] = field(default_factory=dict)
    null_shares: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Columns whose share of nulls is another, with the shares before and after."""
    incomparable: str | None = None
    """Why rows could not be compared; None where they were."""

    @property
    def kept(self) -> int:
        """How many rows both releases have, changed or not."""
        return self.rows_before - self.removed


@contextlib.contextmanager
def open_comparison(
    before: Release, after: Release, workspace: Path, *, memory_limit: str = MEMORY_LIMITS[-1]
) -> Iterator[Comparer]:
    """Open two releases side by side; what does not fit in memory goes to the folder ``workspace``."""
    with contextlib.closing(duckdb.connect()) as connection:
        connection.execute(f"SET temp_directory = {quote_text(str(workspace))}")
        connection.execute(f"SET memory_limit = '{memory_limit}'")
        connection.execute("SET preserve_insertion_order = false")
        for side, release, other in (("before", before, after), ("after", after, before)):
            connection.execute(f"CREATE SCHEMA {side}")
            for name in release.manifest["tables"]:
                moved = _find_moved_files(release, other, name)
                query = _select_from(release, name, moved or release.list_files(name)[:1])
                rows = "" if moved else "WHERE false"
                connection.execute(f"CREATE VIEW {side}.{quote_name(name)} AS FROM ({query}) {rows}")
        yield Comparer(connection, before, after)


def _select_from(release: Release, table: str, files: list[Path]) -> str:
    return select_columns([column["name"] for column in release.manifest["tables"][table]["columns"]], files)


def _find_moved_files(release: Release, other: Release, table: str) -> list[Path]:
    """Find the files of a table that the other release has not; rows of the others are in both, as they are."""
    entries = (side.manifest["tables"].get(table, {"files": []})["files"] for side in (release, other))
    own, theirs = ([entry["sha256"] for entry in side] for side in entries)
    known = frozenset(theirs)
    return [file for file, digest in zip(release.list_files(table), own, strict=True) if digest not in known]


class Comparer:
    """Two releases side by side in one DuckDB session, as the schemas ``before`` and ``after``.

    These have of each table the files that the other release has not.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, before: Release, after: Release) -> None:
        """Take an open session that has the views of both releases."""
        self.connection = connection
        self.before = before
        self.after = after
        self.compared: list[str] = []
        """Tables that were compared row by row; each has a table ``moves_NAME`` of the keys that moved."""

    def compare_table(self, name: str) -> TableChanges:
        """Compare a table that one of the releases has, or both; afterwards ``moves_NAME`` has the keys that moved.

        A table that only one release has counts as all added or all removed, without such a table of keys.
        """
        old, new = (release.manifest["tables"].get(name) for release in (self.before, self.after))
        if old is None or new is None:
            rows_before, rows_after = (table["rows"] if table else 0 for table in (old, new))
            return TableChanges(rows_before, rows_after, added=rows_after, removed=rows_before)
        if _describe_key(old) != _describe_key(new):
            return TableChanges(old["rows"], new["rows"], incomparable="the key is another one")
        if is_same_table(old, new):
            return TableChanges(old["rows"], new["rows"])
        self._find_moves(name, old, new)
        self.compared.append(name)
        counts = dict(self._fetch(f"SELECT change, count(*) FROM {_name_moves(name)} GROUP BY ALL"))
        return TableChanges(
            old["rows"],
            new["rows"],
            added=counts.get("added", 0),
            removed=counts.get("removed", 0),
            changed=counts.get("changed", 0),
            fields=self._count_fields(name, old, new) if counts.get("changed") else {},
            null_shares=self._compare_null_shares(name, old, new),
        )

    def select_whole(self, side: str, name: str) -> str:
        """Write the query that reads all of a table, ``before`` or ``after``."""
        release = self.before if side == "before" else self.after
        return _select_from(release, name, release.list_files(name))

    def join_moves(self, name: str) -> str:
        """Write the join of the keys that moved with the rows before and after, as ``moved``, ``old`` and ``new``."""
        key = self.after.manifest["tables"][name]["key"]
        return (
            f"{_name_moves(name)} AS moved "
            f"LEFT JOIN before.{quote_name(name)} AS old ON {_match_keys('moved', 'old', key)} "
            f"LEFT JOIN after.{quote_name(name)} AS new ON {_match_keys('moved', 'new', key)}"
        )

    def list_touched(self, *columns: str) -> dict[str, list[str]]:
        """List the values that these columns have in rows that differ, in the tables that were compared."""
        before, after = (side.manifest["tables"] for side in (self.before, self.after))
        touched: dict[str, set[str]] = {column: set() for column in columns}
        for name in self.compared:
            for column in touched.keys() & {*after[name]["key"], *list_shared_fields(before[name], after[name])}:
                query = f"SELECT unnest([old.{column}, new.{column}]) FROM {self.join_moves(name)}"
                touched[column] |= {value for (value,) in self._fetch(query) if value is not None}
        return {column: sorted(values) for column, values in touched.items()}

    def _find_moves(self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        key, table = old["key"], quote_name(name)
        names = ", ".join(map(quote_name, key))
        values = ", ".join(map(quote_name, list_shared_fields(old, new))) or "NULL"
        where = _restrict_partitions(old, new)
        sides = [
            f"(SELECT {names}, hash({values}) AS row_hash FROM {side}.{table} {where}) AS {alias}"
            for side, alias in (("before", "old"), ("after", "new"))
        ]
        keys = ", ".join(f"coalesce(old.{column}, new.{column}) AS {column}" for column in map(quote_name, key))
        self.connection.execute(
            f"CREATE TABLE {_name_moves(name)} AS SELECT {keys}, CASE WHEN old.row_hash IS NULL THEN 'added' "
            f"WHEN new.row_hash IS NULL THEN 'removed' ELSE 'changed' END AS change "
            f"FROM {sides[0]} FULL JOIN {sides[1]} ON {_match_keys('old', 'new', key)} "
            f"WHERE old.row_hash IS DISTINCT FROM new.row_hash"
        )

    def _count_fields(self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, FieldChanges]:
        fields = list_shared_fields(old, new)
        counts = ", ".join(
            f"count(*) FILTER (old.{column} IS DISTINCT FROM new.{column}), "
            f"count(*) FILTER (new.{column} IS NULL AND old.{column} IS NOT NULL), "
            f"count(*) FILTER (old.{column} IS NULL AND new.{column} IS NOT NULL)"
            for column in map(quote_name, fields)
        )
        ((*numbers,),) = self._fetch(f"SELECT {counts} FROM {self.join_moves(name)} WHERE change = 'changed'")
        changes = {column: FieldChanges(*numbers[3 * place : 3 * place + 3]) for place, column in enumerate(fields)}
        return {column: change for column, change in changes.items() if change.changed}

    def _compare_null_shares(
        self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> dict[str, tuple[float, float]]:
        nulls_before, nulls_after = (release.count_nulls(name) for release in (self.before, self.after))
        shares = {
            column: (nulls_before.get(column, 0) / old["rows"], nulls_after.get(column, 0) / new["rows"])
            for column in list_shared_fields(old, new)
            if old["rows"] and new["rows"]
        }
        return {column: pair for column, pair in shares.items() if pair[0] != pair[1]}

    def _fetch(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()


def is_same_table(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell by the manifests alone whether a table says the same in both releases."""
    return bool(before["hash"] == after["hash"])


def list_shared_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """List the columns that a table has in both releases with the same type, but for those of its key."""
    old = {(column["name"], column["type"]) for column in before["columns"]}
    return [
        column["name"]
        for column in after["columns"]
        if (column["name"], column["type"]) in old and column["name"] not in after["key"]
    ]


def _describe_key(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    types = {column["name"]: column["type"] for column in table["columns"]}
    return [(name, types[name]) for name in table["key"]]


def _restrict_partitions(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Leave out the ranges of keys whose rows are the same by the hashes in the manifests."""
    leading = old["key"][0]
    units = {column["name"]: column["unit"] for column in new["columns"]}
    if units[leading] != ID_UNIT or [column["name"] for column in old["columns"]] != [*units]:
        return ""
    hashes = [table["partition_hashes"] for table in (old, new)]
    digits = {len(name) for side in hashes for name in side}
    if len(digits) != 1:  # the table has become so large, or so small, that it is parted otherwise
        return ""
    names = list_partitions(max(digits))
    moved = [quote_text(name) for name in names if hashes[0].get(name) != hashes[1].get(name)]
    beginning = f"left({quote_name(leading)}, {max(digits)})"
    return f"WHERE {beginning} IN ({', '.join(moved)})" if len(moved) < len(names) else ""


def _match_keys(left: str, right: str, key: list[str]) -> str:
    return " AND ".join(f"{left}.{name} IS NOT DISTINCT FROM {right}.{name}" for name in map(quote_name, key))


def _name_moves(table: str) -> str:
    return quote_name(f"moves_{table}")
