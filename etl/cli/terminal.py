"""What people see: text that is safe to show, tables that line up, and the two streams.

Whatever comes from a dump, a file name or a query goes through :func:`etl.escape.escape_text` before it is shown:
nothing a file says may steer the terminal it is shown on. Data that goes to files or other programs is never changed.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING, Final, TextIO

import typer

from etl.escape import escape_json, escape_text

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_GAP: Final = "  "
_LEAST_WIDTH: Final = 6
"""A column that is squeezed further than this shows nothing anybody could read."""


def say(sentence: str) -> None:
    """Show a sentence to whoever runs the command, beside its results: on stderr, safe and on one line."""
    typer.echo(escape_text(sentence), err=True)


def warn(sentence: str) -> None:
    """Show a sentence that must not be overlooked: on stderr, in red where that is a terminal."""
    typer.secho(escape_text(sentence), err=True, fg=typer.colors.RED, bold=True)


def write_text(text: str) -> None:
    """Write a command's result for people, which may have several lines, to stdout."""
    write_bytes(f"{text}\n".encode("utf-8", "backslashreplace"))


def write_json(value: object) -> None:
    """Write a command's result for programs to stdout, as JSON that may safely be shown."""
    write_text(escape_json(json.dumps(value, indent=2, ensure_ascii=False, default=str)))


def write_bytes(data: bytes) -> None:
    """Write a command's result to stdout as it is.

    Errors: where nobody reads any more (``paperhouse sql ... | head``) the command ends without a word.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python flushes stdout once more when it ends; that must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None


def find_width(stream: TextIO) -> int | None:
    """Find how wide a terminal is; None for a file or a pipe, where lines may be as long as they like."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


def render_table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Collection[int] = (),
    width: int | None = None,
    wrap_last: bool = False,
) -> str:
    """Render cells in columns that line up, all of them safe to show.

    ``right`` are the numbers of columns to align at their right ends; with ``width`` the widest columns are squeezed
    until a line fits, and text that was cut ends in ``…``, but for the last column with ``wrap_last``. An empty
    ``head`` leaves the headings out.

    >>> print(render_table(["table", "rows"], [["papers", "262"], ["pages", "5"]], right={1}))
    table   rows
    ------  ----
    papers   262
    pages      5
    """
    lines = [[escape_text(cell) for cell in line] for line in ([head] if head else []) + list(rows)]
    widths = _fit_widths([max(map(_measure, column)) for column in zip(*lines, strict=True)], width)
    rendered = [text for line in lines for text in _render_line(line, widths, right, wrap_last=wrap_last)]
    if head:
        rendered.insert(1, _GAP.join("-" * column for column in widths))
    return "\n".join(rendered)


def _measure(text: str) -> int:
    from rich.cells import cell_len  # noqa: PLC0415 - --help must not wait for it

    return cell_len(text)


def _fit_widths(widths: Sequence[int], available: int | None) -> list[int]:
    """Squeeze the widest columns, all to the same width, until the line fits or nothing more can be taken."""
    if available is None:
        return list(widths)
    room = available - len(_GAP) * (len(widths) - 1)
    limit = max(widths, default=0)
    while sum(min(width, limit) for width in widths) > room and limit > _LEAST_WIDTH:
        limit -= 1
    return [min(width, limit) for width in widths]


def _render_line(cells: Sequence[str], widths: Sequence[int], right: Collection[int], *, wrap_last: bool) -> list[str]:
    *front, last = cells
    pieces = textwrap.wrap(last, widths[-1]) if wrap_last else [last]
    blank = [""] * len(front)
    return [
        _join_cells([*(front if number == 0 else blank), piece], widths, right)
        for number, piece in enumerate(pieces or [""])
    ]


def _join_cells(cells: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    placed = [
        _place_cell(cell, width, at_right=number in right)
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return _GAP.join(placed).rstrip()


def _place_cell(text: str, width: int, *, at_right: bool) -> str:
    from rich.cells import set_cell_size  # noqa: PLC0415 - --help must not wait for it

    missing = width - _measure(text)
    if missing < 0:
        return set_cell_size(text, width - 1) + "…"
    return " " * missing + text if at_right else text + " " * missing
