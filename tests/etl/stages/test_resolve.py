from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from etl.load.tables import read_table
from etl.stages import resolve
from etl.stages.validated import read_validation
from etl.transform import paper_tables
from schemas import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from tests.etl.stages.conftest import RunStages

RESOLVED = ("papers", "listings", "merges", "near_misses", "variants", "aliases", "links", "organizations")


def test_all_tables_that_hang_together_are_written_and_valid(run_stages: RunStages, warehouse: Warehouse, dumps: Path):
    receipt = run_stages(dumps)["resolve"]
    folder = receipt.open_folder(warehouse)
    assert read_validation(folder) == {name: [] for name in RESOLVED}
    for name in RESOLVED:
        rows = read_table(folder, name)
        assert rows.columns == list(TABLES[name].to_schema().columns)
        assert rows.height == receipt.metrics[name]
    told = {name: receipt.metrics[name] for name in ("papers", "listings", "merged_listings", "links", "organizations")}
    assert told == {"papers": 3, "listings": 5, "merged_listings": 2, "links": 1, "organizations": 1}


def test_what_a_twin_prints_fills_the_paper_and_the_variant_says_so(
    run_stages: RunStages, warehouse: Warehouse, dumps: Path
):
    folder = run_stages(dumps)["resolve"].open_folder(warehouse)
    paper = read_table(folder, "papers").filter(pl.col("title").str.starts_with("Street")).row(0, named=True)
    assert (paper["author_count"], str(paper["published_on"]), paper["published_year_basis"]) == (
        12,
        "2024-11-03",
        "printed",
    )
    variants = read_table(folder, "variants").filter(paper_id=paper["paper_id"])
    assert variants.select("field", "value", "reason").rows() == [
        ("author_count", None, "filled"),
        ("published_on", None, "filled"),
    ]


SPOILT = {
    "links": ("find_links", pl.lit("no_such_kind").alias("kind"), "kind: isin("),
    "papers": ("make_papers", pl.col("dump_count") + 99, "no_more_dumps_than_listings"),
    "aliases": ("list_aliases", pl.lit("XYZ").alias("alias_id"), "alias_id: str_matches("),
    "organizations": ("list_organizations", pl.lit(None, pl.Int32).alias("paper_count"), "paper_count: not_nullable"),
}


@pytest.mark.parametrize("table", SPOILT)
def test_a_bad_row_is_reported_by_table_and_rule(
    run_stages: RunStages, warehouse: Warehouse, dumps: Path, monkeypatch: pytest.MonkeyPatch, table: str
):
    function, change, rule = SPOILT[table]
    module = paper_tables if hasattr(paper_tables, function) else resolve
    honest = getattr(module, function)
    monkeypatch.setattr(module, function, lambda *frames: honest(*frames).with_columns(change))
    receipt = run_stages(dumps)["resolve"]
    broken = {name: rules for name, rules in read_validation(receipt.open_folder(warehouse)).items() if rules}
    assert list(broken) == [table]
    assert any(one["rule"].startswith(rule) for one in broken[table])
    assert receipt.metrics["broken_rules"] == len(broken[table])
