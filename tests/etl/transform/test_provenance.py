from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.transform.golden import make_papers
from etl.transform.identify import MATCH_SCHEMA, NEAR_MISS_SCHEMA
from etl.transform.listings import name_papers
from etl.transform.provenance import VARIANT_FIELDS, find_merges, find_near_misses, find_variants, list_aliases
from schemas import codes
from tests.etl.transform.frames import fewer_examples, make_listings

EARLY, LATE = dt.date(2025, 10, 1), dt.date(2025, 10, 29)


def frame_matches(*pairs: tuple[str, str, str, int | None]) -> pl.DataFrame:
    both = [
        row for left, right, rule, score in pairs for row in ((left, right, rule, score), (right, left, rule, score))
    ]
    return pl.DataFrame(both, schema=MATCH_SCHEMA, orient="row")


def merge(rows: list[dict[str, Any]], *pairs: tuple[str, str, str, int | None]) -> list[tuple]:
    merges = find_merges(make_listings(*rows), frame_matches(*pairs))
    return merges.select(pl.exclude("paper_id")).rows()


def test_a_paper_of_one_listing_has_no_merges_and_no_variants():
    listings = make_listings({"paper_id": "p"}, {"paper_id": "q", "position": 1})
    assert find_merges(listings, frame_matches()).is_empty()
    assert find_variants(listings, make_papers(listings)).is_empty()


def test_prints_of_one_text_match_the_first_of_them_and_that_one_the_second():
    rows = [{"position": position, "alias_id": "x", "abstract": "Text."} for position in (2, 0, 1)]
    rows[0]["is_earliest"] = True
    assert merge(rows) == [
        ("a", 0, False, "same_text", 1000, "a", 1),
        ("a", 1, False, "same_text", 1000, "a", 0),
        ("a", 2, True, None, None, None, None),
    ]


def test_prints_of_one_title_without_an_abstract_have_no_score():
    rows = [{"position": position, "alias_id": "x", "is_earliest": position == 0} for position in (0, 1)]
    assert merge(rows)[1] == ("a", 1, False, "title_only", None, "a", 0)


def test_another_print_of_the_same_text_is_a_better_match_than_an_alike_one():
    rows = [
        {"dump_id": "a", "alias_id": "x", "abstract": "Text.", "is_earliest": True},
        {"dump_id": "b", "alias_id": "y", "abstract": "Texts."},
        {"dump_id": "c", "alias_id": "y", "abstract": "Texts."},
    ]
    assert merge(rows, ("x", "y", "exact_title", 990))[1:] == [
        ("b", 0, False, "same_text", 1000, "c", 0),
        ("c", 0, False, "same_text", 1000, "b", 0),
    ]


def test_of_alike_ones_the_most_alike_is_the_match_then_the_smallest_dump():
    rows = [{"dump_id": dump, "alias_id": alias, "abstract": alias} for dump, alias in zip("abcd", "wxyz", strict=True)]
    rows[0]["is_earliest"] = True
    pairs = [
        ("w", "z", "exact_title", 900),
        ("x", "z", "near_title", 950),
        ("y", "z", "exact_title", 950),
        ("w", "x", "subtitle", 900),
    ]
    merges = merge(rows, *pairs, ("w", "y", "exact_title", 800))
    assert merges[3] == ("d", 0, False, "near_title", 950, "b", 0)


def test_a_match_without_a_score_is_the_last_choice():
    rows = [{"dump_id": dump, "alias_id": alias} for dump, alias in zip("abc", "xyz", strict=True)]
    rows[0]["is_earliest"] = True
    merges = merge(rows, ("x", "z", "title_only", None), ("y", "z", "decision", 0), ("x", "y", "exact_title", 900))
    assert merges[2] == ("c", 0, False, "decision", 0, "b", 0)


def list_variants(*rows: dict[str, Any]) -> list[tuple]:
    listings = make_listings(*({"dump_id": "abcdefgh"[number], **row} for number, row in enumerate(rows)))
    return find_variants(listings, make_papers(listings)).select("dump_id", "field", "value", "reason").rows()


