"""Stage 6, resolve: one row per paper, with every table that says how it came about; all of them validated.

Tasks by ranges of groups name the papers that have several candidates; tasks by ranges of papers make golden records;
tasks by ranges of dumps put what was found of each listing in the order of the dumps. Where an earlier build knows
nearly all of it, only the papers that are touched are made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from etl.runners.local import LocalRunner
from etl.stages.amend import find_amendment, read_rows_of
from etl.stages.amend_facts import read_page_dates
from etl.stages.amend_papers import LISTING, amend_papers, conform, count_listings, read_touched_cards
from etl.stages.identity import GROUPED_NAME, NEAR_NAME, bring_together
from etl.stages.merging import merge_folders
from etl.stages.parts import WHOLE_TABLE, read_parts
from etl.stages.receipt import Receipt, run_stage
from etl.stages.runs import WHOLE, list_buckets, read_runs, remove_runs, write_run
from etl.stages.tasks import RangeSpec, Tasks
from etl.stages.validated import Report, write_report, write_valid_range
from etl.transform.candidates import halve_id
from etl.transform.listings import date_listings, name_papers
from etl.transform.organizations import count_organizations, list_organizations
from etl.transform.paper_tables import make_paper_tables
from etl.transform.provenance import find_near_misses, list_aliases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from etl.load.warehouse import Warehouse
    from etl.runners import Runner
    from etl.stages.parts import Parts
    from etl.store import Place


@dataclass(frozen=True)
class ResolveSpec(RangeSpec):
    """One task: also the folders of extraction's runs, of identify, of date, and of the runs of ``bring_together``."""

    source: str
    identified: str
    dated: str
    grouped: str


