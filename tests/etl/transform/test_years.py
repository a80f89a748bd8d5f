from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.transform.page_facts import find_paper_facts, gather_evidence, link_pages, summarize_pages
from etl.transform.years import PAGE_DATE_SCHEMA, date_pages
from tests.etl.transform.frames import fewer_examples

if TYPE_CHECKING:
    import random

Day = tuple[int, int]


class Page(NamedTuple):
    """A page as it prints its days: the header's, dated cards by paper, year-less cards by paper."""

    dump_id: str
    header: str | None
    dated: dict[str, dt.date]
    yearless: dict[str, Day]
    number: int = 0


def make_frames(pages: list[Page]) -> tuple[pl.DataFrame, pl.DataFrame]:
    page_schema = {"dump_id": pl.String, "page_number": pl.Int32, "header_date_line": pl.String}
    card_schema = {
        "dump_id": pl.String,
        "page_number": pl.Int32,
        "group_id": pl.String,
        "month": pl.Int8,
        "day": pl.Int8,
        "year": pl.Int16,
    }
    cards = [
        (page.dump_id, page.number, make_id(paper), *day)
        for page in pages
        for paper, day in (
            *((paper, (on.month, on.day, on.year)) for paper, on in page.dated.items()),
            *((paper, (*day, None)) for paper, day in page.yearless.items()),
        )
    ]
    headers = [(page.dump_id, page.number, page.header) for page in pages]
    return (
        pl.DataFrame(headers, schema=page_schema, orient="row"),
        pl.DataFrame(cards, schema=card_schema, orient="row"),
    )


def make_id(paper: str) -> str:
    return hashlib.sha256(paper.encode()).hexdigest()[:32]


def frame_given(days: dict[str, dt.date] | list[tuple[str, dt.date]] | None, by: str = "option") -> pl.DataFrame:
    rows = list(days.items()) if isinstance(days, dict) else days or []
    schema = {"dump_id": pl.String, "given_page_on": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.lit(by).alias("given_by"))


def date(
    *pages: Page, given: dict[str, dt.date] | list[tuple[str, dt.date]] | None = None, by: str = "option"
) -> list[dict[str, Any]]:
    dated = date_pages(*make_frames(list(pages)), frame_given(given, by))
    assert dict(dated.schema) == PAGE_DATE_SCHEMA
    return dated.rows(named=True)


def make_dated(count: int, latest: int = 2024, name: str = "old") -> dict[str, dt.date]:
    """Make papers with a printed year: two of the latest, the others of the year before."""
    return {
        f"{name} {number}": dt.date(latest if number < 2 else latest - 1, 3, 1 + number % 28) for number in range(count)
    }


def make_yearless(*days: Day, name: str = "new") -> dict[str, Day]:
    return {f"{name} {number}": day for number, day in enumerate(days)}


OCTOBER = make_yearless((10, 28), (10, 27), (10, 24))


def test_a_page_of_many_cards_is_dated_by_its_own_counts():
    (page,) = date(Page("a", "Oct 29", make_dated(40), OCTOBER))
    assert (page["page_on"], page["page_year_basis"]) == (dt.date(2025, 10, 29), "inferred")
    assert (page["page_not_before_on"], page["page_not_after_on"]) == (dt.date(2025, 10, 29), dt.date(2025, 10, 29))
    assert (page["capture_year"], page["capture_year_basis"]) == (2025, "inferred")
    assert page["year_evidence"][:2] == [
        "cards with a printed year: 40, with a day alone: 3",
        "latest printed year 2024",
    ]
    assert page["year_evidence"][2].endswith(":1 for 2025")


@pytest.mark.parametrize("year", [2024, 2029])
@pytest.mark.parametrize("count", [30, 60])
def test_a_single_card_of_the_latest_year_decides_nothing(count: int, year: int):
    page = Page("a", "Oct 29", {**make_dated(count, 2023), "one": dt.date(year, 3, 1)}, OCTOBER)
    for rows in (date(page), date(page, page._replace(dump_id="b"))):
        assert {(row["page_on"], row["capture_year"]) for row in rows} == {(None, None)}


