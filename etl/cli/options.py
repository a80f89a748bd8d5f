"""What several commands take, and how examples stand in a help text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from etl.cli.terminal import say

if TYPE_CHECKING:
    from etl.load.lock import Holder

WarehouseOption = Annotated[
    Path | None,
    typer.Option(
        "--warehouse",
        "-w",
        metavar="DIR",
        help="The folder of the warehouse; without it $PAPERHOUSE_WAREHOUSE, else warehouse/data in the clone.",
    ),
]

RELEASE_FORMS: Final = "an id or the beginning of one, current, previous, or the path of a release or a copy"
"""How a release can be named, on every command."""

ReleaseOption = Annotated[
    str, typer.Option("--release", metavar="RELEASE", help=f"The release to read: {RELEASE_FORMS}.")
]

WaitOption = Annotated[
    bool, typer.Option("--wait/--no-wait", help="Wait for whoever works on this warehouse to finish, or give up.")
]

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]


def say_who_holds_the_lock(holder: Holder | None) -> None:
    """Tell whoever runs a command that has to wait for another one."""
    say(f"Waiting for {holder or 'another build'} to finish; --no-wait gives up instead.")


def show_examples(*lines: str) -> str:
    r"""Make the end of a command's help text, in which lines stay as they are.

    >>> show_examples("paperhouse releases")
    '\x08\nExamples:\n  paperhouse releases'
    """
    return "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
