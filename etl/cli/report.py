"""``paperhouse report``: a release to look at, in a browser."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations when the program starts
from typing import Annotated, Final

import typer

from etl.cli.options import ReleaseOption, WarehouseOption, show_examples
from etl.cli.terminal import write_text
from etl.escape import escape_text

EXAMPLES: Final = show_examples("paperhouse report", "paperhouse report --output report.html")


def report(
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Render the report anew into this file, which is replaced."
        ),
    ] = None,
    warehouse: WarehouseOption = None,
    release: ReleaseOption = "current",
) -> None:
    """Say where the report of a release is, or write it to a file.

    The report is one page for a browser, which fetches nothing: what came in and what became of it, the newest and
    the most discussed papers, how good the data is, what is in quarantine, the contract, and how to query it.
    """
    from etl.cli.outputs import open_output  # noqa: PLC0415 - --help must not wait for duckdb and matplotlib
    from etl.load.reader import open_release  # noqa: PLC0415
    from etl.stages.publish import REPORT_NAME, render_report  # noqa: PLC0415

    opened = open_release(warehouse, release=release)
    if output is None:
        write_text(escape_text(str(opened.path / REPORT_NAME)))
        return
    text = render_report(opened, None)
    with open_output(output) as answer:
        answer.write(text.encode())
