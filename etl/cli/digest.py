"""``paperhouse digest``: what is new since a day, to read or to send."""

from __future__ import annotations

import enum
from pathlib import Path  # noqa: TC003 - typer reads the annotations when the program starts
from typing import Annotated, Final

import typer

from etl.cli.options import ReleaseOption, WarehouseOption, show_examples

EXAMPLES: Final = show_examples(
    "paperhouse digest --since 2025-10-01",
    "paperhouse digest --since 7d --format html --output digest.html",
)


class Form(enum.StrEnum):
    """How a digest is written."""

    MARKDOWN = "markdown"
    HTML = "html"


def digest(  # noqa: PLR0913 - the options of one command
    *,
    since: Annotated[
        str,
        typer.Option(
            metavar="DAY", help="A day, 2025-10-01, or 7d for the seven days up to the latest day that a page has."
        ),
    ],
    form: Annotated[
        Form, typer.Option("--format", "-f", help="Markdown, or an HTML e-mail that fetches nothing.")
    ] = Form.MARKDOWN,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="How many papers to show; all are counted.")] = 200,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write to this file, which is replaced, instead of stdout."
        ),
    ] = None,
    warehouse: WarehouseOption = None,
    release: ReleaseOption = "current",
) -> None:
    """Write a digest of the papers that are new since a day.

    New is what no page of an earlier day lists; papers on undated pages alone are in no digest.
    They stand by day and organisation, the latest day first. The clock is never asked: days are those of the pages.
    """
    from etl.cli.outputs import open_output  # noqa: PLC0415 - --help must not wait for duckdb
    from etl.load.reader import open_release  # noqa: PLC0415
    from etl.report.digest import read_digest, render_html, render_markdown  # noqa: PLC0415

    found = read_digest(open_release(warehouse, release=release), since, limit=limit)
    text = render_html(found) if form is Form.HTML else render_markdown(found)
    with open_output(output) as answer:
        answer.write(text.encode())