def test_a_page_without_a_year_less_card_stays_undated():
    (page,) = date(Page("a", "Oct 29", make_dated(100), {}))
    assert (page["page_on"], page["capture_year"]) == (None, None)


def test_a_page_of_few_cards_stays_undated_with_a_bound():
    (page,) = date(Page("a", "Oct 29", make_dated(5), OCTOBER))
    assert (page["page_on"], page["page_year_basis"], page["capture_year"], page["capture_year_basis"]) == (None,) * 4
    assert (page["page_not_before_on"], page["page_not_after_on"]) == (dt.date(2025, 10, 29), None)
    assert "undecided" in page["year_evidence"][2]


def test_a_page_of_old_papers_alone_stays_undated():
    (page,) = date(Page("a", "Oct 30", make_dated(60, 2017), {}))
    assert (page["page_on"], page["capture_year"]) == (None, None)


def test_a_page_without_a_header_still_dates_its_cards():
    (page,) = date(Page("a", None, make_dated(40), OCTOBER))
    assert (page["page_on"], page["page_year_basis"]) == (None, None)
    assert (page["capture_year"], page["capture_year_basis"]) == (2025, "inferred")
    assert page["page_not_before_on"] == dt.date(2025, 1, 1)


def test_a_year_printed_in_the_header_is_taken():
    (page,) = date(Page("a", "Oct 29, 2024", {}, OCTOBER))
    assert (page["page_on"], page["page_year_basis"]) == (dt.date(2024, 10, 29), "printed")
    assert (page["capture_year"], page["capture_year_basis"]) == (2024, "inferred")


def test_a_given_day_is_taken_with_or_without_a_header():
    day = dt.date(2024, 10, 29)
    for header in ("Oct 29", None):
        (page,) = date(Page("a", header, {}, OCTOBER), given={"a": day})
        assert (page["page_on"], page["page_year_basis"]) == (day, "given")
        assert (page["capture_year"], page["capture_year_basis"]) == (2024, "given")
        assert "2024 is given" in page["year_evidence"]


def test_two_given_days_of_one_year_give_the_year_and_the_header_the_day():
    (page,) = date(Page("a", "Oct 29", {}, OCTOBER), given=[("a", dt.date(2024, 10, 28)), ("a", dt.date(2024, 10, 29))])
    assert (page["page_on"], page["capture_year"]) == (dt.date(2024, 10, 29), 2024)


def test_given_days_of_two_years_decide_nothing_and_are_reported():
    (page,) = date(Page("a", "Oct 29", {}, OCTOBER), given=[("a", dt.date(2024, 10, 29)), ("a", dt.date(2025, 10, 29))])
    assert (page["page_on"], page["capture_year"]) == (None, None)
    assert {"2024 is given", "2025 is given", "contradiction: undecided"} <= set(page["year_evidence"])


def test_a_twin_that_prints_the_year_dates_a_year_less_card_and_its_page():
    later = Page("b", "Mar 2", {"paper": dt.date(2024, 10, 27)}, {})
    page, twin = date(Page("a", "Oct 29", {}, {"paper": (10, 27), "other": (10, 26)}), later)
    assert (page["page_on"], page["page_year_basis"]) == (dt.date(2024, 10, 29), "inferred")
    assert (page["capture_year"], page["capture_year_basis"]) == (2024, "inferred")
    assert "2024 is printed by other dumps for year-less cards" in page["year_evidence"]
    assert (twin["page_on"], twin["page_not_before_on"]) == (None, dt.date(2025, 3, 2))


def test_a_twin_that_prints_a_year_before_the_pages_began_decides_nothing_and_is_reported():
    page = date(Page("a", "Oct 29", {}, {"paper": (10, 27)}), Page("b", None, {"paper": dt.date(2021, 10, 27)}, {}))[0]
    assert (page["page_on"], page["capture_year"]) == (None, None)
    assert "contradiction: no page is from before 2023" in page["year_evidence"]


