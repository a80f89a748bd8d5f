"""``paperhouse diff``: what changed between two releases."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from etl.cli.options import RELEASE_FORMS, JsonOption, WarehouseOption, show_examples
from etl.cli.terminal import find_width, render_table, say, write_json, write_text
from etl.escape import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXAMPLES: Final = show_examples(
    "paperhouse diff",
    "paperhouse diff 3f2a9c0d 7b1e44aa --json",
    "paperhouse diff previous current --changes changes/",
    "paperhouse diff copies/monday current",
)


def diff(
    *,
    before: Annotated[str, typer.Argument(metavar="A", help=f"The earlier release: {RELEASE_FORMS}.")] = "previous",
    after: Annotated[str, typer.Argument(metavar="B", help="The later release, named in the same ways.")] = "current",
    warehouse: WarehouseOption = None,
    changes: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write every single change as a Parquet table to this folder, new or empty."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what changed between two releases, A and B.

    Rows are compared by the key of their table: added, removed, changed, and which fields changed.
    Papers that were merged or split are found through aliases, and so are ids that no longer resolve.
    The contract version that the differences need is computed, too.
    Exit code 0 whatever differs; 1 where the releases cannot be compared.
    """
    import tempfile  # noqa: PLC0415 - --help must not wait for what a comparison needs

    from etl.load.changes import require_empty, write_changes  # noqa: PLC0415
    from etl.load.comparison import open_comparison  # noqa: PLC0415
    from etl.load.reader import open_release  # noqa: PLC0415
    from etl.load.release_diff import diff_opened  # noqa: PLC0415

    if changes is not None:
        require_empty(changes)
    old, new = (open_release(warehouse, release=name) for name in (before, after))
    with (
        tempfile.TemporaryDirectory(prefix="paperhouse-") as workspace,
        open_comparison(old, new, Path(workspace)) as comparer,
    ):
        found = diff_opened(comparer)
        rows = write_changes(comparer, found, changes) if changes is not None else None
    plain = found.to_plain()
    if as_json:
        write_json(plain)
    else:
        write_text("\n".join([f"Before: {found.before}", f"After:  {found.after}", "", *render_changes(plain)]))
    if rows is not None:
        say(f"{rows:,} changes are in {changes}.")


def render_changes(changes: Mapping[str, Any]) -> Iterator[str]:
    """Render the plain form of a comparison as lines for the terminal."""
    from etl.load.change_notes import COUNTS_HEAD, list_counts, list_sentences  # noqa: PLC0415

    yield from map(escape_text, list_sentences(changes))
    counts = list_counts(changes)
    yield ""
    if counts:
        yield render_table(COUNTS_HEAD, counts, right={1, 2, 3, 4, 5}, width=find_width(sys.stdout), wrap_last=True)
    else:
        yield "No row of any table differs."
