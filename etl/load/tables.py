"""Tables as Parquet: written in published form, read back by name.

A table is a folder of files ``part-00000.parquet``, ``part-00001.parquet`` ...: each sorted by the table's key, the
files in key order, the schema with descriptions and units in every footer. The same rows give the same bytes as long
as polars and pyarrow stay the same.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow.parquet as pq

from etl.errors import PaperhouseError, shorten_error
from etl.load.duckdb_names import escape_pattern, quote_name, quote_text
from etl.load.files import create_file, flush_file
from schemas import TABLES
from schemas.arrow import arrow_schema
from schemas.columns import list_columns, list_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

MAX_PARTITIONS: Final = 1 << 16

_ROW_GROUP_ROWS: Final = 122_880
"""DuckDB reads row groups in parallel, in vectors of 2,048 rows; this is its own default."""
_ROW_GROUP_BYTES: Final = 64 << 20
ID_UNIT: Final = "32 hex digits"


class TableMismatchError(PaperhouseError):
    """Rows do not have the form the contract gives their table."""

    def __init__(self, table: str, problem: str) -> None:
        """Name the table and say what is wrong with its rows."""
        self.what = f"table {table}: {problem}"
        super().__init__(f"{self.what}; the table's form stands in schemas/")


class TableMissingError(PaperhouseError):
    """A table has no files where it should have some."""

    def __init__(self, folder: Path) -> None:
        """Name the folder."""
        super().__init__(f"{folder} holds no Parquet files: the step that writes this table has not run; build again")


def write_table(rows: pl.DataFrame, table: str, folder: Path, *, partitions: int = 1) -> None:
    """Write all rows of a table, or a range of its keys, to ``folder/table`` in published form.

    ``partitions`` is a power of two: rows go to files by the first bits of their leading id, so that a file is a range
    of keys, and who writes a table range by range writes each file once; a table that is keyed by text is always one
    file. No rows make one empty file with the full schema.

    Columns in:  those of the table, in any order and any integer width that holds the values; rows in any order.
    Errors:      a column too many or too few, a type that cannot be cast without loss, a null where the contract has
                 none, or two rows with one key raise ``TableMismatchError``; an existing file ``FileExistsError``.
    """
    published = sort_rows(conform_rows(rows, table), table)
    target = folder / table
    target.mkdir(parents=True, exist_ok=True)
    for number, part in _split_rows(published, table, partitions):
        _write_file(part, arrow_schema(TABLES[table]), target / name_part(number))
    flush_file(target)
    flush_file(folder)


def list_files(folder: Path) -> list[Path]:
    """List a table's files in key order.

    Errors: a folder that is missing or holds no Parquet file raises ``TableMissingError``.
    """
    files = sorted(path for path in folder.iterdir() if path.suffix == ".parquet") if folder.is_dir() else []
    if not files:
        raise TableMissingError(folder)
    return files


def scan_table(folder: Path, table: str) -> pl.LazyFrame:
    """Open the table in ``folder/table`` lazily, rows in key order; ``TableMissingError`` where there is none."""
    return scan_files(list_files(folder / table))


def read_table(folder: Path, table: str) -> pl.DataFrame:
    """Read the table in ``folder/table``, rows in key order; ``TableMissingError`` where there is none."""
    return scan_table(folder, table).collect()


def scan_files(files: Sequence[Path]) -> pl.LazyFrame:
    """Open Parquet files as one frame, by their very names: no part of a path is a pattern or a partition."""
    return pl.scan_parquet([str(file) for file in files], glob=False, hive_partitioning=False)


def select_table(table: str, files: Iterable[Path]) -> str:
    """Write the query that reads a table from its files.

    Folder names such as ``day=1`` must not become columns, so the columns are named and Hive's partitions are off.
    """
    return select_columns([column.name for column in list_columns(TABLES[table])], files)


def select_columns(columns: Iterable[str], files: Iterable[Path]) -> str:
    """Write the query that reads some columns from files, of whatever contract version."""
    names = ", ".join(map(quote_name, columns))
    paths = ", ".join(quote_text(escape_pattern(file)) for file in files)
    return f"SELECT {names} FROM read_parquet([{paths}], hive_partitioning = false)"  # noqa: S608 - all names are quoted


def conform_rows(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Give rows the columns, order and types of their table, without changing a value.

    Errors: what cannot be done without loss raises ``TableMismatchError``.
    """
    columns = list_columns(TABLES[table])
    wrong = set(rows.columns) ^ {column.name for column in columns}
    if wrong:
        raise TableMismatchError(table, f"these columns are missing or too many: {', '.join(sorted(wrong))}")
    for column in columns:
        dtype = rows.schema[column.name]
        if dtype != column.dtype and not _can_cast(dtype, column.dtype):
            raise TableMismatchError(table, f"column {column.name} is {dtype}, not {column.dtype}")
    try:
        published = rows.select(pl.col(column.name).cast(column.dtype) for column in columns)
    except pl.exceptions.InvalidOperationError as error:
        raise TableMismatchError(table, f"a value does not fit its column ({shorten_error(error)})") from error
    for column in columns:
        if not column.nullable and published[column.name].null_count():
            raise TableMismatchError(table, f"column {column.name} has a null, but must not have any")
        if column.dtype == pl.List(pl.String) and published[column.name].explode(empty_as_null=False).null_count():
            raise TableMismatchError(table, f"column {column.name} has a list with a null in it")
    return published