def test_a_twin_of_another_day_says_nothing():
    page, _ = date(Page("a", "Oct 29", {}, {"paper": (10, 27)}), Page("b", None, {"paper": dt.date(2024, 10, 26)}, {}))
    assert page["capture_year"] is None


def test_twins_that_contradict_each_other_decide_nothing_and_are_reported():
    twins = [Page(name, None, {"paper": dt.date(year, 10, 27)}, {}) for name, year in (("b", 2023), ("c", 2024))]
    page = date(Page("a", "Oct 29", {}, {"paper": (10, 27)}), *twins)[0]
    assert (page["page_on"], page["capture_year"]) == (None, None)
    assert page["year_evidence"][-2] == "contradiction: undecided"


def test_a_twin_that_contradicts_the_pages_own_cards_decides_nothing_and_is_reported():
    page = date(
        Page("a", "Oct 29", make_dated(40), {"paper": (10, 27)}), Page("b", None, {"paper": dt.date(2023, 10, 27)}, {})
    )[0]
    assert (page["page_on"], page["capture_year"]) == (None, None)
    assert "contradiction: the cards allow no year before 2025" in page["year_evidence"]


def test_pages_that_share_a_year_less_card_share_their_year():
    strong = Page("a", "Oct 29", make_dated(40), {**OCTOBER, "shared": (10, 20)})
    weak = Page("b", "Oct 22", make_dated(2, name="other"), {"shared": (10, 20), "second": (10, 21)})
    weakest = Page("c", "Oct 30", {}, {"second": (10, 21)})
    days = [page["page_on"] for page in date(strong, weak, weakest)]
    assert days == [dt.date(2025, 10, 29), dt.date(2025, 10, 22), dt.date(2025, 10, 30)]
    assert [page["page_on"] for page in date(weak, weakest)] == [None, None]


def test_two_pages_of_one_dump_are_dated_each_by_itself():
    first = Page("a", "Oct 29", make_dated(40), OCTOBER, number=0)
    second = Page(
        "a", "Oct 28", make_dated(40, 2023, name="b"), make_yearless((10, 28), (10, 27), (10, 24), name="b"), number=1
    )
    assert [(page["page_number"], page["capture_year"]) for page in date(second, first)] == [(0, 2025), (1, 2024)]


def test_at_the_turn_of_the_year_the_header_may_be_a_year_behind():
    (page,) = date(Page("a", "Dec 31", make_dated(60), make_yearless((1, 1), (1, 2), (1, 1))))
    assert (page["page_on"], page["capture_year"]) == (None, 2025)
    assert (page["page_not_before_on"], page["page_not_after_on"]) == (dt.date(2024, 12, 31), dt.date(2025, 12, 31))


def test_in_late_december_cards_of_december_show_that_the_header_is_right():
    (page,) = date(Page("a", "Dec 31", make_dated(60), make_yearless((1, 1), (12, 30), (12, 29))))
    assert page["page_on"] == dt.date(2025, 12, 31)


@pytest.mark.parametrize(
    ("header", "card", "is_open"),
    [("Dec 25", (1, 7), True), ("Dec 24", (1, 7), False), ("Dec 25", (1, 8), False), ("Nov 28", (1, 1), False)],
)
def test_the_turn_of_the_year_is_late_december_and_early_january(header: str, card: Day, is_open: bool):  # noqa: FBT001
    (page,) = date(Page("a", header, make_dated(60), make_yearless(card, (1, 1), (1, 1))))
    assert (page["page_on"] is None) == is_open
    assert page["capture_year"] == 2025


def test_a_header_before_a_year_less_card_is_a_contradiction_and_reported():
    (page,) = date(Page("a", "Oct 29", make_dated(60), make_yearless((10, 31), (10, 1), (10, 2))))
    assert (page["page_on"], page["capture_year"]) == (None, None)
    assert "contradiction: the header's day lies before a year-less card's" in page["year_evidence"]


