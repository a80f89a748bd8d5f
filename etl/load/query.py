"""SQL that others wrote, over one release and nothing else.

DuckDB's ``read_only`` would still let a query read any file and ``COPY`` write some. Here a session sees the release's
Parquet files alone, its settings are locked, memory is limited, nothing spills to disk, and only a SELECT is run.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import duckdb
import pyarrow as pa

from etl.errors import PaperhouseError, join_message
from etl.load.catalog import require_usable_catalog
from etl.load.duckdb_names import escape_pattern, quote_text
from etl.load.manifest import list_release_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from etl.load.reader import Release

_SESSION: Final = {
    "allow_community_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
_READING_NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_HIDING_FUNCTIONS: Final = frozenset({"query", "json_execute_serialized_sql"})
"""They run a query given as text, which could be one that the check of this one never saw."""

_EXPLAIN: Final = re.compile(r"\s*explain\s+(?:analyze\s+)?(?:\(\s*(?:analyze|format)\b[^()]*\)\s*)?", re.IGNORECASE)
_BATCH_ROWS: Final = 65_536
_INTERRUPT_AGAIN: Final = 0.05
"""Seconds."""


class QueryRefusedError(PaperhouseError):
    """The text is not one statement that only reads."""

    def __init__(self, reason: str) -> None:
        """Say what it is instead."""
        super().__init__(
            "only one statement that reads is run here (SELECT, FROM, WITH, VALUES, DESCRIBE, SUMMARIZE, SHOW or "
            f"EXPLAIN): {reason}"
        )


class QueryFailedError(PaperhouseError):
    """DuckDB could not run the query."""

    def __init__(self, error: Exception) -> None:
        """Give DuckDB's message without its excerpt of the query and its advice on settings."""
        super().__init__(join_message(error))


class QueryTimeoutError(PaperhouseError):
    """The query took longer than it may."""

    def __init__(self, timeout: float) -> None:
        """Name the limit."""
        super().__init__(
            f"the query was stopped after {timeout:g} s: narrow it with WHERE or LIMIT, or allow more time"
        )


class Extension(NamedTuple):
    """A DuckDB file to ask instead of the release's own, and the files that its further views read."""

    catalog: Path
    files: Sequence[Path]


def run_select(
    release: Release,
    sql: str,
    *,
    memory_limit: str = "2GB",
    timeout: float | None = None,
    extension: Extension | None = None,
) -> pa.Table:
    """Run one SELECT over a release and give its rows as an Arrow table.

    Errors: as for :func:`stream_select`.
    """
    with stream_select(release, sql, memory_limit=memory_limit, timeout=timeout, extension=extension) as batches:
        return batches.read_all()


@contextlib.contextmanager
def stream_select(
    release: Release,
    sql: str,
    *,
    memory_limit: str = "2GB",
    timeout: float | None = None,
    extension: Extension | None = None,
) -> Iterator[pa.RecordBatchReader]:
    """Run one SELECT over a release; its rows can be read batch by batch while the block runs.

    ``memory_limit`` is DuckDB's, e.g. ``500MB``; ``timeout`` is in seconds, from here to the last row.
    With an ``extension`` the query sees more than the release.

    Errors: text that is not one reading statement raises ``QueryRefusedError``; what DuckDB refuses or cannot do
            raises ``QueryFailedError`` with its message, here or while rows are read; ``QueryTimeoutError`` after the
            time is over.
    """
    with contextlib.closing(open_session(release, memory_limit, extension)) as connection:
        is_over, is_done = threading.Event(), threading.Event()

        def stop() -> None:
            is_over.set()
            connection.interrupt()
            while not is_done.wait(_INTERRUPT_AGAIN):  # one that comes between two steps of DuckDB is lost
                connection.interrupt()

        timer = threading.Timer(timeout or 0, stop)
        timer.daemon = True
        if timeout is not None:
            timer.start()
        try:
            with _explain_failure(is_over, timeout):
                batches = connection.sql(check_select(connection, sql)).to_arrow_reader(_BATCH_ROWS)
            yield pa.RecordBatchReader.from_batches(batches.schema, _read(batches, is_over, timeout))
        finally:
            is_done.set()
            timer.cancel()
            if timeout is not None:
                timer.join()


def check_select(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Make sure that a text is one statement that only reads, and give it without comments around it.

    A statement inside ``WITH`` can write, too, so its parsed form is looked through to the bottom.

    Errors: ``QueryRefusedError``; text that is no SQL raises ``duckdb.ParserException``.
    """
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        reason = f"there are {len(statements)}" if statements else "there is none"
        raise QueryRefusedError(reason)
    statement = statements[0]
    kind = statement.type.name
    if kind == "EXPLAIN":
        explained = _EXPLAIN.match(statement.query)
        check_select(connection, statement.query[explained.end() :] if explained else "")
    elif kind != "SELECT":
        reason = f"this is {'PIVOT without IN' if kind == 'MULTI' else kind}"
        raise QueryRefusedError(reason)
    else:
        _check_nodes(connection, statement.query)
    return str(statement.query)


def open_session(release: Release, memory_limit: str, extension: Extension | None = None) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB session in which nothing but the release and its extension can be read, and nothing be changed.

    Errors: ``CatalogUnusableError``.
    """
    require_usable_catalog(release.path)
    catalog, more = extension or (release.catalog, ())
    connection = duckdb.connect(config={**_SESSION, "memory_limit": memory_limit})
    connection.execute(f"ATTACH {quote_text(str(catalog))} AS paperhouse (READ_ONLY)")
    connection.execute("USE paperhouse")
    files = [file for paths in list_release_files(release.manifest, release.path).values() for file in paths]
    files += more
    # A name that has a pattern's signs is checked twice, as a pattern and as the file it finds.
    allowed = sorted({spelled for file in files for spelled in (str(file), escape_pattern(file))})
    connection.execute(f"SET allowed_paths = [{', '.join(map(quote_text, allowed))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _check_nodes(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    ((parsed_text,),) = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchall()
    try:
        parsed = json.loads(parsed_text)
    except RecursionError:
        reason = "this one is nested too deeply to be taken apart"
        raise QueryRefusedError(reason) from None
    if parsed.get("error") is not False:
        reason = f"DuckDB cannot take this one apart ({parsed.get('error_message')})"
        raise QueryRefusedError(reason)
    pending: list[Any] = [parsed]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            _check_node(str(part.get("type", "")), str(part.get("function_name", "")).lower())
            pending.extend(part.values())
        elif isinstance(part, list):
            pending.extend(part)


def _check_node(kind: str, function: str) -> None:
    if kind.endswith("_NODE") and kind not in _READING_NODES:
        reason = f"this one has a part that writes ({kind.removesuffix('_NODE').removesuffix('_QUERY')})"
        raise QueryRefusedError(reason)
    if function in _HIDING_FUNCTIONS:
        reason = f"{function}() could hide another one"
        raise QueryRefusedError(reason)


def _read(batches: pa.RecordBatchReader, is_over: threading.Event, timeout: float | None) -> Iterator[pa.RecordBatch]:
    with _explain_failure(is_over, timeout):
        yield from batches


@contextlib.contextmanager
def _explain_failure(is_over: threading.Event, timeout: float | None) -> Iterator[None]:
    try:
        yield
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        if is_over.is_set() and timeout is not None:
            raise QueryTimeoutError(timeout) from error
        raise QueryFailedError(error) from error
