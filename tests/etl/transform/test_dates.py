from __future__ import annotations

import calendar
import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.patterns import MONTH_NAMES
from etl.transform.dates import make_date, parse_date_lines
from schemas.codes import PROBLEMS

COLUMNS = {
    "date_line": pl.String,
    "month": pl.Int8,
    "day": pl.Int8,
    "year": pl.Int16,
    "comment_count": pl.Int32,
    "date_problem": pl.String,
    "comment_count_problem": pl.String,
}


def parse(*lines: str | None) -> list[tuple[object, ...]]:
    parsed = parse_date_lines(pl.DataFrame({"date_line": lines}, schema={"date_line": pl.String}))
    assert dict(parsed.schema) == COLUMNS
    return parsed.rows()


def test_the_forms_of_the_source_are_read():
    lines = ("Jul 10, 2023", "Jun 16", "Apr 22, 2024 14", "Sep 30 21")
    expected = [
        ("Jul 10, 2023", 7, 10, 2023, None, None, None),
        ("Jun 16", 6, 16, None, None, None, None),
        ("Apr 22, 2024", 4, 22, 2024, 14, None, None),
        ("Sep 30", 9, 30, None, 21, None, None),
    ]
    parsed = parse_date_lines(pl.DataFrame({"date_line": lines}))
    assert_frame_equal(parsed, pl.DataFrame(expected, schema=COLUMNS, orient="row"))


@pytest.mark.parametrize(("number", "name"), list(enumerate(MONTH_NAMES, start=1)))
def test_every_month_is_read_short_and_full_in_any_case(number: int, name: str):
    forms = (name[:3].title(), name.title(), name.upper(), name[:3], f"{name[:3].title()}.")
    parts = [row[1:4] for row in parse(*(f"{form} 7, 2024" for form in forms))]
    assert parts == [(number, 7, 2024)] * len(forms)


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Sept 30", (9, 30, None)),
        ("Sept. 30th 21", (9, 30, None)),
        ("March 1st, 2024", (3, 1, 2024)),
        ("Mar 2nd", (3, 2, None)),
        ("Mar 3RD", (3, 3, None)),
        ("10 July 2023", (7, 10, 2023)),
        ("10 July, 2023", (7, 10, 2023)),
        ("1st of", (None, None, None)),
        ("3 Jan", (1, 3, None)),
        ("2023-07-10", (7, 10, 2023)),
        ("2023-7-4", (7, 4, 2023)),
        ("Mon, Jul 10, 2023", (7, 10, 2023)),
        ("Wednesday Jul 10", (7, 10, None)),
        ("Thurs. 10 Jul", (7, 10, None)),
        ("Published on Jul 10, 2023", (7, 10, 2023)),
        ("Jul\u00a010, 2023", (7, 10, 2023)),
        ("Jul 10,2023", (7, 10, 2023)),
    ],
)
def test_other_forms_of_a_day_are_read(line: str, parts: tuple[int | None, ...]):
    assert parse(line)[0][1:4] == parts


@pytest.mark.parametrize("line", ["14 days ago", "a day ago", "about 2 hours ago", "yesterday", "Today", "just now"])
def test_a_relative_date_names_no_day_and_says_so(line: str):
    assert parse(line) == [(line, None, None, None, None, "date_relative", None)]


def test_a_number_behind_a_relative_date_is_still_the_comments():
    assert parse("14 days ago 3") == [("14 days ago", None, None, None, 3, "date_relative", None)]


@pytest.mark.parametrize(
    "line", ["Feb 30", "Feb 29, 2023", "Jun 31", "Jul 0", "Jul 32, 2024", "2024-13-01", "Jul 3, 0000"]
)
def test_a_day_that_no_calendar_has_stays_unknown(line: str):
    assert parse(line) == [(line, None, None, None, None, "date_invalid", None)]


@pytest.mark.parametrize(
    "line", ["", "Smarch 3", "Jul", "2024", "Jul 10, 23", "Jul 10, 20234", "Jul 10, 2024, 3", "Ju1 1O"]
)
def test_a_line_that_is_no_date_is_kept_as_printed(line: str):
    assert parse(line) == [(line, None, None, None, None, "date_invalid", None)]


def test_the_29th_of_february_is_a_day_as_long_as_its_year_is_open():
    assert parse("Feb 29", "Feb 29, 2024") == [
        ("Feb 29", 2, 29, None, None, None, None),
        ("Feb 29, 2024", 2, 29, 2024, None, None, None),
    ]


