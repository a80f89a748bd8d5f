"""``paperhouse.duckdb``: the release as a DuckDB file of views, with a comment on every view, column and macro.

It holds no rows. Its views name the release's own Parquet files by absolute paths, so they work from any folder and
always show this release; a copied or moved release needs its catalog built anew.
"""

from __future__ import annotations

import contextlib
import inspect
from typing import TYPE_CHECKING, Final

import duckdb

from etl.errors import PaperhouseError, shorten_error
from etl.load.duckdb_names import escape_pattern, quote_name, quote_text
from etl.load.files import flush_file
from etl.load.manifest import list_release_files, read_manifest
from etl.load.sql_files import SqlCommentError, list_sql_files, sql_folder
from etl.load.tables import select_table
from schemas import TABLES
from schemas.columns import list_columns
from schemas.dictionary import escape_markdown, quote_code, render_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from etl.load.sql_files import SqlFile
    from schemas.columns import Column

CATALOG_NAME: Final = "paperhouse.duckdb"
STORAGE_VERSION: Final = "v1.0.0"
"""The oldest form DuckDB writes that has table macros and comments: older clients can open the file."""

_UNFINISHED_NAME: Final = ".paperhouse.duckdb.new"


class CatalogUnusableError(PaperhouseError):
    """A release's DuckDB file does not show its tables: it is missing or damaged, or the release was moved."""

    def __init__(self, release_folder: Path, problem: str) -> None:
        """Name the release and what keeps the file from showing it."""
        super().__init__(
            f"the DuckDB file of {release_folder} cannot be used ({problem}): after a move or copy of the folder, "
            f"'paperhouse export {release_folder} --in-place' makes it anew; otherwise see 'paperhouse verify'"
        )


def build_catalog(release_folder: Path) -> None:
    """Build the release's DuckDB file anew; it takes its name when it is finished and on the disk.

    Errors: a table's file that is missing raises ``duckdb.Error``; SQL whose comment names other columns than it has
            raises ``SqlCommentError``.
    """
    unfinished = release_folder / _UNFINISHED_NAME
    for leftover in (unfinished, unfinished.with_name(f"{_UNFINISHED_NAME}.wal")):
        leftover.unlink(missing_ok=True)
    files = list_release_files(read_manifest(release_folder), release_folder)
    with contextlib.closing(duckdb.connect()) as connection:
        connection.execute(f"ATTACH {quote_text(str(unfinished))} AS catalog (STORAGE_VERSION '{STORAGE_VERSION}')")
        connection.execute("USE catalog")
        connection.execute("BEGIN")
        fill_catalog(connection, files)
        connection.execute("COMMIT")
        connection.execute("USE memory")
        connection.execute("DETACH catalog")
    flush_file(unfinished)
    unfinished.replace(release_folder / CATALOG_NAME)
    flush_file(release_folder)


def fill_catalog(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Iterable[Path]]) -> None:
    """Create the views of the tables, and all views and macros of ``warehouse/``, in the attached ``catalog``."""
    create_table_views(connection, files)
    add_sql_files(connection, list_sql_files())


def is_catalog_usable(release_folder: Path) -> bool:
    """Tell whether the release has a DuckDB file whose views name the release's files where they lie now."""
    return not find_misplaced_views(release_folder)


def require_usable_catalog(release_folder: Path) -> None:
    """Make sure of that, since views with the paths of before a move would read another release's files."""
    problems = find_misplaced_views(release_folder)
    if problems:
        raise CatalogUnusableError(release_folder, problems[0])


def find_misplaced_views(release_folder: Path) -> list[str]:
    """Find what keeps the DuckDB file from showing the release's tables: nothing where all views name its own files."""
    path = release_folder / CATALOG_NAME
    if not path.is_file():
        return [f"{CATALOG_NAME} is missing"]
    try:
        with open_catalog(path) as connection:
            views = dict(
                connection.execute(
                    "SELECT view_name, sql FROM duckdb_views() WHERE database_name = 'catalog' AND NOT internal"
                ).fetchall()
            )
    except duckdb.Error as error:
        return [f"{CATALOG_NAME} cannot be opened ({shorten_error(error)})"]
    files = list_release_files(read_manifest(release_folder), release_folder)
    return [
        f"view {table} reads other files than those of this folder" if table in views else f"view {table} is missing"
        for table, paths in files.items()
        if not all(quote_text(escape_pattern(file)) in views.get(table, "") for file in paths)
    ]


