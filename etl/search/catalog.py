"""The DuckDB file of a search index: all that a release's own one has, the index, and the macros that ask it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

import duckdb

from etl.load.catalog import STORAGE_VERSION, add_sql_files, fill_catalog
from etl.load.duckdb_names import escape_pattern, quote_text
from etl.load.files import flush_file
from etl.load.manifest import list_release_files
from etl.load.sql_files import list_search_files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from etl.load.reader import Release

SEARCH_NAME: Final = "search.duckdb"


_UNFINISHED: Final = f".{SEARCH_NAME}.new"


def write_tables(connection: duckdb.DuckDBPyConnection, folder: Path, queries: Mapping[str, str]) -> None:
    """Begin the DuckDB file with what is no part of a segment, as tables of its own: they open faster than Parquet."""
    connection.execute(
        f"ATTACH {quote_text(str(folder / _UNFINISHED))} AS catalog (STORAGE_VERSION '{STORAGE_VERSION}')"
    )
    for name, query in queries.items():
        connection.execute(f"CREATE TABLE catalog.search_{name} AS {query}")
    connection.execute("DETACH catalog")


def finish_catalog(release: Release, folder: Path, files: Mapping[str, Sequence[Path]]) -> None:
    """Add the release's tables, the segments' files by kind, and the macros; then the DuckDB file gets its name."""
    with contextlib.closing(duckdb.connect()) as connection:
        connection.execute(f"ATTACH {quote_text(str(folder / _UNFINISHED))} AS catalog")
        connection.execute("USE catalog")
        fill_catalog(connection, list_release_files(release.manifest, release.path))
        for kind, paths in files.items():
            connection.execute(f"CREATE VIEW search_{kind} AS FROM {read_parquet(paths)}")
        add_sql_files(connection, list_search_files())
        connection.execute("USE memory")
        connection.execute("DETACH catalog")
    flush_file(folder / _UNFINISHED)
    (folder / _UNFINISHED).replace(folder / SEARCH_NAME)
    flush_file(folder)


def read_parquet(files: Sequence[Path]) -> str:
    """Write the SQL that reads Parquet files as one table."""
    return f"read_parquet([{', '.join(quote_text(escape_pattern(file)) for file in files)}], hive_partitioning = false)"
