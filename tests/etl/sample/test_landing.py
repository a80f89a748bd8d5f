"""The sample that lies in ``warehouse/landing``: still what its note says, and a bit of everything."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from etl.sample import write_sample
from etl.sample.names import MIRROR_HOST

if TYPE_CHECKING:
    from pathlib import Path

    from tests.etl.sample.conftest import Sample

TABLES = ("records", "papers", "dumps")


@pytest.fixture(scope="session")
def listings(landing: Sample) -> dict[int, list[dict[str, Any]]]:
    """Group the cards by the paper they list."""
    groups = defaultdict(list)
    for record in landing.read_truth("records"):
        groups[record["paper"]].append(record)
    return groups


def test_the_call_in_the_note_writes_the_committed_sample(landing: Sample, tmp_path: Path):
    note = (landing.folder / "README.md").read_text(encoding="utf-8")
    call = re.search(r"`paperhouse sample OUT --dumps (\d+) --seed (\d+) --cards-per-dump (\d+)`", note)
    dumps, seed, cards = map(int, call.groups())
    write_sample(tmp_path, dumps=dumps, seed=seed, cards_per_dump=cards)
    fresh = replace(landing, folder=tmp_path)
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == note
    assert fresh.read_dumps() == landing.read_dumps()
    for table in TABLES:  # rows, since the bytes of Parquet depend on the version of pyarrow
        assert fresh.read_truth(table) == landing.read_truth(table)


def test_it_is_small_and_holds_nothing_else(landing: Sample):
    files = [path for path in landing.folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 200_000
    names = {path.relative_to(landing.folder).as_posix() for path in files}
    assert names == {*landing.read_dumps(), *(f"_truth/{table}.parquet" for table in TABLES), "README.md"}


def test_it_has_every_kind_of_page_and_one_damaged_card(landing: Sample):
    kinds = {dump["kind"] for dump in landing.read_truth("dumps")}
    assert kinds == {"mixed", "recent", "plain", "mirror", "new_year"}
    assert sum(record["is_damaged"] for record in landing.read_truth("records")) == 1


def test_its_papers_are_listed_in_every_way(landing: Sample, listings: dict[int, list[dict[str, Any]]]):
    dumps = landing.read_dumps()
    plain = {name for name, raw in dumps.items() if b"\nDaily Papers\n" not in raw}
    repeated = [records for records in listings.values() if len(records) > 1]
    ways = {
        "three listings": [records for records in repeated if len(records) > 2],
        "filled from a twin": [records for records in repeated if len({one["has_footer"] for one in records}) == 2],
        "a year on one page only": [
            records
            for records in repeated
            if {one["year_is_printed"] for one in records if one["has_footer"]} == {True, False}
        ],
        "authors here, organisation there": [
            records
            for records in repeated
            if any(one["author_count"] for one in records) and any(one["organization_handle"] for one in records)
        ],
        "another title": [records for records in repeated if len({one["title"] for one in records}) == 2],
        "another abstract": [records for records in repeated if len({one["abstract"] for one in records}) == 2],
        "more comments": [
            records for records in repeated if len({one["comment_count"] for one in records} - {None}) > 1
        ],
        "a lost footer": [
            records
            for records in listings.values()
            if any(not one["has_footer"] and one["dump"] not in plain and not one["is_damaged"] for one in records)
        ],
    }
    assert [way for way, found in ways.items() if not found] == []


def test_its_texts_have_all_that_is_hard_to_read(landing: Sample):
    titles = [record["title"] for record in landing.read_truth("records")]
    abstracts = [record["abstract"] for record in landing.read_truth("records")]
    for mark in ("$", "boldsymbol"):
        assert any(mark in title for title in titles), mark
    for mark in ("$", "%", MIRROR_HOST, "huggingface.co/", "github.com/", ".github.io", "arxiv.org/", "doi.org/"):
        assert any(mark in abstract for abstract in abstracts), mark
    for texts in (titles, abstracts):
        assert any(not text.isascii() for text in texts)
    assert min(map(len, abstracts)) < 500
    assert max(map(len, abstracts)) > 1919
