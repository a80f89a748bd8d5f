"""Stage 2, extract: every distinct dump is parsed, in work units of a few MB, by as many processes as there are.

Units of dumps that an earlier build has parsed are kept, and used again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.load.files import check_room
from etl.load.tables import list_files, scan_files
from etl.stages.amend import AMENDED_BYTES, Changes, amend_tables, note_changes, read_rows_of
from etl.stages.collect import read_plan
from etl.stages.ledger import forget_ledger
from etl.stages.mirror import exchange_units, forget_sent_ledgers
from etl.stages.parts import choose_parts, read_parts
from etl.stages.receipt import Receipt, list_earlier, run_stage
from etl.stages.runs import choose_bucket_count, list_buckets, read_runs
from etl.stages.tasks import MAX_RETRIES, RangeSpec, Tasks
from etl.stages.units import choose_units, find_units, has_units, link_unit, list_units
from etl.stages.validated import Report, write_report, write_valid_range
from etl.stages.work_unit import DumpChangedError, UnitSpec, extract_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from etl.load.warehouse import Warehouse
    from etl.runners import Runner
    from etl.stages.parts import Parts
    from etl.stages.units import Unit
    from etl.store import Place

PUBLISHED: Final = ("dumps", "spans", "quarantine")
"""Tables that are final after this stage; cards and pages still lack what the whole set says of them."""

_UNIT_ROOM: Final = 1.75
_TABLE_ROOM: Final = 0.75
"""What a build writes for a byte of a new dump, and for one of any dump: together somewhat more than what is left of
it on the disk, as ``python bench/build.py stages`` finds. Where that is too little, the write that fails says so."""

_UNITS_NAME: Final = "units.json"
"""Where a result says which units it was made of."""

_SUMS: Final = (
    "listing_count",
    "quarantine_count",
    "byte_count",
    "listing_bytes",
    "chrome_bytes",
    "blank_bytes",
    "quarantine_bytes",
)
_STATUSES: Final = ("read", "empty", "rejected")


class PublishReceipt(NamedTuple):
    """What the dumps of a range came to."""

    number: int
    counts: Mapping[str, int]
    report: Report


def extract_listings(  # noqa: PLR0913 - what to read, and how to work
    warehouse: Warehouse,
    collected: Receipt,
    *,
    runner: Runner,
    mirror: Place | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_tell: Callable[[str], None] | None = None,
) -> Receipt:
    """Parse the collected dumps into cards, pages, spans, quarantine and the byte ledger.

    ``on_progress`` is told bytes done and bytes in all, ``on_tell`` in a sentence what is extracted anew. With a
    ``mirror`` in a store, units that it has are fetched, and new ones are sent there (``etl.stages.mirror``).
    Errors: a disk without room for what a build writes raises ``DiskFullError`` before any dump is read; see also
            ``etl.stages.work_unit.extract_unit``.
    """
    plan = read_plan(collected.open_folder(warehouse))
    total = int(plan["byte_count"].sum())

    def work(folder: Path) -> Mapping[str, int | str]:
        units: dict[str, Unit] = {}
        if mirror is not None:
            exchange_units(warehouse, plan, mirror, runner)
        for unit in _gather_units(warehouse, plan, total, runner, mirror, on_tell or (lambda _: None)):
            if unit.unit_id not in units:
                units[unit.unit_id] = unit
                link_unit(warehouse, unit.unit_id, folder / "runs")
            if on_progress is not None:
                on_progress(sum(one.byte_count for one in units.values()), total)
        (folder / _UNITS_NAME).write_text(json.dumps(sorted(units)), "utf-8")
        listings = sum(unit.listings for unit in units.values())
        parts = choose_parts(choose_bucket_count(total, listings), total, listings)
        changes = _find_changes(warehouse, plan, parts)
        return _write_all(folder, parts, runner) if changes is None else _amend(folder, changes)

    return run_stage(warehouse, "extract", [plan["dump_id"].to_list()], work)


def _gather_units(  # noqa: PLR0913, PLR0917 - what there is to do, and how
    warehouse: Warehouse,
    plan: pl.DataFrame,
    total: int,
    runner: Runner,
    mirror: Place | None,
    tell: Callable[[str], None],
) -> Iterator[Unit]:
    """Give the units that hold the dumps of the plan: those that are kept, and then the others as they are made."""
    units = list(list_units(warehouse))
    choice = choose_units(plan, units)
    if choice.kept:
        tell(f"{sum(map(len, choice.new)):,} of {plan.height:,} dumps are extracted, the others were before.")
    elif not units and has_units(warehouse):
        tell(f"All {plan.height:,} dumps are extracted, since the code or a library has changed.")
    new = total - sum(unit.byte_count for unit in choice.kept)
    check_room("the build", warehouse.state, round(_UNIT_ROOM * new + _TABLE_ROOM * total))
    yield from choice.kept
    specs = [UnitSpec(str(find_units(warehouse)), tuple(dumps), mirror) for dumps in choice.new]
    try:
        yield from runner.run(extract_unit, specs, max_in_flight=0, max_retries=MAX_RETRIES)
    except DumpChangedError:
        forget_ledger(warehouse)  # if it is the ledger that is wrong, the next build must not believe it again
        if mirror is not None:
            forget_sent_ledgers(mirror)
        raise


def _find_changes(warehouse: Warehouse, plan: pl.DataFrame, parts: Parts) -> Changes | None:
    """Find the earlier result whose dumps are the most like those of the plan, if it is like enough to be amended.

    One that papers were made of comes first: what a build that failed left cannot be amended by later stages.
    """
    resolved = {earlier.receipt.made_from["extract"] for earlier in list_earlier(warehouse, "resolve")}
    found: list[tuple[bool, int, Changes]] = []

    def is_wanted(receipt: Receipt) -> bool:
        return not receipt.metrics["broken_rules"] and read_parts(receipt).is_like(parts)

    for earlier in list_earlier(warehouse, "extract", is_wanted):
        before = scan_files(list_files(earlier.folder / "dumps")).select("dump_id", "byte_count").collect()
        came, went = plan.join(before, on="dump_id", how="anti"), before.join(plan, on="dump_id", how="anti")
        size = sum(int(one["byte_count"].sum()) for one in (came, went))
        if size <= AMENDED_BYTES:
            is_resolved = earlier.receipt.stage_id in resolved
            found.append((not is_resolved, size, Changes(earlier, tuple(came["dump_id"]), tuple(went["dump_id"]))))
    return min(found, key=lambda one: one[:2])[2] if found else None


def _amend(folder: Path, changes: Changes) -> Mapping[str, int | str]:
    """Write the tables that are final, and say which dumps they differ by, so that later stages can do the same."""
    earlier = changes.earlier
    note_changes(folder, changes)
    parts = read_parts(earlier.receipt)
    went = pl.DataFrame({"dump_id": changes.went}, schema={"dump_id": pl.String})
    places = pl.Series([*changes.came, *changes.went], dtype=pl.String)
    tables = {name: read_rows_of(folder / "runs" / name, changes.came, "dump_id") for name in PUBLISHED}
    amended = amend_tables(tables, went, {"dump_id": places}, earlier.folder, folder, parts)
    came, gone = _count(amended["dumps"].came), _count(amended["dumps"].went)
    counts = {name: int(earlier.receipt.metrics[name]) + came[name] - gone[name] for name in came}
    broken_rules = write_report([{name: one.broken for name, one in amended.items()}], folder)
    return {**counts, "broken_rules": broken_rules, **parts._asdict()}


def _write_all(folder: Path, parts: Parts, runner: Runner) -> Mapping[str, int | str]:
    """Write the tables that are final, range by range."""
    specs = [RangeSpec(str(folder), bucket, parts) for bucket in list_buckets(parts.buckets)]
    receipts = Tasks(runner, 0, None).run(write_published, specs)
    broken_rules = write_report([receipt.report for receipt in receipts], folder)
    counts = [receipt.counts for receipt in receipts]
    added = {name: sum(one[name] for one in counts) for name in counts[0]}
    return {**added, "broken_rules": broken_rules, **parts._asdict()}


def write_published(spec: RangeSpec) -> PublishReceipt:
    """Write the tables that are final for a range of dumps."""
    tables = {name: read_runs(Path(spec.folder, "runs", name), spec.bucket) for name in PUBLISHED}
    report = write_valid_range(tables, Path(spec.folder), spec.bucket, spec.parts)
    return PublishReceipt(spec.bucket.number, _count(tables["dumps"]), report)


def _count(dumps: pl.DataFrame) -> Mapping[str, int]:
    statuses = {status: dumps.filter(pl.col("status") == status).height for status in _STATUSES}
    return {
        **{f"{status}_dumps": count for status, count in statuses.items()},
        **{name: int(dumps[name].sum()) for name in _SUMS},
    }


def list_named_units(folder: Path) -> list[str]:
    """List the units that a result of this stage was made of."""
    named: list[str] = json.loads((folder / _UNITS_NAME).read_text("utf-8"))
    return named
