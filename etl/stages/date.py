"""Stage 5, date: which year every page is of, from all evidence of the whole set at once.

Tasks by ranges gather what dumps and papers say of pages, and sum it up; that is a few rows for each page, and they are
dated here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from etl.runners.local import LocalRunner
from etl.stages.collect import read_inputs
from etl.stages.identify import read_group_cards
from etl.stages.receipt import Receipt, run_stage
from etl.stages.runs import WHOLE, Bucket, list_buckets, list_runs, read_run, read_runs, remove_runs, write_run
from etl.stages.tasks import Tasks
from etl.stages.validated import write_valid_tables
from etl.transform.candidates import halve_id
from etl.transform.dates import CUT_DAY, forget_cut_days
from etl.transform.page_facts import PaperFacts, find_paper_facts, gather_evidence, sum_facts, summarize_pages
from etl.transform.years import date_by_evidence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from etl.load.warehouse import Warehouse
    from etl.runners import Runner
    from etl.store import Place

_DATING: Final = ("dump_id", "page_number", "page_on", "capture_year", "capture_year_basis")
_PRIVATE: Final = ("capture_year", "capture_year_basis")
_RANGES_OF_SUM: Final = 16
"""Facts are small, so a task sums up so many ranges: every task opens the runs of all ranges."""

_GIVEN: Final = ("dump_id", "given_page_on", "given_by")
_DATED: Final = ("dump_id", "page_number", "month", "day", *CUT_DAY)


@dataclass(frozen=True)
class DateSpec:
    """One task: extraction's runs, the folder of identify, the stage's own, and a range of dumps and of papers."""

    source: str
    identified: str
    folder: str
    bucket: Bucket


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
    given = read_inputs(collected.open_folder(warehouse)).select(_GIVEN).drop_nulls().unique()
    source, identity = extracted.open_folder(warehouse) / "runs", identified.open_folder(warehouse)
    buckets = int(extracted.metrics["buckets"])

    def work(folder: Path) -> Mapping[str, int]:
        sums = max(1, buckets // _RANGES_OF_SUM)
        tasks = Tasks(runner or LocalRunner(), buckets + sums, on_progress)
        for task, count in ((gather_page_facts, buckets), (sum_page_facts, sums)):
            tasks.run(task, [DateSpec(str(source), str(identity), str(folder), one) for one in list_buckets(count)])
        pages = read_runs(source / "pages").sort("dump_id", "page_number")
        evidence = gather_evidence(pages, read_runs(folder / "summaries"), _read_facts(folder / "sums"), given)
        page_dates = date_by_evidence(evidence, map(read_run, list_runs(folder / "sums" / "links")))
        by_dump = halve_id("dump_id")
        write_run(page_dates.select(_DATING), folder / "page_dates" / "all.arrow", by_dump, *_DATING[:2])
        remove_runs(folder, "summaries", "sums", *PaperFacts._fields)
        whole = pages.join(page_dates.drop(_PRIVATE), on=["dump_id", "page_number"], how="left")
        broken_rules = write_valid_tables({"pages": _order_columns(whole)}, folder)
        bases = whole["page_year_basis"]
        return {
            "pages": whole.height,
            **{f"{basis}_page_years": int((bases == basis).sum()) for basis in ("printed", "given", "inferred")},
            "unknown_page_years": bases.null_count(),
            "contradictory_pages": count_contradictions(whole),
            "broken_rules": broken_rules,
        }

    depends_on = [extracted.stage_id, identified.stage_id, given.sort(pl.all()).rows()]
    return run_stage(warehouse, "date", depends_on, work, mirror=mirror)


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
    cards = forget_cut_days(read_runs(source / "cards", spec.bucket, _DATED))
    write_run(summarize_pages(cards), folder / "summaries" / name, by_dump, "page_number")
    papers = forget_cut_days(read_group_cards(source, Path(spec.identified), spec.bucket, _DATED))
    for kind, rows in find_paper_facts(papers)._asdict().items():
        write_run(rows, folder / kind / name, by_dump, "page_number")
    return spec.bucket


def sum_page_facts(spec: DateSpec) -> Bucket:
    """Sum up what papers of all ranges say of the pages of a range of dumps; gives the range."""
    folder = Path(spec.folder)
    facts = sum_facts(PaperFacts(*(read_runs(folder / kind, spec.bucket) for kind in PaperFacts._fields)))
    for kind, rows in facts._asdict().items():
        run = folder / "sums" / kind / f"{spec.bucket.number:06d}.arrow"
        write_run(rows, run, halve_id("dump_id"), "page_number")
    return spec.bucket


def _read_facts(sums: Path) -> PaperFacts:
    """Read all but the links, which are many and are read one run after the other."""
    facts = {name: read_runs(sums / name) for name in PaperFacts._fields if name != "links"}
    return PaperFacts(**facts, links=read_run(list_runs(sums / "links")[0])[:0])


def read_page_dates(folder: Path, bucket: Bucket = WHOLE) -> pl.DataFrame:
    """Read back what dates a page's listings: its day, and the year that its year-less cards are of."""
    return read_runs(folder / "page_dates", bucket)


def _order_columns(pages: pl.DataFrame) -> pl.DataFrame:
    counts = ("listing_count", "quarantine_count")
    return pages.select(*(name for name in pages.columns if name not in counts), *counts)
