"""Stage 5, date: which year every page is of, from all evidence of the whole set at once.

Tasks by ranges gather what dumps and papers say of pages, and sum it up; that is a few rows for each page, and they are
dated here. Where an earlier build knows nearly all of it, only pages on which a changed paper stands are asked again,
and only clusters of pages with one of these are dated again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from etl.load.tables import read_table
from etl.runners.local import LocalRunner
from etl.stages.amend import find_amendment, note_touched
from etl.stages.amend_facts import DATED, DATING, FACTS_NAME, SUMMARIES_NAME, amend_facts, find_redated, read_page_dates
from etl.stages.collect import read_inputs
from etl.stages.identity import bring_together, read_group_cards
from etl.stages.parts import read_parts
from etl.stages.receipt import Receipt, run_stage
from etl.stages.runs import WHOLE, Bucket, list_buckets, list_runs, read_run, read_runs, remove_runs, write_run
from etl.stages.tasks import RangeSpec, Tasks
from etl.stages.validated import write_report, write_valid_range
from etl.transform.candidates import halve_id
from etl.transform.dated_papers import PAGE
from etl.transform.dates import forget_cut_days
from etl.transform.page_facts import PaperFacts, find_paper_facts, gather_evidence, sum_facts, summarize_pages
from etl.transform.years import PAGE_DATE_SCHEMA, date_by_evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from etl.load.warehouse import Warehouse
    from etl.runners import Runner
    from etl.stages.amend_facts import AmendedFacts
    from etl.stages.parts import Parts
    from etl.store import Place

_PRIVATE: Final = ("capture_year", "capture_year_basis")
_RANGES_OF_SUM: Final = 16
"""Facts are small, so a task sums up so many ranges: every task opens the runs of all ranges."""

_GIVEN: Final = ("dump_id", "given_page_on", "given_by")
_GIVEN_NAME: Final = "given.parquet"


@dataclass(frozen=True)
class DateSpec(RangeSpec):
    """One task, on a range of dumps and of papers: also the folders of extraction's runs and of identify."""

    source: str
    identified: str


