from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from schemas import TABLES
from schemas.columns import Column, list_columns, list_rules
from schemas.printed import MAX_QUARANTINE_TEXT_BYTES
from schemas.validation import FAILURES_SCHEMA, find_failures, split_rows
from tests.conftest_tables import make_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GOOD = make_tables()
DAY = dt.date(2025, 10, 29)

# For every row rule: what to plant in a row that has the values asked for.
BROKEN_RULES: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {
    ("inputs", "given_day_says_how"): ({}, {"given_page_on": DAY}),
    ("inputs", "read_input_has_dump"): ({"status": "unreadable"}, {"status": "read"}),
    ("dumps", "every_byte_has_one_role"): ({"status": "read"}, {"byte_count": 1}),
    ("dumps", "rejection_has_reason"): ({"status": "rejected"}, {"reason": None}),
    ("pages", "page_day_says_how"): ({"page_on": DAY}, {"page_on": None}),
    ("pages", "page_day_within_bounds"): ({"page_on": DAY}, {"page_not_before_on": dt.date(2025, 10, 30)}),
    ("pages", "bounds_in_order"): ({}, {"page_not_before_on": DAY, "page_not_after_on": dt.date(2025, 10, 28)}),
    ("listings", "bytes_in_order"): ({"position": 0}, {"byte_end": 0}),
    ("listings", "title_trimmed"): ({"position": 0}, {"title": " A title"}),
    ("listings", "title_is_one_line"): ({"position": 0}, {"title": "A\ntitle"}),
    ("listings", "date_says_how"): ({"published_year_basis": "printed"}, {"published_year_basis": None}),
    ("listings", "missing_date_has_reason"): ({"footer": "missing"}, {"problems": []}),
    ("listings", "missing_abstract_has_reason"): ({"footer": "both"}, {"abstract_sha256": None}),
    ("listings", "problems_known_sorted"): ({"position": 3}, {"problems": ["year_unknown", "abstract_missing"]}),
    ("listings", "author_line_has_count"): ({"footer": "authors"}, {"author_count": None}),
    ("listings", "organization_line_has_handle"): ({"footer": "organization"}, {"organization_handle": None}),
    ("spans", "bytes_in_order"): ({"kind": "heading"}, {"byte_end": 0}),
    ("quarantine", "bytes_in_order"): ({"reason": "rule_failed"}, {"byte_end": 100}),
    ("quarantine", "text_within_limit"): (
        {"reason": "rule_failed"},
        {"text": "é" * (MAX_QUARANTINE_TEXT_BYTES // 2 + 1)},
    ),
    ("papers", "date_says_how"): ({"published_year_basis": "printed"}, {"published_on": None}),
    ("papers", "observation_day_has_count"): ({"comment_count": 5}, {"comment_count": None}),
    ("papers", "name_has_handle"): ({"organization_handle": "quiet-ai"}, {"organization_handle": None}),
    ("papers", "no_more_dumps_than_listings"): ({"listing_count": 1}, {"dump_count": 2}),
    ("papers", "listed_days_in_order"): ({"listing_count": 1}, {"first_listed_on": dt.date(2026, 1, 1)}),
    ("merges", "only_survivor_has_no_rule"): ({"is_survivor": True}, {"is_survivor": False}),
    ("merges", "rule_has_match"): ({"rule": "same_text"}, {"matched_position": None}),
    ("near_misses", "two_papers"): ({}, {"paper_id": "0" * 32, "other_paper_id": "0" * 32}),
    ("variants", "only_filled_is_null"): ({"reason": "filled"}, {"value": "3"}),
}


def plant(table: str, where: dict[str, Any], change: dict[str, Any]) -> tuple[pl.DataFrame, int]:
    """Spoil the first row that has the values asked for; gives the rows and that one's index."""
    rows = GOOD[table].with_row_index()
    chosen = rows.filter(
        pl.all_horizontal(pl.lit(value=True), *(pl.col(name) == value for name, value in where.items()))
    )
    assert not chosen.is_empty(), f"{table} has no row with {where}"
    index = chosen["index"][0]
    schema = GOOD[table].schema
    spoilt = [
        pl.when(pl.col("index") == index).then(pl.lit(value, schema[name])).otherwise(name).alias(name)
        for name, value in change.items()
    ]
    return rows.with_columns(spoilt).drop("index"), index


def spoil_column(column: Column) -> list[tuple[str, Any]]:
    """List the ways to break what is said of one column: the check's name, and a value."""
    ways: list[tuple[str, Any]] = [] if column.nullable else [("not_nullable", None)]
    if column.codes and column.dtype == pl.String():
        ways.append(("isin", "no_such_code"))
    for name, limits in column.checks:
        if name in ("greater_than_or_equal_to", "in_range"):
            low = limits["min_value"]
            ways.append((name, low - dt.timedelta(1) if isinstance(low, dt.date) else low - 1))
        if name == "in_range":
            high = limits["max_value"]
            ways.append((name, high + dt.timedelta(1) if isinstance(high, dt.date) else high + 1))
        if name == "str_matches":
            ways += [(name, "xyz"), (name, "A" * 32)]
        if name == "str_length":
            ways.append((name, ""))
            ways += [(name, "x" * (limits["max_value"] + 1))] if limits["max_value"] else []
    return ways


COLUMN_CASES = [
    (table, column.name, check, value)
    for table in TABLES
    for column in list_columns(TABLES[table])
    for check, value in spoil_column(column)
]


@pytest.mark.parametrize("table", TABLES)
def test_good_rows_break_no_rule(table: str):
    assert_frame_equal(find_failures(GOOD[table], TABLES[table]), pl.DataFrame(schema=FAILURES_SCHEMA))


@pytest.mark.parametrize("table", TABLES)
def test_no_rows_break_no_rule(table: str):
    assert find_failures(GOOD[table].clear(), TABLES[table]).is_empty()


def test_every_row_rule_has_a_planted_row():
    assert set(BROKEN_RULES) == {(table, rule) for table, model in TABLES.items() for rule in list_rules(model)}


@pytest.mark.parametrize(("table", "rule"), BROKEN_RULES, ids=[".".join(key) for key in BROKEN_RULES])
def test_a_row_that_breaks_a_rule_is_named_with_the_rule(table: str, rule: str):
    rows, index = plant(table, *BROKEN_RULES[table, rule])
    failures = find_failures(rows, TABLES[table])
    assert (index, rule) in failures.select("row", "rule").rows()
    assert set(failures["row"]) == {index}


@pytest.mark.parametrize(
    ("table", "name", "check", "value"), COLUMN_CASES, ids=[".".join(case[:3]) for case in COLUMN_CASES]
)
def test_a_value_that_breaks_a_check_is_named_with_column_and_check(table: str, name: str, check: str, value: object):
    rows, index = plant(table, {}, {name: value})
    failures = find_failures(rows, TABLES[table])
    broken = failures.filter(pl.col("rule").str.starts_with(f"{name}: {check}"))
    assert broken["row"].to_list() == [index]
    assert broken["value"].to_list() == ["null" if value is None else str(value)]


@pytest.mark.parametrize("table", TABLES)
def test_two_rows_of_one_key_both_fail(table: str):
    rows = pl.concat([GOOD[table], GOOD[table].head(1)])
    failures = find_failures(rows, TABLES[table])
    assert set(failures["row"]) == {0, rows.height - 1}
    assert failures["rule"].str.contains("unique").all()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda rows: rows.drop("host"),
        lambda rows: rows.with_columns(more=1),
        lambda rows: rows.with_columns(pl.col("position").cast(pl.Int64)),
        lambda rows: rows.select(reversed(rows.columns)),
    ],
    ids=["missing", "unknown", "another type", "another order"],
)
def test_a_wrong_column_is_no_rows_fault(spoil: Callable[[pl.DataFrame], pl.DataFrame]):
    rows = spoil(GOOD["links"])
    failures = find_failures(rows, TABLES["links"])
    assert failures["row"].null_count() == failures.height > 0
    with pytest.raises(TypeError, match="links: "):
        split_rows(rows, TABLES["links"])


