"""``paperhouse gc``, ``rollback`` and ``export``: what operators do with releases that are there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from etl.cli.options import (
    RELEASE_FORMS,
    JsonOption,
    WaitOption,
    WarehouseOption,
    say_who_holds_the_lock,
    show_examples,
)
from etl.cli.terminal import say, write_json, write_text
from etl.escape import escape_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from etl.load.reader import Release
    from etl.load.retention import Removal
    from etl.stages.stored_garbage import StoredRemoval

GC_EXAMPLES: Final = show_examples(
    "paperhouse gc --dry-run", "paperhouse gc --keep 30 --days 90", "paperhouse gc --store s3://bucket/papers --dry-run"
)
FETCH_EXAMPLES: Final = show_examples("paperhouse fetch s3://bucket/papers --warehouse papers")
ROLLBACK_EXAMPLES: Final = show_examples("paperhouse rollback previous", "paperhouse rollback 3f2a9c0d")
EXPORT_EXAMPLES: Final = show_examples(
    "paperhouse export current copies/monday", "paperhouse export copies/moved --in-place"
)

ReleaseArgument = Annotated[str, typer.Argument(metavar="RELEASE", help=f"The release: {RELEASE_FORMS}.")]


def gc(  # noqa: PLR0913 - one argument for each option
    *,
    keep: Annotated[int, typer.Option(metavar="N", min=0, help="How many of the latest releases stay.")] = 10,
    days: Annotated[
        int, typer.Option(metavar="D", min=0, help="Releases that were current in the last D days stay, too.")
    ] = 7,
    break_promise: Annotated[
        bool,
        typer.Option("--break-promise", help="Keep less than the 10 releases and 7 days that readers are promised."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")] = False,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Do it in this warehouse in a store, where no lock keeps builds away: at a time when none publishes.",
        ),
    ] = None,
    wait: WaitOption = True,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove old releases, and what builds that died left behind.

    The current release always stays.
    A release goes only if it is neither among the latest N nor was current in the last D days.
    Every build does the same at its end, with 10 releases and 7 days.
    """
    from etl.load.retention import Rest, collect_garbage  # noqa: PLC0415 - --help must not wait for polars
    from etl.load.warehouse import find_warehouse  # noqa: PLC0415

    removals: Sequence[Removal | StoredRemoval]
    if store:
        from etl.stages.stored_garbage import collect_stored_garbage  # noqa: PLC0415
        from etl.store import find_place  # noqa: PLC0415

        removals = collect_stored_garbage(
            find_place(store),
            Rest(keep, days),
            now=dt.datetime.now(dt.UTC),
            break_promise=break_promise,
            dry_run=dry_run,
        )
    else:
        removals = collect_garbage(
            find_warehouse(warehouse),
            Rest(keep, days),
            break_promise=break_promise,
            dry_run=dry_run,
            wait=wait,
            on_wait=say_who_holds_the_lock,
        )
    freed = sum(removal.freed_bytes for removal in removals)
    if as_json:
        described = {"is_removed": not dry_run, "freed_bytes": freed, "releases": [one._asdict() for one in removals]}
        write_json(described)
        return
    for removal in removals:
        write_text(f"{removal[0]}  {removal.freed_bytes:,} bytes")
    verb = "would go" if dry_run else "went"
    what = "prefixes" if store else "releases"
    say(f"{len(removals):,} {what} {verb}, and {freed:,} bytes that no other release holds.")


def fetch(
    *,
    url: Annotated[
        str,
        typer.Argument(metavar="URL", help="A warehouse in a store, such as s3://bucket/papers.", show_default=False),
    ],
    wait: WaitOption = True,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch the current release of a warehouse in a store.

    Every file is compared with the manifest as it comes; those that the local release has are linked, not fetched.
    All other commands then work as on a release that was built here.
    """
    from etl.load.download import fetch_current  # noqa: PLC0415 - --help must not wait for polars
    from etl.load.lock import hold_lock  # noqa: PLC0415
    from etl.load.reader import open_release  # noqa: PLC0415
    from etl.load.stored import StoredReleaseMissingError  # noqa: PLC0415
    from etl.load.warehouse import find_warehouse  # noqa: PLC0415
    from etl.store import find_place  # noqa: PLC0415

    house, place = find_warehouse(warehouse), find_place(url)
    house.create_folders()
    with hold_lock(house, wait=wait, on_wait=say_who_holds_the_lock) as lock:
        if fetch_current(house, place, lock) is None:
            raise StoredReleaseMissingError(place, "current")
        release = open_release(house)
    _tell_release(release, "is current now, in", as_json=as_json)


def rollback(
    *,
    release: ReleaseArgument,
    wait: WaitOption = True,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an earlier release the current one again.

    One symbolic link changes, at once and for all readers; log.jsonl records it.
    The release's bytes are compared with its manifest first; a damaged one is refused.
    The release that was current stays; 'paperhouse rollback previous' goes back to it.
    """
    from etl.load.rollback import roll_back  # noqa: PLC0415 - --help must not wait for polars
    from etl.load.warehouse import find_warehouse  # noqa: PLC0415

    _tell_release(
        roll_back(find_warehouse(warehouse), release, wait=wait, on_wait=say_who_holds_the_lock),
        "is current now, in",
        as_json=as_json,
    )


def export(
    *,
    release: ReleaseArgument,
    destination: Annotated[
        Path | None, typer.Argument(metavar="DEST", help="Where to put the copy: a folder that is not there, or empty.")
    ] = None,
    in_place: Annotated[
        bool,
        typer.Option(
            "--in-place",
            help="Copy nothing: make the DuckDB views anew of a copy that was moved, RELEASE being its path.",
        ),
    ] = False,
    warehouse: WarehouseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy a release elsewhere, with DuckDB views that work there.

    Every copied file is read back and compared with the manifest; the copy takes its name when all are good.
    The views hold absolute paths: after a move of the copy, --in-place makes them anew.
    Parquet files and all else work wherever the copy lies.
    """
    if (destination is None) != in_place:
        message = "name a folder, or with --in-place none"
        raise typer.BadParameter(message, param_hint="DEST")

    from etl.load.export import export_release, rebuild_views  # noqa: PLC0415 - --help must not wait for polars
    from etl.load.reader import find_copy, open_release  # noqa: PLC0415

    if destination is None:
        _tell_release(rebuild_views(find_copy(Path(release))), "has new views, in", as_json=as_json)
    else:
        copy = export_release(open_release(warehouse, release=release), destination)
        _tell_release(copy, "was copied to", as_json=as_json)


def _tell_release(release: Release, what: str, *, as_json: bool) -> None:
    if as_json:
        write_json({"release_id": release.release_id, "path": str(release.path)})
    else:
        write_text(f"Release {release.release_id}\n{what} {escape_text(str(release.path))}")