def test_a_value_that_was_not_printed_is_filled():
    assert list_variants({"author_count": 3}, {}) == [("b", "author_count", None, "filled")]


def test_a_value_that_lost_is_a_conflict():
    assert list_variants({"title": "A"}, {"title": "A"}, {"title": "B"}) == [("c", "title", "B", "conflict")]


def test_an_earlier_count_is_older():
    rows = ({"page_on": LATE, "comment_count": 9}, {"page_on": EARLY, "comment_count": 7})
    assert list_variants(*rows) == [("b", "comment_count", "7", "older")]


def test_another_count_of_the_same_day_is_a_conflict():
    rows = [{"page_on": LATE, "upvote_count": count} for count in (9, 7)]
    assert list_variants(*rows) == [("b", "upvote_count", "7", "conflict")]


def test_of_two_undated_counts_neither_is_known_to_be_older():
    assert list_variants({"comment_count": 9}, {"comment_count": 7}) == [("b", "comment_count", "7", "conflict")]


def test_a_date_is_written_as_iso_and_an_abstract_whole():
    day = {"published_on": dt.date(2023, 7, 10), "published_year_basis": "printed"}
    other = {"published_on": dt.date(2023, 7, 9), "published_year_basis": "inferred"}
    long = "Some text. " * 1000
    assert list_variants({**day, "abstract": "x"}, {**day, "abstract": "x"}, {**other, "abstract": long}) == [
        ("c", "abstract", long, "conflict"),
        ("c", "published_on", "2023-07-09", "conflict"),
    ]


def test_every_field_that_can_vary_is_documented():
    assert set(VARIANT_FIELDS) == set(codes.VARIANT_FIELDS)


def test_every_candidate_id_is_listed_once_by_its_earliest_listing():
    listings = make_listings(
        {"dump_id": "a", "alias_id": "x", "page_on": None},
        {"dump_id": "b", "alias_id": "x", "page_on": LATE},
        {"dump_id": "c", "alias_id": "x", "page_on": EARLY, "position": 4},
        {"dump_id": "c", "alias_id": "w", "page_on": EARLY},
        {"dump_id": "d", "alias_id": "y", "paper_id": "q"},
    )
    assert list_aliases(listings).rows() == [("w", "p", "c", 0), ("x", "p", "c", 4), ("y", "q", "d", 0)]


def test_a_near_miss_is_shown_by_the_first_listing_of_each():
    listings = make_listings(
        {"dump_id": "a", "alias_id": "y", "paper_id": "q", "page_on": LATE},
        {"dump_id": "b", "alias_id": "y", "paper_id": "q", "page_on": EARLY, "position": 3},
        {"dump_id": "c", "alias_id": "x", "paper_id": "p"},
    )
    near_misses = pl.DataFrame([("x", "y", "other_number", 960, 990)], schema=NEAR_MISS_SCHEMA, orient="row")
    columns = ["dump_id", "position", "paper_id", "other_dump_id", "other_position", "other_paper_id", "reason"]
    assert find_near_misses(list_aliases(listings), near_misses).select(columns).rows() == [
        ("c", 0, "p", "b", 3, "q", "other_number")
    ]


values = {
    "page_on": st.none() | st.sampled_from((EARLY, LATE)),
    "group": st.sampled_from("gh"),
    "version": st.integers(0, 2),
    "title": st.sampled_from(("A", "B")),
    "author_count": st.none() | st.integers(1, 2),
    "organization": st.sampled_from((None, ("x", None), ("x", "X"), ("y", "Y"))),
    "submitted_by": st.none() | st.just("ann"),
    "published_on": st.none() | st.sampled_from((EARLY, LATE)),
    "comment_count": st.none() | st.integers(0, 2),
    "upvote_count": st.none() | st.integers(0, 2),
}