def test_a_header_one_day_before_a_card_is_a_matter_of_time_zones():
    (page,) = date(Page("a", "Oct 29", make_dated(60), make_yearless((10, 30), (10, 1), (10, 2))))
    assert page["page_on"] == dt.date(2025, 10, 29)


def test_a_header_on_the_29th_of_february_is_of_a_leap_year():
    february = make_yearless((2, 28), (2, 27), (2, 26))
    (page,) = date(Page("a", "Feb 29", make_dated(60, 2022), february))
    assert page["capture_year"] in (2024, None)
    (page,) = date(Page("a", "Feb 29", make_dated(60, 2024), february))
    assert page["capture_year"] in (2028, None)
    assert page["page_not_before_on"] == dt.date(2028, 2, 29)


def test_evidence_for_a_year_without_the_headers_day_is_a_contradiction():
    page, _ = date(Page("a", "Feb 29", {}, {"paper": (2, 20)}), Page("b", None, {"paper": dt.date(2023, 2, 20)}, {}))
    assert (page["page_on"], page["capture_year"]) == (None, None)
    assert any(sentence.startswith("contradiction") for sentence in page["year_evidence"])


@pytest.mark.parametrize("year", ["0000", "0001", "1850", "9999"])
def test_a_header_of_a_wild_year_is_no_reason_to_fail(year: str):
    (page,) = date(Page("a", f"Oct 29, {year}", {}, OCTOBER), given={"b": dt.date(2025, 1, 1)})
    assert page["page_on"] is None or page["page_year_basis"] == "printed"


def test_a_page_without_any_date_is_not_before_what_its_twins_show():
    # Like seed 002: a header's day, cards without footers, and two papers that dated dumps list.
    undated = Page("a", "Mar 11", {}, {})
    pages, cards = make_frames(
        [undated, Page("b", None, {"x": dt.date(2022, 10, 1)}, {}), Page("c", None, {"y": dt.date(2023, 6, 16)}, {})]
    )
    bare = pl.DataFrame(
        [("a", 0, make_id(paper), None, None, None) for paper in "xyz"], schema=cards.schema, orient="row"
    )
    page = date_pages(pages, pl.concat([cards, bare]), frame_given(None)).row(0, named=True)
    assert (page["page_on"], page["capture_year"]) == (None, None)
    assert (page["page_not_before_on"], page["page_not_after_on"]) == (dt.date(2024, 3, 11), None)
    assert page["year_evidence"][-1].startswith("not before 2024-03-11")


def test_a_bound_for_a_29th_of_february_is_a_day_of_the_calendar():
    page = date(Page("a", "Feb 29", {"x": dt.date(2024, 3, 1)}, {}))[0]
    assert page["page_not_before_on"] == dt.date(2028, 2, 29)


@pytest.mark.parametrize("header", ["Week 43", "Oct 20 - Oct 26", "14 days ago", None])
def test_a_header_that_names_no_day_gives_none(header: str | None):
    (page,) = date(Page("a", header, {}, {}))
    assert (page["page_on"], page["page_not_before_on"], page["capture_year"]) == (None, None, None)


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [("Week 43, 2025", (2025, 10, 20), (2025, 10, 26)), ("October 2025", (2025, 10, 1), (2025, 10, 31))],
)
def test_a_week_or_month_in_the_header_bounds_the_page_and_dates_its_cards(header: str, first: tuple, last: tuple):
    (page,) = date(Page("a", header, {}, make_yearless((10, 21), (10, 23))))
    assert (page["page_on"], page["page_year_basis"]) == (None, None)
    assert (page["page_not_before_on"], page["page_not_after_on"]) == (dt.date(*first), dt.date(*last))
    assert (page["capture_year"], page["capture_year_basis"]) == (2025, "inferred")
    assert "2025 is the year of a header's week or month" in page["year_evidence"]


def test_a_month_that_was_captured_in_a_later_year_dates_no_card():
    (page,) = date(Page("a", "October 2025", make_dated(20, 2025), {}))
    assert (page["page_not_before_on"], page["page_not_after_on"]) == (dt.date(2025, 10, 1), dt.date(2025, 10, 31))
    assert page["capture_year"] is None


