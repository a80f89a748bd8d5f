"""Dumps whose truth is known, beside the project: every field of every listing and paper is right.

``any_of`` in the truth lists other values that are right too: where the dumps give too little, null is.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
from tests.check_tiling import check_release

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release

Row = dict[str, Any]

FIELDS = {
    "byte_start": "byte_start",
    "byte_end": "byte_end",
    "title": "title",
    "author_count": "author_count",
    "organization_handle": "organization_handle",
    "organization_name": "organization_name",
    "published_on": "published_on",
    "comment_count": "trailing_number",
}
"""Columns of listings and papers, each with its name in the truth."""
GOLDEN_FIELDS = {name: truth for name, truth in FIELDS.items() if not name.startswith("byte")}
BASES = {"explicit": "printed", "inferred": "inferred", None: None}


@pytest.fixture(scope="module")
def release(shared_dumps: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    warehouse = Warehouse(tmp_path_factory.mktemp("rendered"))
    return build(warehouse, InputOptions((shared_dumps / "rendered",)), runner=LocalRunner(1)).release


def read_truth(shared_dumps: Path, name: str) -> list[Row]:
    lines = (shared_dumps / "rendered_truth" / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def records(shared_dumps: Path) -> list[Row]:
    """Read the true listings, each with its dump's id."""
    ids = {dump["dump"]: dump["sha256"][:32] for dump in read_truth(shared_dumps, "dumps")}
    return [{**record, "dump_id": ids[record["dump"]]} for record in read_truth(shared_dumps, "records")]


@pytest.fixture(scope="module")
def true_papers(shared_dumps: Path) -> list[Row]:
    return read_truth(shared_dumps, "papers")


@pytest.fixture(scope="module")
def listings(release: Release) -> dict[tuple[str, int], Row]:
    rows = release.read("listings").with_columns(pl.col("published_on").cast(pl.String))
    return {(row["dump_id"], row["position"]): row for row in rows.iter_rows(named=True)}


@pytest.fixture(scope="module")
def papers(release: Release) -> dict[str, Row]:
    rows = release.read("papers").with_columns(pl.col("published_on").cast(pl.String))
    return {row["paper_id"]: row for row in rows.iter_rows(named=True)}


def list_deviations(found: Row, truth: Row, fields: dict[str, str], others: dict[str, list[Any]]) -> list[str]:
    return [
        f"{name} is {found[name]!r}, not {truth[key]!r} or one of {others.get(key, [])}"
        for name, key in fields.items()
        if found[name] != truth[key] and found[name] not in others.get(key, [])
    ]


def test_the_listings_are_those_of_the_truth(listings: dict, records: list[Row]):
    assert set(listings) == {(record["dump_id"], record["position"]) for record in records}
    assert len(records) == 957


def test_every_field_of_every_listing_is_right(listings: dict, records: list[Row]):
    deviations = []
    for record in records:
        listing = listings[record["dump_id"], record["position"]]
        wrong = list_deviations(listing, record, FIELDS, record.get("any_of", {}))
        deviations += [f"{record['dump']} {record['position']}: {one}" for one in wrong]
    assert deviations == []


def test_every_abstract_and_date_line_is_as_printed(listings: dict, records: list[Row]):
    for record in records:
        listing = listings[record["dump_id"], record["position"]]
        assert listing["abstract_sha256"] == hashlib.sha256(record["abstract"].encode()).hexdigest()
        assert listing["date_line"] == (record["date_text"] or None)


def test_every_year_says_how_it_is_known(listings: dict, records: list[Row]):
    for record in records:
        basis = listings[record["dump_id"], record["position"]]["published_year_basis"]
        is_open = "published_on" in record.get("any_of", {})
        assert basis == BASES[record["year_source"]] or (basis is None and is_open)


def test_an_inferred_year_is_never_wrong(listings: dict, records: list[Row]):
    inferred = 0
    for record in records:
        listing = listings[record["dump_id"], record["position"]]
        if listing["published_year_basis"] == "inferred":
            inferred += 1
            others = record.get("any_of", {}).get("published_on", [])
            assert listing["published_on"] in {record["published_on"], *others} - {None}
    assert inferred > 100


def test_listings_are_one_paper_exactly_where_the_truth_says_so(listings: dict, records: list[Row]):
    pairs = {(record["paper"], listings[record["dump_id"], record["position"]]["paper_id"]) for record in records}
    assert len(pairs) == len({true for true, _ in pairs}) == len({found for _, found in pairs})


def test_every_paper_is_right(papers: dict, listings: dict, records: list[Row], true_papers: list[Row]):
    names = {record["paper"]: listings[record["dump_id"], record["position"]]["paper_id"] for record in records}
    deviations = []
    for truth in true_papers:
        paper = papers[names[truth["paper"]]]
        wrong = list_deviations(paper, truth["golden"], GOLDEN_FIELDS, truth.get("any_of", {}))
        deviations += [f"{truth['paper']}: {one}" for one in wrong]
        assert paper["abstract"] in truth["abstract_any_of"]
        assert paper["listing_count"] == len(truth["sightings"])
    assert deviations == []
    assert len(papers) == len(true_papers)


def test_no_page_is_dated_wrongly(release: Release, shared_dumps: Path):
    pages = release.read("pages").filter(pl.col("page_number") == 0).with_columns(pl.col("^page.*on$").cast(pl.String))
    by_dump = {row["dump_id"]: row for row in pages.iter_rows(named=True)}
    dumps = read_truth(shared_dumps, "dumps")
    for dump in dumps:
        page = by_dump[dump["sha256"][:32]]
        assert page["page_on"] in (dump["page_date"], None), dump["dump"]
        assert page["page_not_before_on"] is None or page["page_not_before_on"] <= dump["page_date"], dump["dump"]
        assert page["page_not_after_on"] is None or page["page_not_after_on"] >= dump["page_date"], dump["dump"]
    dated = [row["page_on"] for row in by_dump.values() if row["page_on"]]
    assert len(dated) > len(dumps) // 2


def test_every_byte_is_accounted_for(release: Release, shared_dumps: Path):
    assert check_release(release.path, [shared_dumps / "rendered"]) == []
    assert release.read("quarantine").is_empty()
