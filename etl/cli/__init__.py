"""The command ``paperhouse``.

Each command is a module that says what it takes and what it prints; what it does is a call into ``etl``. The imports
that cost time (polars, duckdb, rich) stand inside the commands, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from typing import Annotated, Final

import typer

from etl.cli import (
    build,
    describe,
    diff,
    digest,
    explain,
    releases,
    report,
    sample,
    search,
    sql,
    ui,
    upkeep,
    verify,
)
from etl.cli.endings import Program, stop_on_signals
from etl.runners import MEMORY_VARIABLES
from etl.version import PACKAGE_VERSION, PARSER_VERSION

app: Final = typer.Typer(
    name="paperhouse",
    cls=Program,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)

app.command(epilog=build.EXAMPLES)(build.build)
app.command(epilog=sql.EXAMPLES)(sql.sql)
app.command(epilog=search.EXAMPLES)(search.search)
app.command(epilog=describe.EXAMPLES)(describe.describe)
app.add_typer(explain.app, name="explain")
app.command("near-misses", epilog=explain.NEAR_MISSES_EXAMPLES)(explain.near_misses)
app.command(epilog=digest.EXAMPLES)(digest.digest)
app.command(epilog=report.EXAMPLES)(report.report)
app.command(epilog=releases.EXAMPLES)(releases.releases)
app.command(epilog=diff.EXAMPLES)(diff.diff)
app.command(epilog=verify.EXAMPLES)(verify.verify)
app.command(epilog=upkeep.ROLLBACK_EXAMPLES)(upkeep.rollback)
app.command(epilog=upkeep.FETCH_EXAMPLES)(upkeep.fetch)
app.command(epilog=upkeep.EXPORT_EXAMPLES)(upkeep.export)
app.command(epilog=upkeep.GC_EXAMPLES)(upkeep.gc)
app.command(epilog=sample.EXAMPLES)(sample.sample)
app.command(epilog=ui.EXAMPLES)(ui.ui)


def _show_version(is_asked: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if is_asked:
        typer.echo(f"paperhouse {PACKAGE_VERSION} (parser {PARSER_VERSION})")
        raise typer.Exit


@app.callback()
def describe_program(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Raw text dumps of paper listings in; a clean, deduplicated, fully traceable dataset of papers out.

    Exit codes: 0 done, 1 refused or failed, 2 misuse, 130 or 143 stopped.
    """


def main() -> None:
    """Run the command line and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal that is no UTF-8 shows an escape sequence instead of ending the command.
            stream.reconfigure(errors="backslashreplace")
    for name, value in MEMORY_VARIABLES.items():
        os.environ.setdefault(name, value)
    stop_on_signals()
    app(prog_name="paperhouse")