def test_a_card_behind_a_headers_month_shows_that_the_month_is_not_of_the_captures_year():
    (page,) = date(Page("a", "October 2025", {}, make_yearless((12, 3))))
    assert page["capture_year"] is None


@pytest.mark.parametrize(
    ("page", "day", "objection"),
    [
        (Page("a", "Oct 29", {}, OCTOBER), (2025, 11, 5), "the header's day is 10-29"),
        (Page("a", "Oct 29, 2024", {}, OCTOBER), (2025, 10, 29), "the header's year is 2024"),
        (Page("a", "October 2025", {}, OCTOBER), (2025, 11, 1), "the header's days are 2025-10-01 to 2025-10-31"),
        (Page("a", "Oct 29", make_dated(5, 2025), OCTOBER), (2025, 10, 29), "a card prints 2025"),
        (Page("a", None, {}, make_yearless((10, 28))), (2025, 10, 1), "a card without a year is of 10-28"),
        (Page("a", None, {"x": dt.date(2024, 5, 1)}, {}), (2024, 3, 1), "a card prints 2024"),
    ],
)
def test_a_given_day_that_the_page_contradicts_is_reported_and_not_taken(page: Page, day: tuple, objection: str):
    (row,) = date(page, given={"a": dt.date(*day)})
    assert (row["page_on"], row["capture_year"]) == (None, None)
    assert f"contradiction: given as {dt.date(*day)}, but {objection}" in row["year_evidence"]


def test_a_given_day_before_a_paper_that_others_date_is_reported():
    known = Page("b", None, {"x": dt.date(2025, 6, 1)}, {})
    pages, cards = make_frames([Page("a", None, {}, {}), known])
    bare = pl.DataFrame([("a", 0, make_id("x"), None, None, None)], schema=cards.schema, orient="row")
    given = frame_given({"a": dt.date(2025, 5, 1)})
    row = date_pages(pages, pl.concat([cards, bare]), given).row(0, named=True)
    assert row["page_on"] is None
    assert "contradiction: given as 2025-05-01, but a paper on it is of 2025-06-01" in row["year_evidence"]


def test_of_two_given_days_the_one_that_fits_is_taken_and_the_other_reported():
    days = [("a", dt.date(2024, 10, 28)), ("a", dt.date(2024, 10, 29))]
    (page,) = date(Page("a", "Oct 29", {}, OCTOBER), given=days)
    assert page["page_on"] == dt.date(2024, 10, 29)
    assert "contradiction: given as 2024-10-28, but the header's day is 10-29" in page["year_evidence"]
    (page,) = date(Page("a", None, {}, {}), given=days)
    assert page["page_on"] is None
    assert "contradiction: given as 2024-10-28 and as 2024-10-29" in page["year_evidence"]


def test_a_day_in_a_name_may_be_the_captures_a_few_days_after_the_headers():
    page = Page("a", "Oct 29", make_dated(5), OCTOBER)
    (row,) = date(page, given={"a": dt.date(2025, 11, 5)}, by="name")
    assert (row["page_on"], row["page_year_basis"]) == (dt.date(2025, 10, 29), "given")
    assert (row["capture_year"], row["capture_year_basis"]) == (2025, "given")
    (row,) = date(page, given=[("a", dt.date(2025, 10, 30)), ("a", dt.date(2025, 11, 1))], by="name")
    assert row["page_on"] == dt.date(2025, 10, 29)


@pytest.mark.parametrize(("day", "by"), [((11, 6), "name"), ((10, 28), "name"), ((10, 30), "option")])
def test_a_day_before_the_headers_or_long_after_or_not_in_a_name_is_not_the_captures(day: tuple, by: str):
    (row,) = date(Page("a", "Oct 29", make_dated(5), OCTOBER), given={"a": dt.date(2025, *day)}, by=by)
    assert row["page_on"] is None
    assert any(text.endswith("but the header's day is 10-29") for text in row["year_evidence"])


