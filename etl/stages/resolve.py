"""Stage 6, resolve: one row per paper, with every table that says how it came about; all of them validated.

Tasks by ranges of groups name the papers that have several candidates; tasks by ranges of papers make golden records;
tasks by ranges of dumps put what was found of each listing in the order of the dumps.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.runners.local import LocalRunner
from etl.stages.date import read_page_dates
from etl.stages.identify import NEAR_NAME
from etl.stages.made import RangeSpec, make_once
from etl.stages.merging import merge_folders
from etl.stages.receipt import Receipt, list_results, run_stage
from etl.stages.runs import WHOLE, list_buckets, read_keys, read_runs, remove_runs, write_run
from etl.stages.tasks import Tasks
from etl.stages.validated import Report, write_report, write_valid_part
from etl.transform.candidates import halve_id
from etl.transform.golden import make_papers
from etl.transform.links import find_links
from etl.transform.listings import date_listings, name_papers
from etl.transform.organizations import count_organizations, list_organizations
from etl.transform.provenance import find_merges, find_near_misses, find_variants, list_aliases
from schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from etl.load.warehouse import Warehouse
    from etl.runners import Runner
    from etl.store import Place

_LISTING: Final = ("dump_id", "position")


@dataclass(frozen=True)
class ResolveSpec(RangeSpec):
    """One task: also the folders of extraction's runs, of identify, and of date."""

    source: str
    identified: str
    dated: str


class ResolveReceipt(NamedTuple):
    """What a task came to: rows by table and counts for people, and what validation says of its tables."""

    number: int
    counts: Mapping[str, int]
    report: Report
    is_kept: bool = False
    """Whether an earlier build had made its tables."""


def resolve_papers(  # noqa: PLR0913 - three stages to read, and how to work
    warehouse: Warehouse,
    extracted: Receipt,
    identified: Receipt,
    dated: Receipt,
    *,
    runner: Runner | None = None,
    mirror: Place | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_tell: Callable[[str], None] | None = None,
) -> Receipt:
    """Make papers, listings and their provenance; writes the tables and what validation says of each.

    ``mirror`` as for ``run_stage``; ``on_tell`` is told in a sentence how many ranges were made anew.
    """
    folders = (
        str(extracted.open_folder(warehouse) / "runs"),
        str(identified.open_folder(warehouse)),
        str(dated.open_folder(warehouse)),
    )
    buckets = int(extracted.metrics["buckets"])

    def work(folder: Path) -> Mapping[str, int]:
        tasks = Tasks(runner or LocalRunner(), 3 * buckets, on_progress)
        before = list_results(warehouse, "resolve")
        specs = [ResolveSpec(str(folder), bucket, before, *folders) for bucket in list_buckets(buckets)]
        receipts = tasks.run(name_bucket, specs)
        merge_folders([folder / "runs" / kind for kind in ("named", "names", "places")], tasks)
        receipts += tasks.run(resolve_bucket, specs)
        merge_folders([folder / "runs" / kind for kind in ("merges", "variants")], tasks)
        receipts += tasks.run(list_bucket, specs)
        kept = sum(receipt.is_kept for receipt in receipts)
        if kept and on_tell is not None:
            on_tell(f"{2 * buckets - kept:,} of {2 * buckets:,} ranges of tables were made, the others were before.")
        receipts.append(_write_tables_of_all(folder, Path(folders[1])))
        remove_runs(folder, "runs")
        broken_rules = write_report([receipt.report for receipt in receipts], folder)
        names = dict.fromkeys(name for receipt in receipts for name in receipt.counts)
        counts = {name: sum(receipt.counts.get(name, 0) for receipt in receipts) for name in names}
        return {**counts, "broken_rules": broken_rules}

    depends_on = [extracted.stage_id, identified.stage_id, dated.stage_id]
    return run_stage(warehouse, "resolve", depends_on, work, mirror=mirror)


def name_bucket(spec: ResolveSpec) -> ResolveReceipt:
    """Name the papers of a range of groups that have several candidates."""
    cards = read_runs(Path(spec.identified, "grouped"), spec.bucket)
    named = name_papers(date_listings(cards, read_page_dates(Path(spec.dated))))
    write_run(named, _name_run(spec, "named"), halve_id("paper_id"), "paper_id", *_LISTING)
    names = named.select("alias_id", "paper_id").unique()
    write_run(names, _name_run(spec, "names"), halve_id("alias_id"), "alias_id")
    write_run(named.select(*_LISTING, "paper_id"), _name_run(spec, "places"), halve_id("dump_id"), *_LISTING)
    return ResolveReceipt(spec.bucket.number, {}, {})


