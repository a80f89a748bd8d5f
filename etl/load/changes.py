"""Writing the table ``changes``: every difference between two releases, row by row, as Parquet."""
# ruff: noqa: S608 - the queries are put together from quoted names alone

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from etl.errors import PaperhouseError
from etl.load.comparison import list_shared_fields
from etl.load.duckdb_names import quote_name, quote_text
from etl.load.files import create_file, flush_file
from schemas.arrow import arrow_schema
from schemas.changes import Changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from etl.load.comparison import Comparer
    from etl.load.release_diff import ReleaseDiff

_BATCH_ROWS: Final = 65_536
_NOTHING: Final = "NULL::VARCHAR, NULL::VARCHAR, NULL::VARCHAR"


class FolderNotEmptyError(PaperhouseError):
    """A folder that is to be filled holds something already."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        super().__init__(f"{folder} is there already and not an empty folder: name one that is not there yet")


def require_empty(folder: Path) -> None:
    """Make sure that nothing is overwritten. Errors: ``FolderNotEmptyError``."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()) or (folder.is_dir() and any(folder.iterdir())):
        raise FolderNotEmptyError(folder)


def write_changes(comparer: Comparer, diff: ReleaseDiff, folder: Path) -> int:
    """Write all changes to one file in ``folder``, in key order, and count them.

    ``diff`` is what ``diff_opened`` found in this very session. Errors: ``FolderNotEmptyError``.
    """
    require_empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    schema = arrow_schema(Changes)
    names = ", ".join(map(quote_name, schema.names))
    query = f"SELECT * FROM ({' UNION ALL '.join(_select_changes(comparer, diff))}) AS changes({names}) ORDER BY ALL"
    batches = comparer.connection.sql(query).to_arrow_reader(_BATCH_ROWS)
    rows = 0
    with create_file(folder / "part-00000.parquet") as file, pq.ParquetWriter(file, schema, compression="zstd") as out:
        for batch in batches:
            out.write_table(pa.Table.from_batches([batch]).cast(schema))
            rows += batch.num_rows
    flush_file(folder)
    return rows


def _select_changes(comparer: Comparer, diff: ReleaseDiff) -> Iterator[str]:
    yield f"SELECT '', '', '', {_NOTHING} WHERE false"
    for name, changes in diff.tables.items():
        old, new = (side.manifest["tables"].get(name) for side in (comparer.before, comparer.after))
        if old is None or new is None:
            side, change = ("after", "added") if old is None else ("before", "removed")
            yield _select_whole(name, side, change, (old or new or {})["key"])
            continue
        if changes.added or changes.removed or changes.changed:
            yield from _select_rows(comparer, name, old, new)
    if diff.ids.merged or diff.ids.split or diff.ids.broken:
        yield from _select_moves()


def _select_whole(name: str, side: str, change: str, key: list[str]) -> str:
    row = _name_row(name, "whole", key)
    return f"SELECT {row}, {quote_text(change)}, {_NOTHING} FROM {side}.{quote_name(name)} AS whole"


def _select_rows(comparer: Comparer, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    row = _name_row(name, "moved", new["key"])
    source = comparer.join_moves(name)
    moves = quote_name(f"moves_{name}")
    yield f"SELECT {row}, change, {_NOTHING} FROM {moves} AS moved WHERE change <> 'changed'"
    types = {column["name"]: column["type"] for column in new["columns"]}
    values = ", ".join(
        f"{{'field': {quote_text(column)}, 'old': {_show('old', column, types)}, 'new': {_show('new', column, types)}}}"
        for column in list_shared_fields(old, new)
    )
    if values:
        differing = f"list_filter([{values}], lambda one: one.old IS DISTINCT FROM one.new)"
        yield (
            f"SELECT table_name, row_key, 'changed', one.field, one.old, one.new FROM ("
            f"SELECT {row}, unnest({differing}) AS one FROM {source} WHERE change = 'changed')"
        )


def _select_moves() -> Iterator[str]:
    row = "'papers' AS table_name, json_array(old_id)::VARCHAR AS row_key"
    for change, grouped in (("merged", "new_id"), ("split", "old_id")):
        counted = "old_id" if change == "merged" else "new_id"
        moved = (
            f"SELECT {grouped} FROM id_pairs WHERE new_id IS NOT NULL GROUP BY {grouped} "
            f"HAVING count(DISTINCT {counted}) > 1"
        )
        yield (
            f"SELECT DISTINCT {row}, '{change}', NULL::VARCHAR, old_id, new_id FROM id_pairs "
            f"WHERE new_id IS NOT NULL AND {grouped} IN ({moved})"
        )
    yield (
        "SELECT 'aliases', json_array(alias_id)::VARCHAR, 'unresolved', NULL::VARCHAR, old_id, NULL::VARCHAR "
        "FROM id_pairs WHERE new_id IS NULL AND has_dump"
    )


def _name_row(table: str, alias: str, key: Iterable[str]) -> str:
    values = ", ".join(f"{alias}.{quote_name(column)}" for column in key)
    return f"{quote_text(table)} AS table_name, json_array({values})::VARCHAR AS row_key"


def _show(side: str, column: str, types: Mapping[str, str]) -> str:
    value = f"{side}.{quote_name(column)}"
    return f"to_json({value})::VARCHAR" if types[column].startswith("list") else f"{value}::VARCHAR"
