"""The rules of a table's model as checks."""

from __future__ import annotations

import polars as pl
import pytest

from assets.rule_checks import COLUMNS, GROUPS, KEY, NULLS, ROWS, VALUES, find_group, list_groups, report_rules
from schemas import TABLES
from schemas.columns import list_columns, list_key
from schemas.validation import find_failures


def test_a_table_without_a_broken_rule_passes():
    results = report_rules("papers", [])
    assert [result.check_name for result in results] == list(GROUPS)
    assert all(result.passed and result.description == "every rule holds" for result in results)


def test_a_broken_rule_is_named_with_its_count_and_examples_that_are_safe_to_look_at():
    broken = {"rule": "title: str_length(1, None)", "rows": 2, "examples": [" a\x1b[31m", "b" * 500]}
    (result,) = [result for result in report_rules("papers", [broken]) if not result.passed]
    assert (result.check_name, result.description) == (VALUES, "title: str_length(1, None): 2 rows")
    assert result.metadata["broken_rule_count"].value == 1
    (record,) = result.metadata["broken_rules"].value.records
    assert record.data["examples"].startswith(" a\\x1b[31m; bbb")
    assert len(record.data["examples"]) < 200


@pytest.mark.parametrize("table", TABLES)
def test_every_rule_that_rows_can_break_has_its_group(table: str):
    columns = list_columns(TABLES[table])
    empty = pl.DataFrame({column.name: [None, None] for column in columns}, schema={c.name: c.dtype for c in columns})
    key = {name: (["x", "x"] if empty.schema[name] == pl.String else [-5, -5]) for name in list_key(TABLES[table])}
    keyed = empty.with_columns(pl.Series(name, values, empty.schema[name]) for name, values in key.items())
    rules = {*find_failures(empty, TABLES[table])["rule"], *find_failures(keyed, TABLES[table])["rule"]}
    rules |= {*find_failures(keyed.drop(columns[-1].name), TABLES[table])["rule"]}
    groups = {rule: find_group(rule, table) for rule in rules}
    assert {COLUMNS, NULLS, KEY} <= set(groups.values()), groups
    assert set(groups.values()) <= set(list_groups(table)), groups
    assert all((group == NULLS) == rule.endswith("not_nullable") for rule, group in groups.items())


def test_a_rule_that_joins_columns_is_told_with_its_like():
    (result,) = [
        result
        for result in report_rules("papers", [{"rule": "listed_days_in_order", "rows": 1, "examples": ["x"]}])
        if not result.passed
    ]
    assert result.check_name == ROWS