class ResolveReceipt(NamedTuple):
    """What a task came to: rows by table and counts for people, and what validation says of its tables."""

    number: int
    counts: Mapping[str, int]
    report: Report


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

    ``mirror`` as for ``run_stage``; ``on_tell`` is told in a sentence how many papers were made anew.
    """
    source = extracted.open_folder(warehouse) / "runs"
    identity, dates = identified.open_folder(warehouse), dated.open_folder(warehouse)
    parts = read_parts(extracted)

    def work(folder: Path) -> Mapping[str, int]:
        amendment = find_amendment(warehouse, "resolve", extracted, identified, dated)
        if amendment is not None and read_parts(amendment.earlier.receipt) == parts:
            touched = read_touched_cards(source, identity, dates, amendment)
            if touched is not None:
                counts = amend_papers(identity, folder, parts, amendment, touched)
                made = counts.pop("made")
                if made < counts["papers"] and on_tell is not None:
                    on_tell(f"{made:,} of {counts['papers']:,} papers were made, the others were before.")
                return counts
        tasks = Tasks(runner or LocalRunner(), 3 * parts.buckets, on_progress)
        return _make_all(source, identity, dates, folder, parts, tasks)

    made_from = [extracted, identified, dated]
    return run_stage(warehouse, "resolve", [parts], work, made_from=made_from, mirror=mirror)


def _make_all(  # noqa: PLR0913, PLR0917 - three stages to read, and how to work
    source: Path, identified: Path, dated: Path, folder: Path, parts: Parts, tasks: Tasks
) -> Mapping[str, int]:
    """Make all papers, range by range; gives counts."""
    grouped = dated
    if not (grouped / GROUPED_NAME).is_dir():  # pages were dated without it
        grouped = folder / "runs"
        bring_together(source, identified, grouped, parts, tasks)
    folders = [str(one) for one in (source, identified, dated, grouped)]
    specs = [ResolveSpec(str(folder), bucket, parts, *folders) for bucket in list_buckets(parts.buckets)]
    receipts = tasks.run(name_bucket, specs)
    merge_folders([folder / "runs" / kind for kind in ("named", "names", "places")], tasks)
    receipts += tasks.run(resolve_bucket, specs)
    merge_folders([folder / "runs" / kind for kind in ("merges", "variants")], tasks)
    receipts += tasks.run(list_bucket, specs)
    receipts.append(_write_tables_of_all(folder, identified))
    remove_runs(folder, "runs")
    broken_rules = write_report([receipt.report for receipt in receipts], folder)
    names = dict.fromkeys(name for receipt in receipts for name in receipt.counts)
    counts = {name: sum(receipt.counts.get(name, 0) for receipt in receipts) for name in names}
    return {**counts, "broken_rules": broken_rules, **parts._asdict()}


def name_bucket(spec: ResolveSpec) -> ResolveReceipt:
    """Name the papers of a range of groups that have several candidates."""
    cards = read_runs(Path(spec.grouped, GROUPED_NAME), spec.bucket)
    named = name_papers(date_listings(cards, read_page_dates(Path(spec.dated))))
    write_run(named, _name_run(spec, "named"), halve_id("paper_id"), "paper_id", *LISTING)
    names = named.select("alias_id", "paper_id").unique()
    write_run(names, _name_run(spec, "names"), halve_id("alias_id"), "alias_id")
    write_run(named.select(*LISTING, "paper_id"), _name_run(spec, "places"), halve_id("dump_id"), *LISTING)
    return ResolveReceipt(spec.bucket.number, {}, {})


def resolve_bucket(spec: ResolveSpec) -> ResolveReceipt:
    """Make the golden records of a range of papers, and what goes with them."""
    cards = read_runs(Path(spec.source, "candidates"), spec.bucket)
    names = read_runs(Path(spec.folder, "runs", "names"), spec.bucket)
    dated = date_listings(cards, read_page_dates(Path(spec.dated)))
    alone = dated.join(names, on="alias_id", how="anti").with_columns(pl.col("alias_id").alias("group_id"))
    several = read_runs(Path(spec.folder, "runs", "named"), spec.bucket)
    matches = read_rows_of(Path(spec.identified, "matches"), several["alias_id"], "alias_id")
    listings = pl.concat([name_papers(alone).select(several.columns), several])
    made = make_paper_tables(listings, matches)
    named = dated.join(names, on="alias_id", how="left").with_columns(pl.col("paper_id").fill_null(pl.col("alias_id")))
    aliases = list_aliases(named)
    for kind, rows in (("merges", made.merges), ("variants", made.variants)):
        write_run(rows, _name_run(spec, kind), halve_id("dump_id"), *LISTING)
    near = aliases.join(read_runs(Path(spec.identified, NEAR_NAME), spec.bucket), on="alias_id", how="semi")
    write_run(near, Path(spec.folder, NEAR_NAME, f"{spec.bucket.number:06d}.arrow"), halve_id("alias_id"), "alias_id")
    write_run(count_organizations(made.papers), _name_run(spec, "organizations"), pl.lit(0, pl.UInt64))
    return _write({"papers": made.papers, "aliases": aliases, "links": made.links}, spec)


def list_bucket(spec: ResolveSpec) -> ResolveReceipt:
    """Put what was found of the listings of a range of dumps in order."""
    page_dates = read_page_dates(Path(spec.dated), spec.bucket)
    cards = date_listings(read_runs(Path(spec.source, "cards"), spec.bucket), page_dates)
    places = read_runs(Path(spec.folder, "runs", "places"), spec.bucket)
    listings = cards.join(places, on=LISTING, how="left").with_columns(pl.col("paper_id").fill_null(pl.col("alias_id")))
    merges, variants = (read_runs(Path(spec.folder, "runs", kind), spec.bucket) for kind in ("merges", "variants"))
    receipt = _write({"listings": listings, "merges": merges, "variants": variants}, spec)
    return receipt._replace(counts={**receipt.counts, **count_listings(listings, merges)})


def _write_tables_of_all(folder: Path, identified: Path) -> ResolveReceipt:
    tables = {
        "near_misses": find_near_misses(read_runs(folder / NEAR_NAME), read_runs(identified / "near_misses")),
        "organizations": list_organizations(read_runs(folder / "runs" / "organizations")),
    }
    return _write(tables, RangeSpec(str(folder), WHOLE, WHOLE_TABLE))


def _write(tables: Mapping[str, pl.DataFrame], spec: RangeSpec) -> ResolveReceipt:
    published = {name: conform(rows, name) for name, rows in tables.items()}
    report = write_valid_range(published, Path(spec.folder), spec.bucket, spec.parts)
    return ResolveReceipt(spec.bucket.number, {name: rows.height for name, rows in published.items()}, report)


def _name_run(spec: ResolveSpec, kind: str) -> Path:
    return Path(spec.folder, "runs", kind, f"{spec.bucket.number:06d}.arrow")
