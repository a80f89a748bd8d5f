"""What people see of rows and columns."""

from __future__ import annotations

import datetime as dt
import string
import unicodedata

import dagster as dg
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.metadata import MAX_CELL_LENGTH, describe_columns, describe_nulls, show_value, tabulate
from schemas import TABLES
from schemas.columns import list_columns, list_key


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_shown_with_its_meaning(table: str):
    shown = describe_columns(table)
    columns = list_columns(TABLES[table])
    assert [column.name for column in shown.columns] == [column.name for column in columns]
    for seen, column in zip(shown.columns, columns, strict=True):
        assert seen.description.startswith(column.description)
        assert seen.type == column.type_name
        assert seen.constraints.nullable == column.nullable
        assert not column.unit or f"Unit: {column.unit}." in seen.description
    assert shown.constraints.other[0] == f"key: {', '.join(list_key(TABLES[table]))}"


def test_limits_are_shown_in_words():
    columns = {column.name: column for column in describe_columns("papers").columns}
    assert columns["paper_id"].constraints == dg.TableColumnConstraints(
        nullable=False, unique=True, other=["matches ^[0-9a-f]{32}$"]
    )
    assert columns["title"].constraints.other == ["not empty"]
    assert columns["listing_count"].constraints.other == ["at least 1"]
    (codes,) = columns["published_year_basis"].constraints.other
    assert codes.startswith("one of: ")
    scores = {column.name: column for column in describe_columns("merges").columns}
    assert scores["score_permille"].constraints.other == ["from 0 to 1000"]


def test_a_part_of_a_longer_key_is_not_shown_as_unique():
    columns = {column.name: column for column in describe_columns("listings").columns}
    assert not columns["dump_id"].constraints.unique


def test_rows_are_shown_with_numbers_as_numbers_and_all_else_as_text():
    rows = pl.DataFrame(
        {"count": [3], "share": [0.5], "is_new": [True], "on": [dt.date(2025, 10, 29)], "codes": [["a", "b"]]}
    ).with_columns(unknown=pl.lit(None, pl.String))
    shown = tabulate(rows)
    assert shown.records[0].data == {
        "count": 3,
        "share": 0.5,
        "is_new": True,
        "on": "2025-10-29",
        "codes": "a; b",
        "unknown": None,
    }
    assert [column.type for column in shown.schema.columns] == ["int", "float", "bool", "string", "string", "string"]


def test_a_table_without_rows_still_shows_its_columns():
    shown = tabulate(pl.DataFrame(schema={"title": pl.String}))
    assert (shown.records, [column.name for column in shown.schema.columns]) == ([], ["title"])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\tand\x00nothing", "two\\nlines\\tand\\x00nothing"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("right\u202eleft", "right\\u202eleft"),
        ("line\u2028end", "line\\u2028end"),
        ("na\u00efve \u03bb \u4e2d", "na\u00efve \u03bb \u4e2d"),
        ("<b>[x](y)</b>", "<b>[x](y)</b>"),
    ],
)
def test_what_steers_a_page_or_a_terminal_is_escaped(text: str, shown: str):
    assert show_value(text) == shown


@given(st.text())
def test_whatever_the_text_is_it_is_shown_short_and_in_one_line(text: str):
    shown = show_value(text)
    assert len(shown.splitlines()) <= 1
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Zl", "Zp"}


@given(st.text(alphabet=string.ascii_letters))
def test_only_long_text_is_cut(text: str):
    shown = show_value(text)
    assert len(shown) <= MAX_CELL_LENGTH
    assert (shown == text) == (len(text) <= MAX_CELL_LENGTH)


def test_what_is_unknown_is_told_by_column():
    rows = pl.LazyFrame({"organization_handle": ["a", "b"], "organization_name": [None, "B"]}).with_columns(
        first_listed_on=None, last_listed_on=None
    )
    shown = describe_nulls("organizations", rows)["null_shares"]
    assert [tuple(record.data.values()) for record in shown.records] == [
        ("organization_name", 1, 50.0),
        ("first_listed_on", 2, 100.0),
        ("last_listed_on", 2, 100.0),
    ]
    assert describe_nulls("links", pl.LazyFrame({"url": ["u"]})) == {}