def test_a_day_given_in_early_january_over_a_header_of_december():
    page = Page("a", "Dec 31", make_dated(5, 2025), make_yearless((1, 1), (1, 2)))
    (row,) = date(page, given={"a": dt.date(2026, 1, 2)})
    assert (row["page_on"], row["page_year_basis"], row["capture_year"]) == (dt.date(2025, 12, 31), "given", 2026)
    (row,) = date(page, given={"a": dt.date(2025, 12, 31)})
    assert (row["page_on"], row["capture_year"]) == (dt.date(2025, 12, 31), None)


def make_linked(year: int, count: int, name: str, shared: str) -> list[Page]:
    """Make pages of one year that each decide it alone, linked by a card without a year."""
    return [
        Page(
            f"{name}{number}", "Oct 29", make_dated(60, year - 1, name=f"{name}{number}"), {**OCTOBER, shared: (10, 20)}
        )
        for number in range(count)
    ]


def test_one_wrong_link_redates_no_page():
    # "bridge" stands on a page of 2024 and on pages of 2025: two papers that were taken for one.
    others = [page._replace(yearless={**page.yearless, "bridge": (10, 21)}) for page in make_linked(2025, 12, "b", "y")]
    wrong = make_linked(2024, 1, "a", "x")[0]
    wrong = wrong._replace(yearless={"own": (10, 20), "own too": (10, 22), "bridge": (10, 21)})
    rows = date(wrong, *others)
    assert [row["capture_year"] for row in rows] == [None, *[2025] * 12]
    assert "contradiction: this page is of another year than 2025" in rows[0]["year_evidence"]


def test_where_many_pages_contradict_each_other_none_is_dated():
    one, other = make_linked(2024, 5, "a", "bridge"), make_linked(2025, 5, "b", "bridge")
    own = [make_yearless((10, 22), (10, 23), name=f"own {page.dump_id}") for page in (*one, *other)]
    pages = [
        page._replace(yearless={**cards, "bridge": (10, 20)}) for page, cards in zip((*one, *other), own, strict=True)
    ]
    rows = date(*pages)
    assert {row["capture_year"] for row in rows} == {None}
    assert all(any(text.startswith("contradiction") for text in row["year_evidence"]) for row in rows)


def test_one_misprinted_year_moves_no_other_page():
    pages = make_linked(2025, 12, "b", "shared")
    garbled = pages[3]._replace(dated={**pages[3].dated, "garbled": dt.date(2031, 7, 1)})
    rows = {row["dump_id"]: row["capture_year"] for row in date(*pages[:3], garbled, *pages[4:])}
    assert rows.pop("b3") is None
    assert set(rows.values()) == {2025}


def test_one_wrong_twin_among_many_right_ones_moves_no_other_page():
    pages = [
        page._replace(yearless={**page.yearless, f"twin {page.dump_id}": (10, 23)})
        for page in make_linked(2025, 12, "b", "s")
    ]
    twins = [
        Page(f"z{number}", None, {f"twin b{number}": dt.date(2026 if number == 4 else 2025, 10, 23)}, {})
        for number in range(12)
    ]
    rows = {row["dump_id"]: row["capture_year"] for row in date(*pages, *twins)}
    assert rows["b4"] is None
    assert {rows[f"b{number}"] for number in range(12) if number != 4} == {2025}


def test_one_misprinted_year_dates_no_page_of_few_cards():
    pages = [
        Page(f"b{number}", "Oct 29", make_dated(15, name=f"b{number}"), {"shared": (10, 20), f"own {number}": (10, 23)})
        for number in range(12)
    ]
    assert {row["capture_year"] for row in date(*pages)} == {2025}
    garbled = pages[3]._replace(dated={**pages[3].dated, "garbled": dt.date(2025, 7, 1), "too": dt.date(2025, 7, 1)})
    rows = date(*pages[:3], garbled, *pages[4:])
    assert {row["capture_year"] for row in rows} == {None}
    assert "contradiction: without 1 of these pages it would be 2025" in rows[0]["year_evidence"]


