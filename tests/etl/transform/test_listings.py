from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.transform.listings import date_listings, name_papers
from tests.etl.transform.frames import make_cards

PAGE = {
    "dump_id": pl.String,
    "page_number": pl.Int32,
    "page_on": pl.Date,
    "capture_year": pl.Int16,
    "capture_year_basis": pl.String,
}
DATED = ["dump_id", "position", "page_on", "published_on", "published_year_basis", "problems"]
OCTOBER = dt.date(2025, 10, 29)


def frame_pages(*rows: tuple) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=PAGE, orient="row")


def date(cards: pl.DataFrame, pages: pl.DataFrame) -> list[tuple]:
    return date_listings(cards, pages).select(DATED).rows()


def test_a_printed_year_wins_and_a_missing_one_is_the_pages():
    cards = make_cards(
        {"dump_id": "b", "position": 1, "alias_id": "y", "month": 10, "day": 28},
        {"dump_id": "b", "position": 0, "alias_id": "x", "month": 7, "day": 3, "year": 2023},
        {"dump_id": "a", "position": 0, "alias_id": "x", "month": 10, "day": 27},
    )
    pages = frame_pages(("a", 0, None, 2024, "given"), ("b", 0, OCTOBER, 2025, "inferred"))
    assert date(cards, pages) == [
        ("a", 0, None, dt.date(2024, 10, 27), "given", []),
        ("b", 0, OCTOBER, dt.date(2023, 7, 3), "printed", []),
        ("b", 1, OCTOBER, dt.date(2025, 10, 28), "inferred", []),
    ]


def test_every_page_of_a_dump_has_a_year_of_its_own():
    cards = make_cards(
        *({"position": page, "page_number": page, "alias_id": "x", "month": 2, "day": 1} for page in (0, 1))
    )
    pages = frame_pages(("a", 0, None, 2024, "inferred"), ("a", 1, None, 2025, "inferred"))
    assert [row[3] for row in date(cards, pages)] == [dt.date(2024, 2, 1), dt.date(2025, 2, 1)]


@pytest.mark.parametrize(
    ("month", "day", "page_on", "expected"),
    [
        (10, 27, OCTOBER, dt.date(2025, 10, 27)),
        (10, 30, OCTOBER, dt.date(2025, 10, 30)),
        (12, 10, OCTOBER, None),
        (10, 27, None, None),
    ],
)
def test_a_day_that_may_be_cut_is_dated_only_up_to_the_pages_own(
    month: int, day: int, page_on: dt.date | None, expected: dt.date | None
):
    cards = make_cards({"alias_id": "x", "month": month, "day": day, "problems": ["date_cut_possible"]})
    ((_, _, _, published_on, _, problems),) = date(cards, frame_pages(("a", 0, page_on, 2025, "inferred")))
    assert published_on == expected
    assert ("year_unknown" in problems) == (expected is None)


def test_a_day_without_any_year_stays_unknown_and_says_so():
    cards = make_cards({"alias_id": "x", "month": 10, "day": 28, "problems": ["abstract_missing", "number_rounded"]})
    expected = ("a", 0, None, None, None, ["abstract_missing", "number_rounded", "year_unknown"])
    assert date(cards, frame_pages(("a", 0, None, None, None))) == [expected]


def test_a_29th_of_february_does_not_take_a_year_that_has_none():
    cards = make_cards({"alias_id": "x", "month": 2, "day": 29})
    assert date(cards, frame_pages(("a", 0, OCTOBER, 2025, "inferred"))) == [
        ("a", 0, OCTOBER, None, None, ["year_unknown"])
    ]


@pytest.mark.parametrize("year", [1, 1850, 2200, 9999])
def test_a_year_that_the_table_does_not_hold_stays_unknown(year: int):
    # A header may print any year, and a misprinted card may make the next one that of the page.
    cards = make_cards({"alias_id": "x", "month": 10, "day": 28})
    assert date(cards, frame_pages(("a", 0, None, year, "inferred")))[0][3:] == (None, None, ["year_unknown"])


def test_a_card_without_a_date_keeps_its_own_reason():
    cards = make_cards({"alias_id": "x", "problems": ["footer_missing"]})
    assert date(cards, frame_pages(("a", 0, OCTOBER, 2025, "inferred")))[0][3:] == (None, None, ["footer_missing"])


def frame_listings(*rows: tuple) -> pl.DataFrame:
    schema = {
        "group_id": pl.String,
        "alias_id": pl.String,
        "page_on": pl.Date,
        "dump_id": pl.String,
        "position": pl.Int32,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_a_paper_is_named_by_its_earliest_listing_and_undated_pages_come_last():
    listings = frame_listings(
        ("g", "undated", None, "a", 0),
        ("g", "late", OCTOBER, "a", 1),
        ("g", "early", OCTOBER - dt.timedelta(1), "c", 5),
        ("h", "second", OCTOBER, "b", 2),
        ("h", "first", OCTOBER, "b", 1),
        ("i", "larger", None, "c", 0),
        ("i", "smaller", None, "b", 9),
    )
    named = name_papers(listings)
    assert named.columns == ["alias_id", "page_on", "dump_id", "position", "paper_id", "is_earliest"]
    assert named.select("dump_id", "position", "paper_id", "is_earliest").rows() == [
        ("a", 0, "early", False),
        ("a", 1, "early", False),
        ("b", 1, "first", True),
        ("b", 2, "first", False),
        ("b", 9, "smaller", True),
        ("c", 0, "smaller", False),
        ("c", 5, "early", True),
    ]


keys = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), unique=True, max_size=10)
days = st.none() | st.sampled_from((OCTOBER, dt.date(2025, 1, 1)))


@given(keys.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))), st.data())
def test_no_order_of_listings_changes_the_names(drawn: tuple[list, list], data: st.DataObject):
    facts = {
        key: (data.draw(st.sampled_from("gh")), data.draw(st.sampled_from("xyz")), data.draw(days)) for key in drawn[0]
    }
    left, right = (name_papers(frame_listings(*((*facts[key], *key) for key in order))) for order in drawn)
    assert_frame_equal(left, right)
    groups = {facts[key][0] for key in drawn[0]}
    assert left["is_earliest"].sum() == len(groups)