@pytest.mark.parametrize("number", [1900, 1999, 2024, 2099])
def test_a_number_like_a_year_without_a_comma_is_neither_year_nor_comments(number: int):
    line = f"Sep 30 {number}"
    assert parse(line) == [(line, None, None, None, None, "date_ambiguous", None)]


@pytest.mark.parametrize(("line", "count"), [("Sep 30 1899", 1899), ("Sep 30 2100", 2100), ("Sep 30, 2024 2024", 2024)])
def test_a_number_that_cannot_be_the_year_is_the_comments(line: str, count: int):
    assert parse(line)[0][4:] == (count, None, None)


@pytest.mark.parametrize("number", ["9999999999", "99999999999999999999", "1,05", "2147483648", "999999k"])
def test_a_number_too_large_or_misprinted_leaves_the_date_readable(number: str):
    expected = 999_999_000 if number == "999999k" else None
    problem = "number_rounded" if expected else "comment_count_invalid"
    assert parse(f"Jul 14, 2024 {number}") == [("Jul 14, 2024", 7, 14, 2024, expected, None, problem)]


def test_a_rounded_number_of_comments_says_so():
    assert parse("Jul 14 2.6k") == [("Jul 14", 7, 14, None, 2600, None, "number_rounded")]


def test_no_date_line_is_no_problem():
    assert parse(None) == [(None, None, None, None, None, None, None)]


def test_other_columns_and_the_order_of_rows_stay():
    cards = pl.DataFrame({"position": [2, 0, 1], "date_line": ["Jun 16", None, "x"]})
    parsed = parse_date_lines(cards)
    assert parsed["position"].to_list() == [2, 0, 1]
    assert parsed.columns[:2] == ["position", "date_line"]


def test_no_rows_give_no_rows():
    assert parse() == []


def test_a_missing_column_is_an_error():
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        parse_date_lines(pl.DataFrame({"other": ["Jun 16"]}))


@given(
    day=st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)),
    form=st.sampled_from(
        ("{m} {d}, {y:04}", "{d} {m} {y:04}", "{y:04}-{n}-{d}", "{y:04}-{n:02}-{d:02}", "{M} {d}, {y:04}")
    ),
    count=st.none() | st.integers(0, 2**31 - 1),
)
def test_every_printed_day_reads_back(day: dt.date, form: str, count: int | None):
    names = {"m": MONTH_NAMES[day.month - 1][:3].title(), "M": MONTH_NAMES[day.month - 1].upper()}
    line = form.format(**names, n=day.month, d=day.day, y=day.year)
    printed = line if count is None else f"{line} {count}"
    assert parse(printed) == [(line, day.month, day.day, day.year, count, None, None)]


@given(st.integers(1, 12), st.integers(1, 31))
def test_every_printed_day_without_a_year_reads_back(month: int, day: int):
    line = f"{MONTH_NAMES[month - 1][:3].title()} {day}"
    is_day = day <= calendar.monthrange(2024, month)[1]
    expected = (
        (line, month, day, None, None, None, None) if is_day else (line, None, None, None, None, "date_invalid", None)
    )
    assert parse(line) == [expected]


@given(
    st.lists(
        st.none()
        | st.text()
        | st.from_regex(r"[A-Z][a-z]{2} [0-9]{1,2},? ?[0-9]{0,5} ?[0-9,.]{0,12}k?", fullmatch=True)
    )
)
def test_any_text_gives_a_row_with_a_day_or_a_documented_reason(lines: list[str | None]):
    for line, row in zip(lines, parse(*lines), strict=True):
        _, month, day, year, count, date_problem, count_problem = row
        assert (month is None) == (day is None)
        assert {date_problem, count_problem} - {None} <= set(PROBLEMS)
        assert (month is None) == (line is None or date_problem is not None)
        assert year is None or dt.date(year, month, day)
        assert count is None or count >= 0


def test_a_date_is_made_only_of_a_day_the_calendar_has():
    days = pl.DataFrame(
        [(2024, 2, 29), (2023, 2, 29), (2024, 13, 1), (2024, None, 1), (1, 1, 1), (0, 7, 3), (None, 2, 3)],
        schema={"year": pl.Int16, "month": pl.Int8, "day": pl.Int8},
        orient="row",
    )
    made = days.select(make_date(pl.col("year"), pl.col("month"), pl.col("day")).alias("on"))["on"].to_list()
    assert made == [dt.date(2024, 2, 29), None, None, None, dt.date(1, 1, 1), None, None]