def test_one_wrong_twin_alone_dates_no_other_page():
    pages = [
        Page(
            name,
            "Oct 29",
            make_dated(20, name=name),
            make_yearless((10, 20), name="shared") | {f"own {name}": (10, 23)},
        )
        for name in "abc"
    ]
    wrong = Page("z", None, {"own a": dt.date(2027, 10, 23)}, {})
    rows = {row["dump_id"]: row for row in date(*pages, wrong)}
    assert {rows[name]["capture_year"] for name in "abc"} == {None}
    assert any("contradiction: odds" in text for text in rows["a"]["year_evidence"])
    right = Page("z", None, {"own a": dt.date(2025, 10, 23)}, {})
    assert {row["capture_year"] for row in date(*pages, right) if row["dump_id"] != "z"} == {2025}


def test_copies_of_a_page_are_no_further_evidence():
    page = Page("a", "Oct 29", make_dated(15), OCTOBER)
    nearly = page._replace(dump_id="c", yearless={**OCTOBER, "one more": (10, 22)})
    alone = date(page)[0]
    rows = date(page, page._replace(dump_id="b"), page._replace(number=1), nearly)
    assert {row["capture_year"] for row in rows} == {alone["capture_year"]} == {None}


def test_copies_of_a_page_have_one_say():
    wrong = make_linked(2024, 1, "a", "x")[0]
    wrong = wrong._replace(yearless={"own": (10, 20), "own too": (10, 22), "bridge": (10, 21)})
    others = [page._replace(yearless={**page.yearless, "bridge": (10, 21)}) for page in make_linked(2025, 12, "b", "y")]
    copies = [wrong._replace(dump_id=name) for name in ("a1", "a2")]
    rows = {row["dump_id"]: row["capture_year"] for row in date(wrong, *copies, *others)}
    assert {rows[name] for name in ("a0", "a1", "a2")} == {None}
    assert {rows[f"b{number}"] for number in range(12)} == {2025}


def test_no_pages_are_no_rows():
    assert date() == []


def test_pages_are_linked_to_the_first_one_that_shares_a_card():
    pages = [Page(name, None, {"dated": dt.date(2024, 1, 1)}, {"x": (10, 1), f"own {name}": (10, 1)}) for name in "cab"]
    _, cards = make_frames(pages)
    assert link_pages(cards).rows() == [("a", 0, "b", 0), ("a", 0, "c", 0)]


def test_a_papers_earliest_printed_day_bounds_its_undated_pages():
    pages = [Page("b", None, {"x": dt.date(2023, 6, 16)}, {}), Page("c", None, {"x": dt.date(2023, 6, 17)}, {})]
    frame, cards = make_frames([Page("a", None, {}, {}), *pages])
    bare = pl.DataFrame([("a", 0, make_id("x"), None, None, None)], schema=cards.schema, orient="row")
    whole = pl.concat([cards, bare])
    evidence = gather_evidence(frame, summarize_pages(whole), find_paper_facts(whole), frame_given(None))
    assert evidence["latest_known_on"].to_list() == [
        dt.date(2023, 6, 16),
        dt.date(2023, 6, 16),
        dt.date(2023, 6, 17),
    ]


months = st.sampled_from(((1, 1), (1, 5), (2, 28), (2, 29), (10, 27), (10, 28), (12, 24), (12, 30), (12, 31)))
printed = st.builds(
    lambda year, day: dt.date(year, *day) if day != (2, 29) else dt.date(2024, 2, 29), st.integers(2021, 2025), months
)
papers = st.integers(0, 8).map(lambda number: f"p{number}")
headers = st.sampled_from(
    (None, "Jan 2", "Feb 29", "Oct 29", "Dec 27", "Dec 31", "Oct 29, 2025", "Dec 31, 2024", "June")
)