def infer_page_years(  # noqa: PLR0913 - three stages to read, and how to work
    warehouse: Warehouse,
    collected: Receipt,
    extracted: Receipt,
    identified: Receipt,
    *,
    runner: Runner | None = None,
    mirror: Place | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Receipt:
    """Date every page; writes ``pages`` and what ``read_page_dates`` reads; ``mirror`` as for ``run_stage``."""
    given = read_inputs(collected.open_folder(warehouse)).select(_GIVEN).drop_nulls().unique().sort(pl.all())
    source, identity = extracted.open_folder(warehouse) / "runs", identified.open_folder(warehouse)

    def work(folder: Path) -> Mapping[str, int]:
        given.write_parquet(folder / _GIVEN_NAME)
        amendment = find_amendment(warehouse, "date", extracted, identified)
        amended = None if amendment is None else amend_facts(source, identity, amendment, folder)
        if amended is None:
            parts = read_parts(extracted)
            tasks = Tasks(runner or LocalRunner(), 2 * parts.buckets + _count_sums(parts), on_progress)
            _gather_facts(source, identity, folder, parts, tasks)
        pages = read_runs(source / "pages").sort(*PAGE)
        known = None if amended is None else _find_known(amended, pages, given)
        page_dates = _date_pages(folder, pages, given, known)
        if amended is not None:
            note_touched(folder, amended.earlier, find_redated(source, identity, amended, page_dates))
        write_run(page_dates.select(DATING), folder / "page_dates" / "all.arrow", halve_id("dump_id"), *PAGE)
        whole = pages.join(page_dates.drop(_PRIVATE), on=PAGE, how="left")
        report = write_valid_range({"pages": _order_columns(whole)}, folder, WHOLE, read_parts(extracted))
        broken_rules = write_report([report], folder)
        bases = whole["page_year_basis"]
        return {
            "pages": whole.height,
            **{f"{basis}_page_years": int((bases == basis).sum()) for basis in ("printed", "given", "inferred")},
            "unknown_page_years": bases.null_count(),
            "contradictory_pages": count_contradictions(whole),
            "broken_rules": broken_rules,
        }

    return run_stage(warehouse, "date", [given.rows()], work, made_from=[extracted, identified], mirror=mirror)


def _count_sums(parts: Parts) -> int:
    return max(1, parts.buckets // _RANGES_OF_SUM)


def _gather_facts(source: Path, identified: Path, folder: Path, parts: Parts, tasks: Tasks) -> None:
    """Gather what all dumps and papers say of pages, range by range, as runs below ``facts``."""
    bring_together(source, identified, folder, parts, tasks)
    for task, count in ((gather_page_facts, parts.buckets), (sum_page_facts, _count_sums(parts))):
        specs = [DateSpec(str(folder), bucket, parts, str(source), str(identified)) for bucket in list_buckets(count)]
        tasks.run(task, specs)
    remove_runs(folder, *PaperFacts._fields)


def _date_pages(folder: Path, pages: pl.DataFrame, given: pl.DataFrame, known: pl.DataFrame | None) -> pl.DataFrame:
    """Date all pages from the facts of this stage's folder."""
    facts = {name: read_runs(folder / FACTS_NAME / name) for name in PaperFacts._fields if name != "links"}
    runs = list_runs(folder / FACTS_NAME / "links")
    no_links = read_run(runs[0])[:0]  # they are many, and are read one run after the other
    summaries = read_runs(folder / FACTS_NAME / SUMMARIES_NAME)
    evidence = gather_evidence(pages, summaries, PaperFacts(**facts, links=no_links), given)
    return date_by_evidence(evidence, map(read_run, runs), known)


def _find_known(amended: AmendedFacts, pages: pl.DataFrame, given: pl.DataFrame) -> pl.DataFrame:
    """Find the pages of which nothing new is known, with what was found of them before."""
    folder = amended.earlier.folder
    before = pl.read_parquet(folder / _GIVEN_NAME, glob=False)
    retold = pl.concat([one.join(other, on=_GIVEN, how="anti") for one, other in ((given, before), (before, given))])
    dated = read_table(folder, "pages").select(name for name in PAGE_DATE_SCHEMA if name not in _PRIVATE)
    private = read_page_dates(folder).select(*PAGE, *_PRIVATE)
    known = dated.join(private, on=PAGE).join(pages, on=PAGE, how="semi").select(*PAGE_DATE_SCHEMA)
    for asked in (amended.dumps, retold["dump_id"]):
        known = known.filter(~pl.col("dump_id").is_in(asked.implode()))
    return known


def count_contradictions(pages: pl.DataFrame) -> int:
    """Count the pages whose evidence contradicts itself.

    Columns in: ``year_evidence`` (List(String)).
    """
    is_contradiction = pl.col("year_evidence").list.eval(pl.element().str.starts_with("contradiction")).list.any()
    return int(pages.select(is_contradiction.sum()).item() or 0)


def gather_page_facts(spec: DateSpec) -> Bucket:
    """Gather what a range of dumps and a range of papers say of pages; gives the range."""
    source, folder = Path(spec.source), Path(spec.folder)
    name = f"{spec.bucket.number:06d}.arrow"
    by_dump = halve_id("dump_id")
    cards = forget_cut_days(read_runs(source / "cards", spec.bucket, DATED))
    write_run(summarize_pages(cards), folder / FACTS_NAME / SUMMARIES_NAME / name, by_dump, "page_number")
    papers = forget_cut_days(read_group_cards(source, Path(spec.identified), folder, spec.bucket, DATED))
    for kind, rows in find_paper_facts(papers)._asdict().items():
        write_run(rows, folder / kind / name, by_dump, "page_number")
    return spec.bucket


def sum_page_facts(spec: DateSpec) -> Bucket:
    """Sum up what papers of all ranges say of the pages of a range of dumps; gives the range."""
    folder = Path(spec.folder)
    facts = sum_facts(PaperFacts(*(read_runs(folder / kind, spec.bucket) for kind in PaperFacts._fields)))
    for kind, rows in facts._asdict().items():
        run = folder / FACTS_NAME / kind / f"{spec.bucket.number:06d}.arrow"
        write_run(rows, run, halve_id("dump_id"), "page_number")
    return spec.bucket


def _order_columns(pages: pl.DataFrame) -> pl.DataFrame:
    counts = ("listing_count", "quarantine_count")
    return pages.select(*(name for name in pages.columns if name not in counts), *counts)
