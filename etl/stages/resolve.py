"""Stage 6, resolve: one row per paper, with every table that says how it came about; all of them validated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from etl.stages.date import read_page_dates
from etl.stages.extract import scan_units
from etl.stages.identify import read_identity
from etl.stages.receipt import Receipt, run_stage
from etl.stages.validated import write_valid_tables
from etl.transform.golden import make_papers
from etl.transform.links import find_links
from etl.transform.listings import date_listings, name_papers
from etl.transform.organizations import list_organizations
from etl.transform.provenance import find_merges, find_near_misses, find_variants, list_aliases
from schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from etl.transform.identify import Identity


def resolve_papers(warehouse: Warehouse, extracted: Receipt, identified: Receipt, dated: Receipt) -> Receipt:
    """Make papers, listings and their provenance; writes the tables and what validation says of each."""
    source = extracted.open_folder(warehouse)
    identity = read_identity(identified.open_folder(warehouse))
    page_dates = read_page_dates(dated.open_folder(warehouse))

    def work(folder: Path) -> Mapping[str, int]:
        cards = scan_units(source, "cards").collect()
        tables = make_tables(cards, identity, page_dates)
        broken_rules = write_valid_tables(tables, folder)
        inferred = tables["listings"].filter(pl.col("published_year_basis") == "inferred").height
        return {
            **{name: rows.height for name, rows in tables.items()},
            "merged_listings": tables["merges"].filter(~pl.col("is_survivor")).height,
            "inferred_years": inferred,
            "broken_rules": broken_rules,
        }

    return run_stage(warehouse, "resolve", [extracted.stage_id, identified.stage_id, dated.stage_id], work)


def make_tables(cards: pl.DataFrame, identity: Identity, page_dates: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Make every table that depends on more than one listing, in the columns and order of its schema."""
    listings = name_papers(date_listings(cards, identity.groups, page_dates))
    papers = make_papers(listings)
    tables = {
        "papers": papers,
        "listings": listings,
        "merges": find_merges(listings, identity.matches),
        "near_misses": find_near_misses(listings, identity.near_misses),
        "variants": find_variants(listings, papers),
        "aliases": list_aliases(listings),
        "links": find_links(papers),
        "organizations": list_organizations(papers),
    }
    return {name: _conform(rows, name) for name, rows in tables.items()}


def _conform(rows: pl.DataFrame, table: str) -> pl.DataFrame:
    columns = TABLES[table].to_schema().columns
    return rows.select(pl.col(name).cast(column.dtype.type) for name, column in columns.items())