def test_a_part_of_the_columns_is_held_to_the_rules_that_speak_of_it_alone():
    columns = [column.name for column in list_columns(TABLES["listings"]) if column.name not in ("paper_id", "page_on")]
    rows, index = plant("listings", {"footer": "authors"}, {"author_count": 0})
    failures = find_failures(rows.select(columns), TABLES["listings"], columns)
    assert failures.rows() == [(index, "author_count: greater_than_or_equal_to(1)", "0")]
    some = ["title", "author_count"]
    assert find_failures(rows.select(some), TABLES["listings"], some)["rule"].to_list() == failures["rule"].to_list()


def test_a_column_that_the_table_does_not_have_is_an_error():
    with pytest.raises(KeyError):
        find_failures(GOOD["links"], TABLES["links"], ["url", "nowhere"])


def test_a_rule_that_cannot_be_told_for_a_null_is_broken():
    rows, index = plant("spans", {}, {"byte_end": None})
    assert (index, "bytes_in_order") in find_failures(rows, TABLES["spans"]).select("row", "rule").rows()


def test_a_row_may_break_several_rules_and_all_are_named():
    rows, _ = plant("links", {}, {"kind": "x", "position": -1})
    _, broken = split_rows(rows, TABLES["links"])
    (reasons,) = broken["rule_failures"]
    assert reasons.startswith("kind: isin(")
    assert reasons.endswith(" = x; position: greater_than_or_equal_to(0) = -1")