@st.composite
def listings(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for dump_id, position in draw(
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4)), unique=True, max_size=9)
    ):
        row = {"dump_id": dump_id, "position": position, **{name: draw(value) for name, value in values.items()}}
        handle, name = row.pop("organization") or (None, None)
        group, version = row.pop("group"), row.pop("version")
        row["published_year_basis"] = row["published_on"] and draw(st.sampled_from(("printed", "inferred")))
        row |= {
            "organization_handle": handle,
            "organization_name": name,
            "paper_id": group,
            "alias_id": f"{group}{version}",
        }
        row["abstract"] = f"Version {version} of {group}." if version else None
        rows.append(row)
    return rows


def resolve(rows: list[dict[str, Any]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    grouped = make_listings(*rows).rename({"paper_id": "group_id"}).drop("is_earliest")
    named = name_papers(grouped)
    return named, make_papers(named)


@fewer_examples
@given(listings())
def test_paper_and_variants_rebuild_every_listing(rows: list[dict[str, Any]]):
    named, papers = resolve(rows)
    variants = find_variants(named, papers)
    by_paper = {paper["paper_id"]: paper for paper in papers.iter_rows(named=True)}
    own = {(dump_id, position, field): value for dump_id, position, _, field, value, _ in variants.iter_rows()}
    for listing in named.iter_rows(named=True):
        for field in VARIANT_FIELDS:
            golden = by_paper[listing["paper_id"]][field]
            rebuilt = own.get((listing["dump_id"], listing["position"], field), None if golden is None else str(golden))
            assert rebuilt == (None if listing[field] is None else str(listing[field])), field


@fewer_examples
@given(listings())
def test_variants_name_only_what_differs_and_say_filled_exactly_where_nothing_was_printed(rows: list[dict[str, Any]]):
    named, papers = resolve(rows)
    variants = find_variants(named, papers)
    joined = variants.join(papers, on="paper_id")
    for row in joined.iter_rows(named=True):
        golden = row[row["field"]]
        assert row["value"] != (None if golden is None else str(golden))
        assert (row["reason"] == "filled") == (row["value"] is None)
        assert row["reason"] != "older" or row["field"] in ("comment_count", "upvote_count")


@fewer_examples
@given(listings())
def test_merges_have_every_listing_of_the_papers_with_several_and_one_survivor_each(rows: list[dict[str, Any]]):
    named, papers = resolve(rows)
    versions = sorted({(row["paper_id"], row["alias_id"]) for row in rows})
    pairs = [
        (left, right, "exact_title", 900)
        for number, (paper, left) in enumerate(versions)
        for other, right in versions[number + 1 :]
        if paper == other
    ]
    merges = find_merges(named, frame_matches(*pairs))
    several = papers.filter(pl.col("listing_count") > 1)
    assert merges.height == several["listing_count"].sum()
    assert merges.filter("is_survivor")["paper_id"].sort().to_list() == several["paper_id"].to_list()
    members = {
        (dump_id, position): paper
        for dump_id, position, paper in merges.select("dump_id", "position", "paper_id").rows()
    }
    for row in merges.filter(~pl.col("is_survivor")).iter_rows(named=True):
        matched = (row["matched_dump_id"], row["matched_position"])
        assert members[matched] == row["paper_id"]
        assert matched != (row["dump_id"], row["position"])
        assert row["rule"] in codes.MERGE_RULES


@fewer_examples
@given(listings().flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
def test_no_order_of_listings_changes_variants_or_aliases(drawn: tuple[list[dict[str, Any]], list[dict[str, Any]]]):
    (left, papers), (right, others) = (resolve(rows) for rows in drawn)
    assert_frame_equal(find_variants(left, papers), find_variants(right, others))
    assert_frame_equal(list_aliases(left), list_aliases(right))


@fewer_examples
@given(listings())
def test_every_paper_is_named_by_an_alias_of_its_own(rows: list[dict[str, Any]]):
    named, papers = resolve(rows)
    names = dict(list_aliases(named).select("alias_id", "paper_id").rows())
    assert all(names[paper] == paper for paper in papers["paper_id"])
    assert set(names) == {row["alias_id"] for row in rows}


def test_a_missing_column_is_an_error():
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        list_aliases(make_listings().drop("page_on"))
