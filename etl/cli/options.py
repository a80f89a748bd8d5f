"""What several commands take, and how examples stand in a help text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

WarehouseOption = Annotated[
    Path | None,
    typer.Option(
        "--warehouse",
        "-w",
        metavar="DIR",
        help="The folder of the warehouse; without it $PAPERHOUSE_WAREHOUSE, else warehouse/data in the clone.",
    ),
]

ReleaseOption = Annotated[
    str | None,
    typer.Option("--release", metavar="ID", help="The release to read; without it the current one."),
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]


def show_examples(*lines: str) -> str:
    r"""Make the end of a command's help text, in which lines stay as they are.

    >>> show_examples("paperhouse releases")
    '\x08\nExamples:\n  paperhouse releases'
    """
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
