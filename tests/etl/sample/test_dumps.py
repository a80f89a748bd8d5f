"""The dumps against their truth, byte by byte, with a reader of a few lines that knows nothing of the parser."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.etl.sample.conftest import Sample

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HEADERS = {
    True: "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n"
    "Daily Papers\n\nbyAK and the research community\n\n{}\n\n",
    False: "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nbyAK and the research community\n\n{}\n\n",
}


@pytest.fixture(params=["small_sample", "wide_sample"])
def sample(request: pytest.FixtureRequest) -> Sample:
    return request.getfixturevalue(request.param)


def group_records(sample: Sample) -> dict[str, list[dict[str, Any]]]:
    groups = defaultdict(list)
    for record in sample.read_truth("records"):
        groups[record["dump"]].append(record)
    return groups


def print_footer(record: dict[str, Any]) -> str:
    if not record["has_footer"]:
        return ""
    handle, name = record["organization_handle"], record["organization_name"]
    who = f"{handle} {name}" if handle else f"  • {record['author_count']} authors"
    number = record["comment_count"]
    return f"\n\n{who}\n·\n{record['date_line']}" + (f" {number}" if number is not None else "")


def test_a_card_is_where_and_what_the_truth_says(sample: Sample):
    dumps = sample.read_dumps()
    for name, records in group_records(sample).items():
        assert [record["position"] for record in records] == list(range(len(records)))
        for record in records:
            printed = f"{record['title']}\n\n{record['abstract']}{print_footer(record)}"
            assert dumps[name][record["byte_start"] : record["byte_end"]].decode() == printed


def test_between_the_cards_are_a_header_and_blank_lines_and_nothing_else(sample: Sample):
    dumps, groups = sample.read_dumps(), group_records(sample)
    for truth in sample.read_truth("dumps"):
        records = groups[truth["dump"]]
        raw = dumps[truth["dump"]]
        header = HEADERS[truth["footer_count"] > 0].format(truth["header_date_line"]).encode()
        assert raw[: records[0]["byte_start"]] == header
        for before, after in itertools.pairwise(records):
            assert raw[before["byte_end"] : after["byte_start"]] == b"\n\n"
        assert records[-1]["byte_end"] == len(raw)


def test_the_truth_of_a_dump_is_that_of_its_bytes(sample: Sample):
    dumps, groups = sample.read_dumps(), group_records(sample)
    truths = sample.read_truth("dumps")
    assert [truth["dump"] for truth in truths] == sorted(dumps)
    for truth in truths:
        raw = dumps[truth["dump"]]
        assert truth["sha256"] == hashlib.sha256(raw).hexdigest()
        assert truth["byte_count"] == len(raw)
        assert truth["listing_count"] == len(groups[truth["dump"]])
        assert truth["footer_count"] == raw.decode().split("\n").count("·")


def test_a_year_is_printed_unless_it_is_the_page_s_own(sample: Sample):
    pages = {truth["dump"]: truth["page_on"] for truth in sample.read_truth("dumps")}
    printed = [record for record in sample.read_truth("records") if record["has_footer"]]
    for record in printed:
        published_on, page_on = record["published_on"], pages[record["dump"]]
        day = f"{MONTHS[published_on.month - 1]} {published_on.day}"
        other_year = published_on.year != page_on.year
        assert record["year_is_printed"] == other_year
        assert record["date_line"] == (f"{day}, {published_on.year}" if other_year else day)
        assert published_on <= page_on
    assert {record["year_is_printed"] for record in printed} == {True, False}


def test_a_page_is_captured_on_a_working_day_that_its_header_names(sample: Sample):
    for truth in sample.read_truth("dumps"):
        page_on = truth["page_on"]
        assert page_on.weekday() < 5
        assert dt.date(2024, 1, 1) <= page_on <= dt.date(2026, 12, 31)
        assert truth["header_date_line"] == f"{MONTHS[page_on.month - 1]} {page_on.day}"


def test_a_card_without_footer_tells_no_more_than_title_and_abstract(sample: Sample):
    bare = [record for record in sample.read_truth("records") if not record["has_footer"]]
    assert bare
    empty = ("author_count", "organization_handle", "organization_name", "date_line", "comment_count", "published_on")
    assert {record[field] for record in bare for field in empty} == {None}
    assert {record["year_is_printed"] for record in bare} == {False}


def test_an_organisation_stands_in_the_place_of_the_authors(sample: Sample):
    printed = [record for record in sample.read_truth("records") if record["has_footer"]]
    for record in printed:
        assert (record["author_count"] is None) == (record["organization_handle"] is not None)
        assert (record["organization_handle"] is None) == (record["organization_name"] is None)
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", record["organization_handle"] or "none")
    assert any(record["organization_handle"] for record in printed)


def test_exactly_one_card_breaks_off_in_a_word_and_another_follows_it(sample: Sample):
    damaged = [record for record in sample.read_truth("records") if record["is_damaged"]]
    assert len(damaged) == 1
    assert damaged[0]["abstract"][-1].isalpha()
    assert not damaged[0]["has_footer"]
    following = [
        record
        for record in group_records(sample)[damaged[0]["dump"]]
        if record["byte_start"] == damaged[0]["byte_end"] + len("\n\n")
    ]
    assert len(following) == 1
    assert [paper["is_damaged"] for paper in sample.read_truth("papers")].count(True) == 1
    assert sum(record["paper"] == damaged[0]["paper"] for record in sample.read_truth("records")) == 1


def test_few_cards_of_a_page_with_footers_have_lost_theirs(wide_sample: Sample):
    plain = {truth["dump"] for truth in wide_sample.read_truth("dumps") if truth["kind"] == "plain"}
    records = [record for record in wide_sample.read_truth("records") if record["dump"] not in plain]
    share = sum(not record["has_footer"] for record in records) / len(records)
    assert 0.01 <= share <= 0.05


def test_the_dumps_are_utf_8_with_no_control_characters_but_line_feeds(sample: Sample):
    for raw in sample.read_dumps().values():
        assert raw.replace(b"\n", b" ").decode("utf-8").isprintable()