def resolve_bucket(spec: ResolveSpec) -> ResolveReceipt:
    """Make the golden records of a range of papers, and what goes with them."""
    cards = read_runs(Path(spec.source, "candidates"), spec.bucket)
    names = read_runs(Path(spec.folder, "runs", "names"), spec.bucket)
    dated = date_listings(cards, read_page_dates(Path(spec.dated)))
    alone = dated.join(names, on="alias_id", how="anti").with_columns(pl.col("alias_id").alias("group_id"))
    several = read_runs(Path(spec.folder, "runs", "named"), spec.bucket)
    near = read_runs(Path(spec.identified, NEAR_NAME), spec.bucket)
    keys = several.select(halve_id("alias_id").unique().sort()).to_series()
    matches = read_keys(Path(spec.identified, "matches"), keys).filter(
        pl.col("alias_id").is_in(several["alias_id"].implode())
    )

    def make(there: ResolveSpec) -> ResolveReceipt:
        listings = pl.concat([name_papers(alone).select(several.columns), several])
        papers = make_papers(listings)
        named = dated.join(names, on="alias_id", how="left").with_columns(
            pl.col("paper_id").fill_null(pl.col("alias_id"))
        )
        aliases = list_aliases(named)
        for kind, rows in (("merges", find_merges(listings, matches)), ("variants", find_variants(listings, papers))):
            write_run(rows, _name_run(there, kind), halve_id("dump_id"), *_LISTING)
        nearly = aliases.join(near, on="alias_id", how="semi")
        for kind, rows in (("near_aliases", nearly), ("organizations", count_organizations(papers))):
            write_run(rows, _name_run(there, kind), pl.lit(0, pl.UInt64))
        return _write({"papers": papers, "aliases": aliases, "links": find_links(papers)}, there)

    rows = {"dated": dated, "names": names, "several": several, "near": near, "matches": matches}
    return make_once(spec, "papers", rows, make, kind=ResolveReceipt)


def list_bucket(spec: ResolveSpec) -> ResolveReceipt:
    """Put what was found of the listings of a range of dumps in order."""
    page_dates = read_page_dates(Path(spec.dated), spec.bucket)
    cards = date_listings(read_runs(Path(spec.source, "cards"), spec.bucket), page_dates)
    places = read_runs(Path(spec.folder, "runs", "places"), spec.bucket)
    listings = cards.join(places, on=_LISTING, how="left").with_columns(
        pl.col("paper_id").fill_null(pl.col("alias_id"))
    )
    merges, variants = (read_runs(Path(spec.folder, "runs", kind), spec.bucket) for kind in ("merges", "variants"))
    tables = {"listings": listings, "merges": merges, "variants": variants}

    def write(there: ResolveSpec) -> ResolveReceipt:
        receipt = _write(tables, there)
        more = {
            "merged_listings": merges.filter(~pl.col("is_survivor")).height,
            "inferred_years": listings.filter(pl.col("published_year_basis") == "inferred").height,
        }
        return receipt._replace(counts={**receipt.counts, **more})

    return make_once(spec, "listings", tables, write, kind=ResolveReceipt)


def _write_tables_of_all(folder: Path, identified: Path) -> ResolveReceipt:
    near_misses = read_runs(identified / "near_misses")
    tables = {
        "near_misses": find_near_misses(read_runs(folder / "runs" / "near_aliases"), near_misses),
        "organizations": list_organizations(read_runs(folder / "runs" / "organizations")),
    }
    return _write(tables, RangeSpec(str(folder), WHOLE, ()))


def _write(tables: Mapping[str, pl.DataFrame], spec: RangeSpec) -> ResolveReceipt:
    published = {name: _conform(rows, name) for name, rows in tables.items()}
    report = write_valid_part(published, Path(spec.folder), spec.bucket.number)
    return ResolveReceipt(spec.bucket.number, {name: rows.height for name, rows in published.items()}, report)


def _name_run(spec: ResolveSpec, kind: str) -> Path:
    return Path(spec.folder, "runs", kind, f"{spec.bucket.number:06d}.arrow")


def _conform(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    columns = TABLES[table].to_schema().columns
    return rows.select(pl.col(name).cast(column.dtype.type) for name, column in columns.items())
