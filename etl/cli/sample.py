"""``paperhouse sample``: invented dumps to try things on."""

from __future__ import annotations

import shlex
from pathlib import Path  # noqa: TC003 - typer reads the annotations when the program starts
from typing import Annotated, Final

import typer

from etl.cli.options import show_examples
from etl.cli.terminal import render_table, write_text
from etl.escape import escape_text

EXAMPLES: Final = show_examples(
    "paperhouse sample invented/ --dumps 20 --seed 7",
    "paperhouse build invented/",
)


def sample(
    *,
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="A new or empty folder, or one with an earlier sample, which is replaced."),
    ],
    dumps: Annotated[int, typer.Option(metavar="N", min=1, help="How many dumps to invent.")],
    seed: Annotated[
        int, typer.Option(metavar="S", help="Where chance begins: the same seed gives the same bytes.")
    ] = 1,
    cards_per_dump: Annotated[
        int | None,
        typer.Option(metavar="K", min=3, help="How many papers each dump lists; without it as many as real ones do."),
    ] = None,
) -> None:
    """Write invented dumps, with the truth about them beside.

    They have the layouts of real ones: pages with and without footers, dates without a year, papers that stand in
    several dumps, and one damaged block. The truth is in OUT/_truth, which a build passes over.
    """
    from etl.cli.progress import SAMPLE_STAGES, show_progress  # noqa: PLC0415 - --help must not wait for polars
    from etl.sample import write_sample  # noqa: PLC0415

    with show_progress(SAMPLE_STAGES) as progress:
        progress.start("sample")
        report = write_sample(
            out,
            dumps=dumps,
            seed=seed,
            cards_per_dump=cards_per_dump,
            on_dump=lambda done: progress.advance(done, dumps),
        )
    rows = [
        ["dumps", f"{report.dump_count:,}"],
        ["listings", f"{report.listing_count:,}"],
        ["papers", f"{report.paper_count:,}"],
        ["bytes", f"{report.byte_count:,}"],
    ]
    write_text(render_table([], rows, right={1}))
    write_text(f"\nNext: paperhouse build {escape_text(shlex.quote(str(out)))}")
