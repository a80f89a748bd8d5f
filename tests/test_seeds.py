"""The five real dumps beside the project: what the whole build makes of them."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import polars as pl
import pytest

from etl.load.warehouse import Warehouse
from etl.pipeline import BuildReport, build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
from schemas import TABLES
from schemas.validation import find_failures
from tests.check_tiling import check_release

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release

COUNTS = (22, 46, 17, 102, 88)
"""Listings of each dump, in the order of the files' names."""
UNDATED = "002_"


@pytest.fixture(scope="module")
def report(shared_dumps: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildReport:
    warehouse = Warehouse(tmp_path_factory.mktemp("seeds"))
    return build(warehouse, InputOptions((shared_dumps / "seeds",)), runner=LocalRunner(1))


@pytest.fixture(scope="module")
def release(report: BuildReport) -> Release:
    return report.release


@pytest.fixture(scope="module")
def undated(release: Release) -> str:
    """Find the dump that prints no date on any card."""
    return release.read("inputs").filter(pl.col("path").str.starts_with(UNDATED))["dump_id"].item()


def test_every_listing_is_read(release: Release):
    dumps = release.read("inputs").join(release.read("dumps"), on="dump_id").sort("path")
    assert tuple(dumps["listing_count"]) == COUNTS
    assert dumps["status"].to_list() == dumps["status_right"].to_list() == ["read"] * len(COUNTS)
    assert release.read("listings").height == sum(COUNTS) == 275
    assert release.read("quarantine").is_empty()


def test_every_byte_is_accounted_for(release: Release, report: BuildReport, shared_dumps: Path):
    assert check_release(release.path, [shared_dumps / "seeds"]) == []
    sizes = sum(path.stat().st_size for path in (shared_dumps / "seeds").glob("*.txt"))
    metrics = report.receipts["extract"].metrics
    assert metrics["listing_bytes"] + metrics["chrome_bytes"] + metrics["blank_bytes"] == metrics["byte_count"] == sizes


def test_no_row_breaks_a_rule(release: Release):
    assert [name for name, table in TABLES.items() if not find_failures(release.read(name), table).is_empty()] == []


def test_every_paper_is_one_row(release: Release):
    papers = release.read("papers")
    assert papers.height == 262
    assert papers["listing_count"].sum() == sum(COUNTS)
    assert sorted(papers.filter(pl.col("listing_count") > 1)["listing_count"]) == [*[2] * 11, 3]
    assert papers.filter(pl.col("listing_count") != pl.col("dump_count")).is_empty()


def test_the_stages_count_what_people_ask_for(report: BuildReport):
    metrics = {name: value for receipt in report.receipts.values() for name, value in receipt.metrics.items()}
    told = {name: metrics[name] for name in ("papers", "listings", "merged_listings", "inferred_years", "broken_rules")}
    assert told == {"papers": 262, "listings": 275, "merged_listings": 13, "inferred_years": 46, "broken_rules": 0}
    assert (metrics["inferred_page_years"], metrics["unknown_page_years"]) == (4, 1)


def test_equal_titles_are_merged_and_nothing_else_is(release: Release):
    listings = release.read("listings").with_columns(pl.col("title").str.to_lowercase().alias("folded"))
    assert listings["folded"].n_unique() == listings["paper_id"].n_unique() == 262
    assert listings.group_by("folded").agg(pl.col("paper_id").n_unique())["paper_id"].max() == 1


def test_a_paper_whose_abstract_a_mirror_changed_is_merged_all_the_same(release: Release):
    papers = release.read("papers").filter(pl.col("title").str.starts_with("OpenELM"))
    paper = papers.row(0, named=True)
    assert (papers.height, paper["listing_count"], paper["comment_count"]) == (1, 2, 14)
    listings = release.read("listings").filter(paper_id=paper["paper_id"])
    assert listings["abstract_sha256"].n_unique() == 2
    merges = release.read("merges").filter(paper_id=paper["paper_id"])
    assert merges.filter(~pl.col("is_survivor"))["rule"].to_list() == ["exact_title"]
    variants = release.read("variants").filter(paper_id=paper["paper_id"])
    assert variants.select("field", "reason").rows() == [("abstract", "conflict")]


def test_duplicates_are_fourteen_pairs(release: Release):
    sizes = release.read("papers")["listing_count"].to_list()
    assert sum(size * (size - 1) // 2 for size in sizes) == 14
    merges = release.read("merges")
    assert merges.filter(~pl.col("is_survivor"))["rule"].value_counts(sort=True).rows() == [
        ("same_text", 12),
        ("exact_title", 1),
    ]
    assert release.read("near_misses").is_empty()


def test_year_less_dates_are_of_2025_and_printed_ones_as_printed(release: Release):
    listings = release.read("listings")
    inferred = listings.filter(published_year_basis="inferred")
    assert inferred.height == 46
    assert inferred["published_on"].dt.year().unique().to_list() == [2025]
    printed = listings.filter(published_year_basis="printed")
    assert printed.height == 207
    assert printed["date_line"].str.extract(r", (\d{4})$").cast(pl.Int32).equals(printed["published_on"].dt.year())
    assert listings["comment_count"].count() == 26


def test_four_pages_are_dated_and_say_why(release: Release):
    pages = release.read("pages").filter(pl.col("page_on").is_not_null())
    assert sorted(pages.select("header_date_line", "page_on", "page_year_basis").rows()) == [
        ("Dec 26", dt.date(2025, 12, 26), "inferred"),
        ("Nov 5", dt.date(2025, 11, 5), "inferred"),
        ("Oct 29", dt.date(2025, 10, 29), "inferred"),
        ("Oct 31", dt.date(2025, 10, 31), "inferred"),
    ]
    odds = pages.select(pl.col("year_evidence").list.last().str.extract(r"^odds (\d+):1 for 2025$").cast(pl.Int64))
    assert odds.to_series().min() > 99


def test_the_dump_without_dates_stays_undated_with_a_bound(release: Release, undated: str):
    page = release.read("pages").filter(dump_id=undated).row(0, named=True)
    assert (page["header_date_line"], page["layout"]) == ("Mar 11", "daily_papers_plain")
    assert (page["page_on"], page["page_year_basis"], page["page_not_after_on"]) == (None, None, None)
    assert page["page_not_before_on"] == dt.date(2024, 3, 11)
    listings = release.read("listings").filter(dump_id=undated)
    assert listings.height == 17
    assert (
        listings.select(pl.col("published_on", "author_count", "date_line", "page_on").is_null().all()).row(0)
        == (True,) * 4
    )
    assert listings["problems"].to_list() == [["footer_missing"]] * 17


def test_what_the_dump_without_dates_shares_is_filled_from_its_twins(release: Release, undated: str):
    listings = release.read("listings").filter(dump_id=undated)
    shared = release.read("papers").filter(pl.col("listing_count") > 1).join(listings, on="paper_id", how="semi")
    assert shared.height == 2
    assert sorted(shared["published_on"]) == [dt.date(2022, 10, 1), dt.date(2023, 6, 16)]
    assert shared["published_year_basis"].to_list() == ["printed"] * 2
    assert shared["author_count"].null_count() == 0
    variants = release.read("variants").filter(dump_id=undated)
    filled = [
        (paper, field, None, "filled")
        for paper in sorted(shared["paper_id"])
        for field in ("author_count", "published_on")
    ]
    assert sorted(variants.select("paper_id", "field", "value", "reason").rows()) == filled


def test_single_missing_footers_are_listings_of_their_own(release: Release):
    listings = release.read("listings").join(release.read("inputs").select("dump_id", "path"), on="dump_id")
    without = listings.filter((pl.col("footer") == "missing") & ~pl.col("path").str.starts_with(UNDATED))
    places = [
        (path[:3], position) for path, position in without.sort("path", "position").select("path", "position").rows()
    ]
    assert places == [("001", 19), ("004", 3), ("004", 17), ("004", 22), ("004", 64)]


def test_organisations_are_those_that_are_printed(release: Release):
    organizations = release.read("organizations").select("organization_handle", "organization_name", "paper_count")
    assert organizations.rows() == [("naver-ai", "NAVER AI Lab", 1), ("pathwaycom", "Pathway", 1)]


def test_every_listing_is_rebuilt_by_the_view(release: Release):
    with release.connect() as connection:
        rebuilt = connection.sql("SELECT dump_id, position, title, abstract, author_count FROM listings_full").pl()
    own = release.read("listings").join(rebuilt, on=["dump_id", "position"], suffix="_rebuilt")
    assert own.height == rebuilt.height == 275
    assert own["title"].equals(own["title_rebuilt"])
    assert own["author_count"].equals(own["author_count_rebuilt"].cast(pl.Int32), null_equal=True)
    assert [hashlib.sha256(text.encode()).hexdigest() for text in own["abstract"]] == own["abstract_sha256"].to_list()
