from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.transform import golden
from etl.transform.golden import make_papers
from schemas import TABLES
from tests.etl.transform.frames import fewer_examples, hash_text, make_listings

EARLY, LATE = dt.date(2025, 10, 1), dt.date(2025, 10, 29)
PRINTED, OTHER = dt.date(2023, 7, 10), dt.date(2024, 7, 10)


def make_paper(*rows: dict[str, Any]) -> dict[str, Any]:
    """Make the golden record of listings in dumps a, b, c ...; each on a dated page unless it says otherwise."""
    whole = [{"dump_id": "abcdefgh"[number], "page_on": LATE, **row} for number, row in enumerate(rows)]
    papers = make_papers(make_listings(*whole))
    assert papers.height == 1
    return papers.row(0, named=True)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("title", ("A title", "B title", "C title")),
        ("author_count", (3, 4, 5)),
        ("organization_handle", ("lab-a", "lab-b", "lab-c")),
        ("submitted_by", ("ann", "bob", "cyd")),
        ("abstract", ("Some text.", "Same text.", "Other text.")),
    ],
)
class TestMostFields:
    def test_the_value_that_most_listings_print_wins(self, field: str, values: tuple):
        first, second, third = values
        assert make_paper({field: first}, {field: second}, {field: third}, {field: second})[field] == second

    def test_of_two_equally_frequent_ones_that_on_the_latest_page_wins(self, field: str, values: tuple):
        older, newer = {field: values[0], "page_on": EARLY}, {field: values[1], "page_on": LATE}
        assert make_paper(older, newer)[field] == make_paper(newer, older)[field] == values[1]

    def test_an_undated_page_is_never_the_latest(self, field: str, values: tuple):
        assert make_paper({field: values[0], "page_on": None}, {field: values[1], "page_on": EARLY})[field] == values[1]

    def test_on_one_day_the_smallest_dump_and_position_decide(self, field: str, values: tuple):
        assert make_paper({field: values[1]}, {field: values[0]})[field] == values[1]
        twice = [{"dump_id": "a", "position": position, field: values[position]} for position in (1, 0)]
        assert make_paper(*twice)[field] == values[0]

    def test_the_latest_of_a_values_pages_counts(self, field: str, values: tuple):
        middle = LATE - dt.timedelta(10)
        rows = [{field: values[0], "page_on": EARLY}, {field: values[1], "page_on": middle}]
        assert make_paper(*rows, rows[1], {**rows[0], "page_on": LATE})[field] == values[0]

    def test_the_smallest_of_a_values_listings_counts_wherever_it_stands(self, field: str, values: tuple):
        rows = [{"dump_id": dump_id, field: values[dump_id in "ad"]} for dump_id in "dbca"]
        assert make_paper(*rows)[field] == make_paper(*reversed(rows))[field] == values[1]

    def test_nothing_printed_never_wins(self, field: str, values: tuple):
        if field != "title":
            assert make_paper({}, {field: values[0], "page_on": None}, {})[field] == values[0]
            assert make_paper({}, {})[field] is None


def test_handle_and_name_win_together():
    listings = (
        {"organization_handle": "lab", "organization_name": "The Lab"},
        {"organization_handle": "mit", "organization_name": "M. I. T."},
        {"organization_handle": "mit", "organization_name": "M. I. T."},
    )
    paper = make_paper(*listings)
    assert (paper["organization_handle"], paper["organization_name"]) == ("mit", "M. I. T.")


def test_a_name_that_is_printed_wins_over_none_for_the_same_handle():
    bare, named = {"organization_handle": "lab"}, {"organization_handle": "lab", "organization_name": "The Lab"}
    assert make_paper(bare, bare, named)["organization_name"] == "The Lab"


def date(day: dt.date, basis: str, **more: object) -> dict[str, Any]:
    return {"published_on": day, "published_year_basis": basis, **more}


@pytest.mark.parametrize(("strong", "weak"), [("printed", "given"), ("printed", "inferred"), ("given", "inferred")])
def test_a_surer_year_wins_over_any_number_of_others(strong: str, weak: str):
    paper = make_paper(date(PRINTED, strong, page_on=None), *[date(OTHER, weak)] * 3)
    assert (paper["published_on"], paper["published_year_basis"]) == (PRINTED, strong)


