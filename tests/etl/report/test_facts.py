from __future__ import annotations

import datetime as dt
import shutil
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.load.reader import Release
from etl.report.facts import MAX_BARS, VIEWS, add_up, count_facts, open_views

if TYPE_CHECKING:
    from pathlib import Path

DAYS = st.lists(st.dates(), unique=True, max_size=30).map(sorted)


@given(days=DAYS)
def test_adding_up_loses_nothing_and_stays_readable(days: list[dt.date]):
    series = add_up([(day, 2, 1) for day in days], ["new", "old"])
    assert len(series.labels) <= MAX_BARS
    assert {name: sum(counts) for name, counts in series.amounts.items()} == {"new": 2 * len(days), "old": len(days)}
    assert all(before < after for before, after in pairwise(label.removeprefix("to ") for label in series.labels))


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        (dt.date(2025, 2, 27), dt.date(2025, 3, 1), ["2025-02-27", "2025-02-28", "2025-03-01"]),
        (dt.date(2024, 11, 5), dt.date(2025, 1, 7), ["2024-11", "2024-12", "2025-01"]),
        (dt.date(2021, 1, 1), dt.date(2025, 1, 1), ["2021", "2022", "2023", "2024", "2025"]),
    ],
)
def test_the_stretches_without_anything_are_there(first: dt.date, last: dt.date, labels: list[str]):
    assert add_up([(first, 1), (last, 1)], ["papers"]).labels == labels


def test_the_figures_are_those_of_the_tables(release: Release):
    with open_views(release, *VIEWS) as connection:
        facts = count_facts(connection, release)
    papers, listings = release.read("papers"), release.read("listings")
    assert facts.rows == {table: entry["rows"] for table, entry in release.manifest["tables"].items()}
    assert (
        facts.byte_count == sum(facts.measures["bytes by role"].values()) == release.read("dumps")["byte_count"].sum()
    )
    assert facts.nulls == {name: papers[name].null_count() for name in facts.nulls}
    assert sum(facts.merges.values()) + papers.height == listings.height
    assert (facts.first_page_on, facts.last_page_on) == (listings["page_on"].min(), listings["page_on"].max())
    assert sum(map(sum, facts.listed.amounts.values())) + facts.undated_listings == listings.height
    assert sum(map(sum, facts.published.amounts.values())) == papers["published_on"].count()
    assert sum(facts.copies) == listings["dump_id"].n_unique()


def test_a_folder_that_reads_like_a_pattern_is_read_itself(release: Release, tmp_path: Path):
    for name in ("a[1]", "a1"):
        shutil.copytree(release.path, tmp_path / name)
    moved = Release(release.release_id, tmp_path / "a[1]", release.manifest)
    decoy = tmp_path / "a1" / "papers" / moved.list_files("papers")[0].name
    decoy.chmod(0o644)
    release.read("papers").with_columns(pl.lit(None, pl.String).alias("abstract")).write_parquet(decoy)
    with open_views(release, *VIEWS) as connection, open_views(moved, *VIEWS) as other:
        assert count_facts(connection, release) == count_facts(other, moved)