def sort_rows(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    """Sort rows by their table's key, nulls first; two rows with one key raise ``TableMismatchError``."""
    key = list_key(TABLES[table])
    ordered = rows.sort(key, nulls_last=False)
    repeated = find_disorder(ordered, table)
    if repeated is not None:
        raise TableMismatchError(table, f"two rows have the key {repeated}")
    return ordered


def find_disorder(rows: pl.DataFrame, table: str) -> tuple[object, ...] | None:
    """Find the first row whose key is not greater than the key before it; None where the order is strict."""
    key = list_key(TABLES[table])
    follows = pl.lit(value=False)
    for name in reversed(key):
        value, before = pl.col(name), pl.col(name).shift()
        is_greater = (value > before).fill_null(before.is_null() & value.is_not_null())
        follows = is_greater | (value.eq_missing(before) & follows)
    ordered = rows.select(key).with_columns(follows.alias("follows")).slice(1)
    broken = ordered.filter(~pl.col("follows")).drop("follows").head(1)
    return broken.row(0) if broken.height else None


def has_id_key(table: str) -> bool:
    """Tell whether a table's key begins with an id, so that its first digits part the table into ranges of keys."""
    key = list_key(TABLES[table])[0]
    return next(column.unit for column in list_columns(TABLES[table]) if column.name == key) == ID_UNIT


def read_key_range(table: str, file: Path) -> tuple[str, str] | None:
    """Read the first and the last leading id of a table's file from its statistics; None if it has no row.

    Errors: a file without these statistics, or of another schema, raises ``TableMismatchError``.
    """
    metadata = pq.read_metadata(file)
    if not metadata.num_rows:
        return None
    columns = [metadata.row_group(number).column(0) for number in (0, metadata.num_row_groups - 1)]
    found = [one.statistics for one in columns if one.path_in_schema == list_key(TABLES[table])[0]]
    if len(found) != len(columns) or not all(one is not None and one.has_min_max for one in found):
        raise TableMismatchError(table, f"{file.name} does not say which keys are in it")
    return found[0].min, found[-1].max


def count_nulls(files: Iterable[Path]) -> dict[str, int]:
    """Count the nulls of a table's flat columns by the statistics in its files, which costs next to nothing."""
    nulls: Counter[str] = Counter()
    for metadata in map(pq.read_metadata, files):
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            for column in map(group.column, range(group.num_columns)):
                if column.statistics is not None and column.statistics.has_null_count:
                    nulls[column.path_in_schema] += column.statistics.null_count
    return dict(nulls)


def number_part(table: str, partitions: int) -> pl.Expr:
    """Say which of so many parts, a power of two up to 65,536, a row belongs to: the first bits of its leading id.

    >>> pl.DataFrame({"paper_id": ["00ff", "7fff", "8000"]}).select(number_part("papers", 4)).to_series().to_list()
    [0, 1, 2]
    """
    leading = pl.col(list_key(TABLES[table])[0])
    return leading.str.slice(0, 4).str.to_integer(base=16, dtype=pl.UInt32) // (MAX_PARTITIONS // partitions)


def name_part(number: int) -> str:
    """Name a part's file.

    >>> name_part(7)
    'part-00007.parquet'
    """
    return f"part-{number:05d}.parquet"


def _can_cast(given: pl.DataType, wanted: pl.DataType) -> bool:
    """Tell whether a cast keeps every value or fails: integers may be too big, a boolean is no number."""
    if given == pl.Null:
        return True
    if wanted == pl.List(pl.String):
        return given == pl.List(pl.Null)
    if wanted == pl.String:
        return given in (pl.Categorical, pl.Enum)
    return given.is_integer() and wanted.is_integer()


def _split_rows(rows: pl.DataFrame, table: str, partitions: int) -> Iterator[tuple[int, pl.DataFrame]]:
    if not 1 <= partitions <= MAX_PARTITIONS or partitions & (partitions - 1):
        message = f"partitions must be a power of two up to {MAX_PARTITIONS}, not {partitions}"
        raise ValueError(message)
    if partitions == 1 or rows.is_empty() or not has_id_key(table):
        yield 0, rows
        return
    runs = rows.select(number_part(table, partitions).rle().alias("run")).unnest("run")
    start = 0
    for length, partition in runs.iter_rows():
        yield partition, rows.slice(start, length)
        start += length


def _write_file(rows: pl.DataFrame, schema: pa.Schema, path: Path) -> None:
    group_rows = _choose_group_rows(rows)
    with (
        create_file(path) as file,
        pq.ParquetWriter(file, schema, compression="zstd", compression_level=1, write_statistics=True) as writer,
    ):
        for group in rows.iter_slices(group_rows):
            writer.write_table(group.to_arrow().cast(schema), row_group_size=group_rows)
    written = pq.read_metadata(path).num_rows
    if written != rows.height:
        message = f"{path} was written with {written} rows instead of {rows.height}: the disk may be faulty"
        raise PaperhouseError(message)


def _choose_group_rows(rows: pl.DataFrame) -> int:
    """Choose a row group's length from the text it holds, which is nearly all of a row."""
    texts = rows.select(pl.col(pl.String).str.len_bytes().sum().fill_null(0))
    text_bytes = sum(texts.row(0)) if texts.width else 0
    return _ROW_GROUP_ROWS if text_bytes <= _ROW_GROUP_BYTES else max(1, rows.height * _ROW_GROUP_BYTES // text_bytes)