def test_of_equally_sure_dates_the_most_frequent_wins_then_the_latest():
    often = make_paper(date(PRINTED, "printed"), date(OTHER, "printed"), date(OTHER, "printed", page_on=None))
    latest = make_paper(date(PRINTED, "printed", page_on=EARLY), date(OTHER, "printed"))
    assert (often["published_on"], latest["published_on"]) == (OTHER, OTHER)


@pytest.mark.parametrize("field", ["comment_count", "upvote_count"])
def test_a_count_that_grows_is_that_of_the_latest_page_that_prints_one(field: str):
    rows = ({"page_on": EARLY, field: 9}, {"page_on": LATE, field: 7}, {"page_on": LATE}, {"page_on": None, field: 30})
    assert make_paper(*rows)[field] == 7
    assert make_paper(rows[3])[field] == 30


def test_the_observation_has_its_day_and_none_on_an_undated_page():
    assert make_paper({"page_on": EARLY, "comment_count": 9}, {"page_on": LATE})["comment_count_on"] == EARLY
    assert make_paper({"page_on": None, "comment_count": 9}, {"page_on": LATE})["comment_count_on"] is None
    assert make_paper({"page_on": None, "comment_count": 9})["comment_count"] == 9


def test_two_observations_of_one_day_are_decided_by_dump_and_position():
    assert make_paper({"comment_count": 1}, {"comment_count": 2})["comment_count"] == 1


def test_listings_dumps_and_dated_pages_are_counted():
    paper = make_paper({"page_on": LATE}, {"dump_id": "a", "position": 1, "page_on": EARLY}, {"page_on": None})
    told = ("listing_count", "dump_count", "first_listed_on", "last_listed_on")
    assert [paper[name] for name in told] == [3, 2, EARLY, LATE]
    assert make_paper({"page_on": None})["first_listed_on"] is None


def test_every_paper_is_one_row_with_the_columns_of_its_table():
    listings = make_listings(
        {"paper_id": "q"}, {"paper_id": "p", "position": 1, "abstract": "Text."}, {"paper_id": "q", "position": 2}
    )
    papers = make_papers(listings)
    assert papers["paper_id"].to_list() == ["p", "q"]
    assert papers["abstract"].to_list() == ["Text.", None]
    assert set(TABLES["papers"].to_schema().columns) <= set(papers.columns)


values = {
    "paper_id": st.sampled_from("pq"),
    "page_on": st.none() | st.sampled_from((EARLY, LATE)),
    "title": st.sampled_from(("A", "B")),
    "abstract": st.none() | st.sampled_from(("Text.", "Other text.")),
    "author_count": st.none() | st.integers(1, 2),
    "comment_count": st.none() | st.integers(0, 2),
    "organization_handle": st.none() | st.sampled_from(("x", "y")),
    "published_on": st.none() | st.sampled_from((PRINTED, OTHER)),
}


@st.composite
def listings(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for dump_id, position in draw(
        st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 4)), unique=True, max_size=10)
    ):
        row = {"dump_id": dump_id, "position": position, **{name: draw(value) for name, value in values.items()}}
        if row["published_on"]:
            row["published_year_basis"] = draw(st.sampled_from(("printed", "inferred")))
        rows.append(row)
    return rows


@fewer_examples
@given(listings().flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
def test_no_order_of_listings_changes_a_paper(drawn: tuple[list[dict[str, Any]], list[dict[str, Any]]]):
    left, right = (make_papers(make_listings(*rows)) for rows in drawn)
    assert_frame_equal(left, right)


@fewer_examples
@given(listings())
def test_every_value_of_a_paper_is_printed_by_one_of_its_listings_and_none_is_lost(drawn: list[dict[str, Any]]):
    for paper in make_papers(make_listings(*drawn)).iter_rows(named=True):
        own = [row for row in drawn if row["paper_id"] == paper["paper_id"]]
        for name in sorted(values.keys() - {"paper_id", "page_on"}):
            printed = {row[name] for row in own} - {None}
            assert paper[name] in (printed or {None}), name
        assert paper["abstract_sha256"] == (paper["abstract"] and hash_text(paper["abstract"]))


@fewer_examples
@given(listings())
def test_a_paper_with_one_listing_is_what_an_election_of_one_would_give(drawn: list[dict[str, Any]]):
    alone = make_listings(*({**row, "paper_id": f"{number:02}"} for number, row in enumerate(drawn)))
    papers = make_papers(alone)
    assert_frame_equal(golden._elect_papers(alone).sort("paper_id").select(papers.columns), papers)