PLANTED = """
import polars as pl
from schemas import TABLES
from schemas.validation import find_failures, split_rows
row = {"paper_id": "0" * 32, "url": "u", "host": "h", "kind": "other"}
columns = ["paper_id", "position", "url", "host", "kind"]
links = pl.DataFrame([{**row, "position": position} for position in (0, -1)]).select(columns)
links = links.with_columns(pl.col("position").cast(pl.Int32))
print(find_failures(links, TABLES["links"]).rows())
print([part.height for part in split_rows(links, TABLES["links"])])
"""


@pytest.mark.parametrize(
    "switch",
    [{"PANDERA_VALIDATION_ENABLED": "False"}, {"PANDERA_VALIDATION_DEPTH": "SCHEMA_ONLY"}],
    ids=lambda switch: next(iter(switch)),
)
def test_nothing_in_the_environment_switches_the_rules_off(switch: dict[str, str], repo_root: Path):
    environment = {**os.environ, **switch}
    done = subprocess.run(
        [sys.executable, "-c", PLANTED], cwd=repo_root, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["[(1, 'position: greater_than_or_equal_to(0)', '-1')]", "[1, 1]"]


url = st.one_of(st.just("https://a.example"), st.none())
kind = st.sampled_from(("code", "other", "no_such_code"))
links = st.lists(
    st.tuples(st.sampled_from(("0" * 32, "f" * 32, "bad")), st.integers(-1, 3), url, st.just("a.example"), kind),
    max_size=12,
)


@given(links)
def test_parting_rows_loses_none_and_keeps_their_order(drawn: list[tuple]):
    table = TABLES["links"]
    schema = {column.name: column.dtype for column in list_columns(table)}
    rows = pl.DataFrame(drawn, schema=schema, orient="row")
    valid, broken = split_rows(rows, table)
    failing = set(find_failures(rows, table)["row"])
    assert_frame_equal(valid, rows[[index for index in range(rows.height) if index not in failing]])
    assert_frame_equal(broken.drop("rule_failures"), rows[sorted(failing)])
    assert broken["rule_failures"].str.len_chars().gt(0).all()
    assert find_failures(valid, table).is_empty()
    keys = [row[:2] for row in drawn]
    for index, (paper, position, *rest) in enumerate(drawn):
        is_bad = paper == "bad" or position < 0 or rest[0] is None or rest[-1] == "no_such_code"
        assert (index in failing) == (is_bad or keys.count((paper, position)) > 1)
