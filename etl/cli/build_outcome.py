"""The end of a build: its numbers, the files it could not use, where the release is, and what to type next."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

from etl.cli.build_report import find_unread, list_rows, summarize_build
from etl.cli.diff import render_changes
from etl.cli.terminal import render_table, warn, write_json, write_text
from etl.escape import escape_text
from etl.load.change_notes import FIRST_RELEASE
from etl.load.tables import read_table
from etl.load.warehouse import WarehouseUnknownError, find_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.cli.build_report import BuildSummary
    from etl.load.warehouse import Warehouse
    from etl.pipeline import BuildReport
    from etl.runners.usage import Usage


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
    if as_json:
        outcome = _describe_outcome(summary, report, is_published=not dry_run)
        write_json(outcome)
    else:
        render = _render_plan if dry_run else _render_release
        write_text("\n".join([render_table([], list(list_rows(summary)), right={1}), "", *render(warehouse, report)]))
    _warn_of_unread(summary)


def describe_usage(usage: Usage) -> str:
    """Say what the work took that was done elsewhere.

    >>> from etl.runners.usage import Usage
    >>> describe_usage(Usage(units=12, cpu_seconds=3.25, peak_bytes=300 << 20, workers={("a", 1), ("b", 1)}))
    '12 pieces of work took 3.2 CPU s in 2 processes on 2 nodes, and 300 MiB at most in one; 0 were tried again.'
    """
    used = usage.to_plain()
    if not used:
        return "No work was to be done: the results of before stand."
    return (
        f"{used['work_units']:,} pieces of work took {used['work_cpu_seconds']:,} CPU s in {used['work_processes']:,} "
        f"processes on {used['work_nodes']:,} nodes, and {used['work_peak_mib']:,} MiB at most in one; "
        f"{used['work_tried_again']:,} were tried again."
    )


def _describe_outcome(summary: BuildSummary, report: BuildReport, *, is_published: bool) -> dict[str, Any]:
    release = report.release
    return {
        "release_id": release.release_id,
        "content_id": release.manifest["content_id"],
        "is_published": is_published,
        "is_new": report.is_new,
        "path": str(release.path) if is_published else None,
        **summary.to_json(),
        "rows": {name: table["rows"] for name, table in release.manifest["tables"].items()},
        "changes": release.manifest["changes"],
    }


def _render_release(warehouse: Warehouse, report: BuildReport) -> Iterator[str]:
    release = report.release
    if not report.is_new:
        yield "Nothing new: the current release stays."
    yield f"Release {release.release_id}"
    yield f"is in {escape_text(str(release.path))}"
    yield ""
    yield f'Next: paperhouse sql "{SUGGESTED_QUERY}"{escape_text(_name_warehouse(warehouse))}'
    yield f"      duckdb -readonly {escape_text(shlex.quote(str(warehouse.current / release.catalog.name)))}"


def _render_plan(_: Warehouse, report: BuildReport) -> Iterator[str]:
    """Say what a dry run would change."""
    release = report.release
    changes = release.manifest["changes"]
    if changes is None:
        rows = [[name, f"{table['rows']:,}"] for name, table in release.manifest["tables"].items()]
        yield FIRST_RELEASE
        yield render_table(["table", "rows"], rows, right={1})
    else:
        yield from render_changes(changes)
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
