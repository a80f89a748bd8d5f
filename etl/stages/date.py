"""Stage 5, date: which year every page is of, from all evidence of the whole set at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from etl.stages.collect import read_inputs
from etl.stages.extract import scan_units
from etl.stages.identify import read_identity
from etl.stages.receipt import Receipt, run_stage
from etl.stages.validated import write_valid_tables
from etl.transform.years import date_pages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.warehouse import Warehouse

_PRIVATE: Final = ("capture_year", "capture_year_basis")


def infer_page_years(warehouse: Warehouse, collected: Receipt, extracted: Receipt, identified: Receipt) -> Receipt:
    """Date every page; writes the table ``pages`` and ``page_dates.parquet``."""
    given = read_inputs(collected.open_folder(warehouse)).select("dump_id", "given_page_on").drop_nulls().unique()
    source = extracted.open_folder(warehouse)
    identity = read_identity(identified.open_folder(warehouse)).groups

    def work(folder: Path) -> Mapping[str, int]:
        cards = (
            scan_units(source, "cards").select("dump_id", "page_number", "alias_id", "month", "day", "year").collect()
        )
        pages = scan_units(source, "pages").collect()
        page_dates = date_pages(pages, cards.join(identity, on="alias_id", how="left"), given)
        page_dates.write_parquet(folder / "page_dates.parquet")
        whole = pages.join(page_dates.drop(_PRIVATE), on=["dump_id", "page_number"], how="left")
        broken_rules = write_valid_tables({"pages": _order_columns(whole)}, folder)
        bases = whole["page_year_basis"]
        return {
            "pages": whole.height,
            **{f"{basis}_page_years": int((bases == basis).sum()) for basis in ("printed", "given", "inferred")},
            "unknown_page_years": bases.null_count(),
            "broken_rules": broken_rules,
        }

    return run_stage(warehouse, "date", [extracted.stage_id, identified.stage_id, given.sort(pl.all()).rows()], work)


def read_page_dates(folder: Path) -> pl.DataFrame:
    """Read the pages' dates back, with the year that their year-less cards are of."""
    return pl.read_parquet(folder / "page_dates.parquet", glob=False)


def _order_columns(pages: pl.DataFrame) -> pl.DataFrame:
    counts = ("listing_count", "quarantine_count")
    return pages.select(*(name for name in pages.columns if name not in counts), *counts)
