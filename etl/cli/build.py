"""``paperhouse build``: from dumps to a release."""

from __future__ import annotations

import datetime as dt
from pathlib import Path  # noqa: TC003 - typer reads the annotations when the program starts
from typing import Annotated, Final

import typer

from etl.cli.options import JsonOption, WaitOption, WarehouseOption, say_who_holds_the_lock, show_examples
from etl.cli.terminal import say
from etl.runners.choose import RunnerName, open_runner

EXAMPLES: Final = show_examples(
    "paperhouse build dumps/",
    "paperhouse build monday.txt tuesday.txt --warehouse data/papers",
    "paperhouse build dumps/ --page-on monday.txt=2025-10-27 --skip-unreadable",
    "paperhouse build dumps/ --page-on-from-names",
    "paperhouse build dumps/ --decisions decisions.csv --dry-run",
    "paperhouse build s3://bucket/dumps --store s3://bucket/papers",
    "paperhouse build dumps/ --runner ray --address 10.0.0.7:6379",
)


def build(  # noqa: PLR0913 - one argument for each option
    *,
    dumps: Annotated[
        list[str],
        typer.Argument(
            metavar="DUMPS",
            help="Files with dumps, archives or folders of them; paths, or URLs of a store such as s3://bucket/dumps.",
            show_default=False,
        ),
    ],
    warehouse: WarehouseOption = None,
    store: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="A warehouse in a store, such as s3://bucket/papers: build on its current release, and publish the "
            "new one there, too; what the stages have made is kept there for builds elsewhere, also of a dry run.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="How many processes do the work; without it one for each core."),
    ] = None,
    runner: Annotated[
        RunnerName,
        typer.Option(help="Where the work runs: in processes of this machine, or as tasks of a Ray cluster."),
    ] = RunnerName.LOCAL,
    address: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="The Ray cluster's head; without it the one that $RAY_ADDRESS names or that runs on this machine, "
            "else one is started here.",
        ),
    ] = None,
    page_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=YYYY-MM-DD",
            help="The day a dump's pages are of, by the file's name in the table inputs; may be repeated.",
        ),
    ] = None,
    page_on_from_names: Annotated[
        bool,
        typer.Option(
            "--page-on-from-names",
            help="Take a day such as 2025-10-29 in the name of a file, or of the nearest folder, for its pages' day.",
        ),
    ] = False,
    decisions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A CSV of people's decisions on which listings are one paper, and which not; "
            "without it warehouse/decisions.csv in the clone, if there is one.",
        ),
    ] = None,
    skip_unreadable: Annotated[
        bool,
        typer.Option("--skip-unreadable", help="Go on without files that cannot be read; the table inputs lists them."),
    ] = False,
    allow_shrink: Annotated[
        bool,
        typer.Option("--allow-shrink", help="Publish also if the same inputs give much less than the release before."),
    ] = False,
    accept_break: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Publish also if ids stop resolving or values become null that readers rely on; "
            "the release carries the reason.",
        ),
    ] = None,
    rehash: Annotated[
        bool,
        typer.Option(
            "--rehash",
            help="Read every file again; without it, files whose size, times and inode are as before are not.",
        ),
    ] = False,
    wait: WaitOption = True,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Build and check everything, say what would change, and publish nothing."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Build a release from raw dumps and make it the current one.

    The release is made from the named dumps alone: a dump that is no longer named leaves the dataset.
    In a folder every file is a dump, but for hidden names, names that begin with an underscore, Markdown notes,
    and files that are still being copied (.part, .partial, .filepart, .crdownload).
    A file page_days.csv gives the days of the dumps beside it: columns name and page_on, such as 2025-10-29.
    A file that is no listing page becomes a rejected dump and the build goes on; when not one listing was read,
    nothing is published and the release before stays the current one.
    """
    page_days = parse_page_days(page_on or [])

    from etl.cli.build_outcome import describe_usage, tell_outcome  # noqa: PLC0415 - --help must not wait for polars and rich
    from etl.cli.progress import BUILD_STAGES, show_progress  # noqa: PLC0415
    from etl.load.warehouse import find_warehouse  # noqa: PLC0415
    from etl.pipeline import build as build_release  # noqa: PLC0415
    from etl.stages.collect import InputOptions  # noqa: PLC0415
    from etl.stages.decisions import find_decisions  # noqa: PLC0415
    from etl.store import find_place, name_root  # noqa: PLC0415

    house = find_warehouse(warehouse)
    with (
        show_progress(BUILD_STAGES) as progress,
        open_runner(runner, workers=workers, address=address, witness=house.lock, on_retry=say) as engine,
    ):
        report = build_release(
            house,
            InputOptions(
                tuple(map(name_root, dumps)),
                page_days,
                skip_unreadable,
                find_decisions(decisions),
                page_on_from_names,
                rehash,
            ),
            runner=engine,
            wait=wait,
            dry_run=dry_run,
            allow_shrink=allow_shrink,
            accept_break=accept_break,
            store=find_place(store) if store else None,
            on_wait=say_who_holds_the_lock,
            on_lost=say,
            progress=progress,
        )
    if runner is not RunnerName.LOCAL:
        say(describe_usage(engine.usage))
    tell_outcome(house, report, dry_run=dry_run, as_json=as_json)
    if store and not dry_run:
        say(f"Release {report.release.release_id} is current in {store}.")


def parse_page_days(texts: list[str]) -> dict[str, dt.date]:
    """Read the days that ``--page-on`` gives; a name may hold ``=`` itself.

    Errors: ``typer.BadParameter`` for what is no ``NAME=YYYY-MM-DD``, or a name with two days.

    >>> parse_page_days(["a=b.txt=2025-10-27"])
    {'a=b.txt': datetime.date(2025, 10, 27)}
    """
    days: dict[str, dt.date] = {}
    for text in texts:
        name, _, day_text = text.rpartition("=")
        try:
            day = dt.datetime.strptime(day_text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            day = None
        if not name or day is None or day.isoformat() != day_text:
            message = f"{text!r} is no NAME=YYYY-MM-DD, for example monday.txt=2025-10-27"
            raise typer.BadParameter(message, param_hint="--page-on")
        if days.setdefault(name, day) != day:
            message = f"{name!r} is given two days, {days[name]} and {day}"
            raise typer.BadParameter(message, param_hint="--page-on")
    return days