@st.composite
def page_sets(draw: st.DrawFn) -> list[Page]:
    pages = []
    for key in draw(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 1)), unique=True, max_size=5)):
        many = make_dated(draw(st.sampled_from((0, 0, 5, 25, 60))), draw(st.integers(2021, 2025)), name=f"{key}")
        dated = draw(st.dictionaries(papers, printed, max_size=3))
        yearless = draw(st.dictionaries(papers, months, max_size=4))
        pages.append(Page(key[0], draw(headers), many | dated, yearless, key[1]))
    return pages


givens = st.dictionaries(st.sampled_from("abcd"), st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31)), max_size=2)


@fewer_examples
@given(page_sets(), givens, st.randoms(use_true_random=False))
def test_no_order_of_pages_or_cards_changes_a_date(pages: list[Page], days: dict[str, dt.date], chance: random.Random):
    frames = make_frames(pages)
    mixed = [rows[chance.sample(range(rows.height), rows.height)] for rows in frames]
    assert_frame_equal(date_pages(*mixed, frame_given(days)), date_pages(*frames, frame_given(days)))


@fewer_examples
@given(page_sets())
def test_no_name_of_a_dump_changes_a_date(pages: list[Page]):
    other_names = dict(zip("abcd", "zywx", strict=True))
    plain = date(*pages)
    renamed = date(*(page._replace(dump_id=other_names[page.dump_id]) for page in pages))
    back = {(new, number): old for old, new in other_names.items() for number in (0, 1)}
    by_key = {(back[row["dump_id"], row["page_number"]], row["page_number"]): row for row in renamed}
    for row in plain:
        assert by_key[row["dump_id"], row["page_number"]] | {"dump_id": row["dump_id"]} == row


@fewer_examples
@given(page_sets(), givens)
def test_every_date_says_how_it_is_known_and_lies_within_its_bounds(pages: list[Page], days: dict[str, dt.date]):
    by_key = {(page.dump_id, page.number): page for page in pages}
    for row in date(*pages, given=days):
        page = by_key[row["dump_id"], row["page_number"]]
        assert (row["page_on"] is None) == (row["page_year_basis"] is None)
        assert (row["capture_year"] is None) == (row["capture_year_basis"] is None)
        assert row["year_evidence"]
        low, high = row["page_not_before_on"], row["page_not_after_on"]
        assert low is None or high is None or low <= high
        if row["page_on"]:
            assert low == high == row["page_on"]
        if row["capture_year"]:
            assert all(on.year < row["capture_year"] for on in page.dated.values())


@fewer_examples
@given(page_sets())
def test_a_page_that_shares_no_paper_changes_no_other(pages: list[Page]):
    alone = Page("z", "Oct 29", make_dated(60, name="z"), make_yearless((10, 28), (10, 27), (10, 24), name="z"))
    with_it = [row for row in date(*pages, alone) if row["dump_id"] != "z"]
    assert with_it == list(date(*pages))


@fewer_examples
@given(page_sets())
def test_a_twin_that_prints_the_decided_year_undoes_none_of_its_pages(pages: list[Page]):
    decided = {(row["dump_id"], row["page_number"]): row["capture_year"] for row in date(*pages)}
    for page in pages:
        year = decided[page.dump_id, page.number]
        paper, day = next(iter(page.yearless.items()), (None, None))
        if year is None or paper is None or (day == (2, 29) and year % 4):
            continue
        twin = Page("z", None, {paper: dt.date(year, *day)}, {})
        rows = {(row["dump_id"], row["page_number"]): row for row in date(*pages, twin)}
        assert rows[page.dump_id, page.number]["capture_year"] == year
        break


@fewer_examples
@given(page_sets())
def test_no_copy_of_all_pages_changes_a_date(pages: list[Page]):
    plain = {(row["dump_id"], row["page_number"]): row for row in date(*pages)}
    copies = [page._replace(dump_id=f"z{page.dump_id}") for page in pages]
    for row in date(*pages, *copies):
        original = plain[row["dump_id"].removeprefix("z"), row["page_number"]]
        assert (row["capture_year"], row["page_on"]) == (original["capture_year"], original["page_on"])
