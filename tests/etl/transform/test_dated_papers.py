from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.transform.dated_papers import keep_smallest, mark_dated, pack_papers
from etl.transform.year_odds import MAX_PAPERS, MIN_LATEST_CARDS
from tests.etl.transform.frames import fewer_examples

SCHEMA = {"dump_id": pl.String, "page_number": pl.Int32, "group_id": pl.String, "year": pl.Int16}
cards = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.integers(0, 1),
        st.integers(0, 90).map(lambda number: f"{number:032x}"),
        st.none() | st.integers(2021, 2025),
    ),
    max_size=120,
).map(lambda rows: pl.DataFrame(rows, schema=SCHEMA, orient="row"))


def pack(*dated: pl.DataFrame) -> pl.DataFrame:
    whole = keep_smallest(pl.concat(dated).explode("papers")) if len(dated) > 1 else dated[0]
    return pack_papers(whole).sort("dump_id", "page_number")


@fewer_examples
@given(cards)
def test_a_page_has_the_smallest_marks_of_its_papers(cards: pl.DataFrame):
    for row in pack(mark_dated(cards)).rows(named=True):
        page = cards.filter(dump_id=row["dump_id"], page_number=row["page_number"]).drop_nulls("year")
        papers = {int(paper, 16) for paper in page["group_id"]}
        latest = {int(paper, 16) for paper in page.filter(pl.col("year") == pl.col("year").max())["group_id"]}
        assert row["dated_papers"] == sorted(papers)[:MAX_PAPERS]
        assert row["latest_papers"] == sorted(latest)[:MIN_LATEST_CARDS]


@fewer_examples
@given(cards, st.integers(1, 89))
def test_marks_of_two_ranges_of_papers_are_those_of_all(cards: pl.DataFrame, cut: int):
    is_low = pl.col("group_id") < f"{cut:032x}"
    halves = (mark_dated(cards.filter(is_low)), mark_dated(cards.filter(~is_low)))
    assert_frame_equal(pack(*halves), pack(mark_dated(cards)))
