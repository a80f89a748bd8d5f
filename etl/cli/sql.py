"""``paperhouse sql``: a question to a release, and the answer in five formats."""

from __future__ import annotations

import enum
import re
import resource
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from etl.cli.options import ReleaseOption, WarehouseOption, show_examples

EXAMPLES: Final = show_examples(
    'paperhouse sql "SELECT title, published_on FROM papers ORDER BY published_on DESC LIMIT 10"',
    'paperhouse sql "FROM daily" --format csv',
    'paperhouse sql "FROM papers" --output papers.parquet',
    'paperhouse sql "FROM papers" --output papers.csv --spreadsheet',
    "paperhouse sql - --format markdown < question.sql",
)


DEFAULT_TIMEOUT: Final = 600.0
DEFAULT_MEMORY: Final = 2048


class Format(enum.StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    MARKDOWN = "markdown"


_SUFFIXES: Final = {
    ".csv": Format.CSV,
    ".json": Format.JSON,
    ".parquet": Format.PARQUET,
    ".md": Format.MARKDOWN,
    ".txt": Format.TABLE,
}


def sql(  # noqa: PLR0913 - one argument for each option
    *,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT in DuckDB's SQL; - reads it from stdin.")],
    form: Annotated[
        Format | None,
        typer.Option(
            "--format", "-f", help="How to write the answer; without it as the output's name ends, else a table."
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write to this file, which is replaced, instead of stdout."
        ),
    ] = None,
    spreadsheet: Annotated[
        bool,
        typer.Option(
            "--spreadsheet", help="In CSV, put an apostrophe before text that a spreadsheet would take for a formula."
        ),
    ] = False,
    timeout: Annotated[
        float, typer.Option(metavar="SECONDS", min=0.001, help="Stop a query that takes longer.")
    ] = DEFAULT_TIMEOUT,
    memory: Annotated[
        int, typer.Option(metavar="MIB", min=64, help="Stop a query that needs more memory, in MiB.")
    ] = DEFAULT_MEMORY,
    warehouse: WarehouseOption = None,
    release: ReleaseOption = "current",
) -> None:
    """Answer a question in SQL from a release.

    The query sees the release's tables and views and nothing else; it can change nothing.
    After 'paperhouse search --build' it also sees the macro search_papers.
    See 'paperhouse describe' for what there is.
    """
    chosen = choose_format(form, output)
    if chosen is Format.PARQUET and output is None and sys.stdout.isatty():
        message = "Parquet is not for a terminal: add --output FILE, or send it to another program"
        raise typer.BadParameter(message, param_hint="--format")
    try:
        text = sys.stdin.buffer.read().decode() if query == "-" else query
    except UnicodeDecodeError:
        message = "what came on stdin is not UTF-8"
        raise typer.BadParameter(message, param_hint="QUERY") from None

    from etl.cli.answers import write_answer  # noqa: PLC0415 - --help must not wait for duckdb
    from etl.cli.outputs import open_output  # noqa: PLC0415
    from etl.load.query import Extension, stream_select  # noqa: PLC0415
    from etl.load.reader import open_release  # noqa: PLC0415
    from etl.load.warehouse import find_warehouse  # noqa: PLC0415
    from etl.search.index import find_index  # noqa: PLC0415

    house = find_warehouse(warehouse)
    opened = open_release(house, release=release)
    index = find_index(house, opened)
    extension = Extension(index.catalog, index.files) if index else None
    limit_memory(memory)
    question = stream_select(opened, text, memory_limit=f"{memory}MiB", timeout=timeout, extension=extension)
    with question as batches, open_output(output) as answer:
        write_answer(batches, "spreadsheet" if spreadsheet and chosen is Format.CSV else chosen.value, answer)


def limit_memory(query_mib: int) -> None:
    """Have the system refuse this process memory beyond twice what a query may use.

    DuckDB counts most of a query's memory, but not all: a single text may have up to 4 GiB uncounted. The rest is for
    the rows of the answer.
    """
    status = Path("/proc/self/status")
    if not status.is_file():
        return
    used = re.search(r"^VmData:\s+([0-9]+) kB$", status.read_text(encoding="ascii"), re.MULTILINE)
    if used:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = (int(used[1]) << 10) + (2 * query_mib << 20)
        resource.setrlimit(
            resource.RLIMIT_DATA, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
        )


def choose_format(form: Format | None, output: Path | None) -> Format:
    """Choose the format that was asked for, or the one that the output's name means.

    Errors: ``typer.BadParameter`` if the name means none.

    >>> choose_format(None, Path("a.CSV")), choose_format(None, None)
    (<Format.CSV: 'csv'>, <Format.TABLE: 'table'>)
    """
    if form is not None or output is None:
        return form or Format.TABLE
    suffix = output.suffix.lower()
    if suffix not in _SUFFIXES:
        message = f"the name {output.name!r} says no format: add --format ({', '.join(Format)})"
        raise typer.BadParameter(message, param_hint="--output")
    return _SUFFIXES[suffix]
