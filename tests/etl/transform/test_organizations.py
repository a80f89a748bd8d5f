from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.transform import organizations

FIRST, MIDDLE, LAST = (dt.date(2025, 10, day) for day in (1, 2, 3))
PAPERS = {
    "organization_handle": pl.String,
    "organization_name": pl.String,
    "first_listed_on": pl.Date,
    "last_listed_on": pl.Date,
}
ORGANIZATIONS = {
    "organization_handle": pl.String,
    "organization_name": pl.String,
    "paper_count": pl.Int32,
    "first_listed_on": pl.Date,
    "last_listed_on": pl.Date,
}


def list_all(papers: pl.DataFrame) -> pl.DataFrame:
    return organizations.list_organizations(organizations.count_organizations(papers))


def frame_papers(*rows: tuple) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=PAPERS, orient="row")


def test_each_handle_is_one_row_with_its_papers_counted():
    papers = frame_papers(
        ("lab", "The Lab", MIDDLE, MIDDLE),
        ("Lab", "Another Lab", FIRST, FIRST),
        ("lab", "The Lab", FIRST, LAST),
        ("lab", "The Labs", None, None),
        (None, None, FIRST, LAST),
    )
    expected = [("Lab", "Another Lab", 1, FIRST, FIRST), ("lab", "The Lab", 3, FIRST, LAST)]
    assert_frame_equal(list_all(papers), pl.DataFrame(expected, schema=ORGANIZATIONS, orient="row"))


def test_of_names_that_equally_many_papers_have_the_smallest_wins():
    papers = frame_papers(*(("lab", name, None, None) for name in ("B", "C", "A", "B", "C")))
    assert list_all(papers)["organization_name"].to_list() == ["B"]


def test_a_name_that_is_printed_wins_over_none():
    papers = frame_papers(
        ("lab", None, None, None), ("lab", None, None, None), ("lab", "The Lab", None, None), ("bare", None, None, None)
    )
    assert list_all(papers).select("organization_handle", "organization_name").rows() == [
        ("bare", None),
        ("lab", "The Lab"),
    ]


def test_no_papers_have_no_organisations():
    assert_frame_equal(list_all(frame_papers()), pl.DataFrame(schema=ORGANIZATIONS))


days = st.none() | st.sampled_from((FIRST, MIDDLE, LAST))
rows = st.lists(
    st.tuples(st.sampled_from((None, "a", "b", "A")), st.sampled_from((None, "x", "y")), days, days), max_size=12
)


@given(rows.flatmap(lambda drawn: st.tuples(st.just(drawn), st.permutations(drawn))))
def test_no_order_of_papers_changes_the_table(drawn: tuple[list[tuple], list[tuple]]):
    left, right = (list_all(frame_papers(*papers)) for papers in drawn)
    assert_frame_equal(left, right)
    assert left["paper_count"].sum() == sum(handle is not None for handle, *_ in drawn[0])