@contextlib.contextmanager
def open_catalog(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file for reading, as the database ``catalog`` of a session of its own."""
    with contextlib.closing(duckdb.connect()) as connection:
        connection.execute(f"ATTACH {quote_text(str(path))} AS catalog (READ_ONLY)")
        connection.execute("USE catalog")
        yield connection


def create_table_views(connection: duckdb.DuckDBPyConnection, files: Mapping[str, Iterable[Path]]) -> None:
    """Create one view per table over its files, with comments from the models."""
    for table, paths in files.items():
        connection.execute(f"CREATE VIEW {quote_name(table)} AS {select_table(table, paths)}")
        columns = {column.name: _describe_column(column) for column in list_columns(TABLES[table])}
        _comment_view(connection, table, inspect.getdoc(TABLES[table]) or "", columns)


def render_views() -> str:
    """Render the views and macros as Markdown, for the dictionary of a release and for the docs."""
    return f"# Views and macros of {CATALOG_NAME}\n\n{render_sql_files(list_sql_files())}"


def render_sql_files(sql_files: Iterable[SqlFile]) -> str:
    """Render views and macros as Markdown, a section each."""
    return "\n".join(map(_render_sql_file, sql_files))


def add_sql_files(connection: duckdb.DuckDBPyConnection, sql_files: Sequence[SqlFile]) -> None:
    """Create views and macros, with their comments, in the attached ``catalog``."""
    for sql_file in sql_files:
        connection.execute(sql_file.text)
    # Asked for once: DuckDB plans a view anew for every question about its columns.
    columns = connection.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
        "WHERE database_name = 'catalog' GROUP BY table_name"
    ).fetchall()
    kinds = connection.execute(
        "SELECT function_name, function_type FROM duckdb_functions() WHERE database_name = 'catalog'"
    ).fetchall()
    names, macros = dict(columns), dict(kinds)
    for sql_file in sql_files:
        if sql_file.is_macro:
            macro = "MACRO TABLE" if macros[sql_file.name] == "table_macro" else "MACRO"
            connection.execute(f"COMMENT ON {macro} {quote_name(sql_file.name)} IS {quote_text(sql_file.description)}")
        else:
            described = _describe_columns(sql_file, names[sql_file.name])
            _comment_view(connection, sql_file.name, sql_file.description, described)


def _describe_columns(sql_file: SqlFile, names: Sequence[str]) -> dict[str, str]:
    """Describe each column the view really has; a comment must speak of all of them and of no other."""
    inherited = list_columns(TABLES[sql_file.columns_as_in]) if sql_file.columns_as_in else []
    known = {column.name: _describe_column(column) for column in inherited} | sql_file.columns
    wrong = (set(names) - set(known)) | (set(sql_file.columns) - set(names))
    if wrong:
        path = sql_folder() / "views" / f"{sql_file.name}.sql"
        raise SqlCommentError(path, f"columns without words, or words without column: {', '.join(sorted(wrong))}")
    return {name: known[name] for name in names}


def _describe_column(column: Column) -> str:
    return f"{column.description} Unit: {column.unit}." if column.unit else column.description


def _comment_view(
    connection: duckdb.DuckDBPyConnection, view: str, description: str, columns: Mapping[str, str]
) -> None:
    name = quote_name(view)
    connection.execute(f"COMMENT ON VIEW {name} IS {quote_text(description)}")
    for column, text in columns.items():
        connection.execute(f"COMMENT ON COLUMN {name}.{quote_name(column)} IS {quote_text(text)}")


def _render_sql_file(sql_file: SqlFile) -> str:
    kind = "Macro" if sql_file.is_macro else "View"
    lines = [f"## {sql_file.name}", "", f"{kind}. {escape_markdown(sql_file.description)}", ""]
    if sql_file.columns_as_in:
        lines += [f"Columns that are not listed here are those of {quote_code(sql_file.columns_as_in)}.", ""]
    if sql_file.columns:
        rows = [[quote_code(name), escape_markdown(text)] for name, text in sql_file.columns.items()]
        lines += [render_rows(["column", "description"], rows), ""]
    return "\n".join([*lines, "```sql", sql_file.example, "```", ""])
