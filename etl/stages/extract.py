"""Stage 2, extract: every distinct dump is parsed, in work units of about 2 MB, by as many processes as there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from etl.stages.collect import read_plan
from etl.stages.receipt import Receipt, run_stage
from etl.stages.validated import write_valid_tables
from etl.stages.work_unit import UNIT_TABLES, UnitSpec, extract_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from etl.runners import Runner

UNIT_BYTES: Final = 2_000_000
UNIT_DUMPS: Final = 2_000

PUBLISHED: Final = ("dumps", "spans", "quarantine")
"""Tables that are final after this stage; cards and pages still lack what the whole set says of them."""


def extract_listings(
    warehouse: Warehouse, collected: Receipt, *, runner: Runner, on_progress: Callable[[int, int], None] | None = None
) -> Receipt:
    """Parse the collected dumps into cards, pages, spans, quarantine and the byte ledger.

    ``on_progress`` is told bytes done and bytes in all. Errors: see ``etl.stages.work_unit.extract_unit``.
    """
    plan = read_plan(collected.open_folder(warehouse))

    def work(folder: Path) -> Mapping[str, int | str]:
        for table in UNIT_TABLES:
            (folder / "units" / table).mkdir(parents=True)
        specs = plan_units(plan, folder / "units")
        total, done = int(plan["byte_count"].sum()), 0
        for receipt in runner.run(extract_unit, specs, max_in_flight=0, max_retries=2):
            done += receipt.bytes
            if on_progress is not None:
                on_progress(done, total)
        tables = {name: scan_units(folder, name).collect() for name in PUBLISHED}
        broken_rules = write_valid_tables(tables, folder)
        return {**_count(tables["dumps"]), "broken_rules": broken_rules}

    return run_stage(warehouse, "extract", [plan["dump_id"].to_list()], work)


def plan_units(plan: pl.DataFrame, folder: Path) -> list[UnitSpec]:
    """Cut the dumps, in the order of their ids, into units of about :data:`UNIT_BYTES`."""
    units: list[list[tuple[str, bytes, str]]] = [[]]
    size = 0
    for dump_id, path, name, byte_count in plan.iter_rows():
        if units[-1] and (size + byte_count > UNIT_BYTES or len(units[-1]) >= UNIT_DUMPS):
            units.append([])
            size = 0
        units[-1].append((dump_id, path, name))
        size += byte_count
    return [UnitSpec(number, str(folder), tuple(dumps)) for number, dumps in enumerate(units) if dumps]


def scan_units(folder: Path, table: str) -> pl.LazyFrame:
    """Scan one table of all units, in the order of the dumps' ids."""
    return pl.scan_parquet(sorted((folder / "units" / table).iterdir()), glob=False)


def _count(dumps: pl.DataFrame) -> Mapping[str, int]:
    sums = (
        "listing_count",
        "quarantine_count",
        "byte_count",
        "listing_bytes",
        "chrome_bytes",
        "blank_bytes",
        "quarantine_bytes",
    )
    statuses = {status: dumps.filter(pl.col("status") == status).height for status in ("read", "empty", "rejected")}
    return {
        **{f"{status}_dumps": count for status, count in statuses.items()},
        **{name: int(dumps[name].sum()) for name in sums},
    }
