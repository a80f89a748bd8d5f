from __future__ import annotations

import inspect
import re

import polars as pl
import pytest

from schemas import OUTSIDE_CONTENT, TABLES, codes
from schemas.columns import Column, list_columns, list_key, list_rules
from tests.conftest_tables import make_tables

COLUMNS = [(table, column) for table, model in TABLES.items() for column in list_columns(model)]
CODE_LISTS = {name: value for name, value in vars(codes).items() if name.isupper() and isinstance(value, dict)}
NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def each_column(*suffixes: str) -> pytest.MarkDecorator:
    """Run a test for each column whose name ends so."""
    chosen = [(table, column) for table, column in COLUMNS if column.name.endswith(suffixes)]
    return pytest.mark.parametrize(
        ("table", "column"), chosen, ids=[f"{table}.{column.name}" for table, column in chosen]
    )


@pytest.mark.parametrize("table", TABLES)
def test_every_table_says_what_a_row_is(table: str):
    assert inspect.getdoc(TABLES[table]).startswith("One row per ")
    assert NAME.fullmatch(table)


@each_column("")
def test_every_column_is_described_in_a_sentence(table: str, column: Column):
    assert NAME.fullmatch(column.name), table
    assert column.description[0].isupper()
    assert column.description.endswith(".")


@each_column("_id")
def test_an_id_is_32_hexadecimal_digits(table: str, column: Column):
    assert (column.dtype, column.unit) == (pl.String(), "32 hex digits"), table


@each_column("_count", "_bytes", "position", "page_number", "byte_start", "byte_end")
def test_a_count_is_a_signed_whole_number_that_is_never_negative(table: str, column: Column):
    checks = {name: limits["min_value"] for name, limits in column.checks if "min_value" in limits}
    is_of_bytes = "byte" in column.name
    assert column.dtype == (pl.Int64() if is_of_bytes else pl.Int32()), table
    assert checks["greater_than_or_equal_to"] in (0, 1)
    assert column.unit


@each_column("_on")
def test_a_day_is_a_calendar_date_that_may_be_unknown(table: str, column: Column):
    assert (column.dtype, column.unit, column.nullable) == (pl.Date(), "calendar date", True), table


@each_column("_permille")
def test_a_share_is_a_whole_number_up_to_a_thousand(table: str, column: Column):
    limits = dict(column.checks)["in_range"]
    assert (column.dtype, column.unit, limits["max_value"]) == (pl.Int32(), "permille", 1000), table


@pytest.mark.parametrize("table", TABLES)
def test_a_key_is_never_unknown_but_for_the_member_of_a_plain_file(table: str):
    nullable = {column.name for column in list_columns(TABLES[table]) if column.nullable}
    assert set(list_key(TABLES[table])) & nullable == ({"member"} if table == "inputs" else set())


@pytest.mark.parametrize("table", TABLES)
def test_rules_are_named_like_sentences_and_speak_of_the_tables_columns(table: str):
    names = {column.name for column in list_columns(TABLES[table])}
    for rule in list_rules(TABLES[table]):
        assert NAME.fullmatch(rule)
        assert rule not in names
        assert set(TABLES[table].Config.metadata["rules"][rule].meta.root_names()) <= names


@pytest.mark.parametrize("name", CODE_LISTS)
def test_every_code_is_explained(name: str):
    for code, meaning in CODE_LISTS[name].items():
        assert NAME.fullmatch(code), code
        assert meaning == meaning.strip()
        assert len(meaning) > 3, code


def test_every_list_of_codes_is_used_by_a_column_or_a_rule():
    used = [column.codes for _, column in COLUMNS if column.codes]
    assert [name for name, listed in CODE_LISTS.items() if listed not in used] == []


def test_reasons_for_a_missing_date_are_problems():
    assert set(codes.DATE_PROBLEMS) <= set(codes.PROBLEMS)


def test_only_where_the_bytes_came_from_lies_outside_the_content():
    assert {"inputs"} == OUTSIDE_CONTENT


def test_the_tables_of_the_other_tests_have_every_table_filled():
    assert [name for name, rows in make_tables().items() if rows.is_empty()] == []
