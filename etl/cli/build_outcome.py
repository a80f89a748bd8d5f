"""The end of a build: its numbers, the files it could not use, where the release is, and what to type next."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any, Final

from etl.cli.build_report import find_unread, list_rows, summarize_build
from etl.cli.terminal import render_table, warn, write_text
from etl.escape import escape_text
from etl.load.manifest import compare_rows
from etl.load.reader import open_release, read_current_id
from etl.load.tables import read_table
from etl.load.warehouse import WarehouseUnknownError, find_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from etl.cli.build_report import BuildSummary
    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from etl.pipeline import BuildReport

    Changes = Mapping[str, tuple[int, int]]

SUGGESTED_QUERY: Final = "SELECT title, published_on FROM papers ORDER BY published_on DESC LIMIT 10"
_SHOWN_UNREAD: Final = 20


def tell_outcome(warehouse: Warehouse, report: BuildReport, *, dry_run: bool, as_json: bool) -> None:
    """Print what a build came to on stdout, and on stderr each file that gave nothing."""
    # A dry run leaves no release to read.
    inputs = (
        read_table(report.receipts["account"].open_folder(warehouse), "inputs")
        if dry_run
        else report.release.read("inputs")
    )
    summary = summarize_build(report.receipts, find_unread(inputs))
    changes = _compare_with_current(warehouse, report.release) if dry_run else None
    if as_json:
        write_text(json.dumps(_describe_outcome(summary, report.release, changes), indent=2, ensure_ascii=False))
    else:
        write_text("\n".join(_render_outcome(warehouse, summary, report.release, changes)))
    _warn_of_unread(summary)


def _compare_with_current(warehouse: Warehouse, release: Release) -> Changes:
    before = open_release(warehouse).manifest if read_current_id(warehouse) else None
    return compare_rows(before, release.manifest)


def _describe_outcome(summary: BuildSummary, release: Release, changes: Changes | None) -> dict[str, Any]:
    return {
        "release_id": release.release_id,
        "content_id": release.manifest["content_id"],
        "is_published": changes is None,
        "path": str(release.path) if changes is None else None,
        **summary.to_json(),
        "rows_before_and_after": changes,
    }


def _render_outcome(
    warehouse: Warehouse, summary: BuildSummary, release: Release, changes: Changes | None
) -> Iterator[str]:
    yield render_table([], list(list_rows(summary)), right={1})
    yield ""
    if changes is None:
        yield f"Release {release.release_id}"
        yield f"is in {escape_text(str(release.path))}"
        yield ""
        yield f'Next: paperhouse sql "{SUGGESTED_QUERY}"{escape_text(_name_warehouse(warehouse))}'
        yield f"      duckdb -readonly {escape_text(shlex.quote(str(warehouse.current / release.catalog.name)))}"
        return
    rows = [[table, f"{before:,}", f"{after:,}", f"{after - before:+,}"] for table, (before, after) in changes.items()]
    yield render_table(["table", "rows now", "rows then", "change"], rows, right={1, 2, 3})
    yield ""
    yield f"This was a dry run: release {release.release_id} was checked and not published."


def _name_warehouse(warehouse: Warehouse) -> str:
    """Write the option that names the warehouse, where it is not the one that is found without."""
    try:
        is_default = find_warehouse() == warehouse
    except WarehouseUnknownError:
        is_default = False
    return "" if is_default else f" --warehouse {shlex.quote(str(warehouse.root))}"


def _warn_of_unread(summary: BuildSummary) -> None:
    for unread in summary.unread[:_SHOWN_UNREAD]:
        warn(f"{unread.status.upper()} {unread.path}: {unread.reason}")
    if len(summary.unread) > _SHOWN_UNREAD:
        rest = len(summary.unread) - _SHOWN_UNREAD
        warn(f"... and {rest:,} more files; the table inputs says why.")
