"""The rules of a table's model as checks: one for each group of rules, reported with the table itself.

All of them block: a table that breaks a rule is not written, so no release can be made of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg
import polars as pl

from assets.graph import list_products
from assets.metadata import tabulate
from schemas import TABLES
from schemas.columns import list_key, list_rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from etl.stages.validated import BrokenRule

COLUMNS: Final = "columns_are_as_published"
NULLS: Final = "nothing_is_missing"
VALUES: Final = "values_are_allowed"
KEY: Final = "key_is_unique"
ROWS: Final = "rows_make_sense"

GROUPS: Final[Mapping[str, str]] = {
    COLUMNS: "The columns are those of the contract, in its order and with its types.",
    NULLS: "No value is missing where the contract has none.",
    VALUES: "Every value is within its limits, of its pattern, and one of its codes.",
    KEY: "No two rows have one key",
    ROWS: "Every row meets the rules that join several columns",
}
"""The groups of rules, in the order in which they are shown, with what each says."""

_FAILURES_SCHEMA: Final = {"rule": pl.String, "rows": pl.Int64, "examples": pl.List(pl.String)}


def list_groups(table: str) -> list[str]:
    """List the groups of rules that a table has; rules that join columns are not for every table.

    >>> list_groups("links")
    ['columns_are_as_published', 'nothing_is_missing', 'values_are_allowed', 'key_is_unique']
    """
    return [group for group in GROUPS if group != ROWS or list_rules(TABLES[table])]


def find_group(rule: str, table: str) -> str:
    """Find the group of a rule by the name that validation gives it.

    >>> find_group("author_count: not_nullable", "papers"), find_group("listed_days_in_order", "papers")
    ('nothing_is_missing', 'rows_make_sense')
    >>> find_group("multiple_fields_uniqueness", "papers"), find_group("title: str_length(1, None)", "papers")
    ('key_is_unique', 'values_are_allowed')
    """
    column, _, check = rule.partition(": ")
    if rule in list_rules(TABLES[table]):
        return ROWS
    if not check:
        return KEY if "uniqueness" in column else COLUMNS
    if check == "not_nullable":
        return NULLS
    return COLUMNS if check.startswith("dtype") else VALUES


def list_rule_specs(stage: str) -> list[dg.AssetCheckSpec]:
    """List the checks that a stage reports with its tables; one that fails keeps the release from being made."""
    return [
        dg.AssetCheckSpec(group, asset=product.name, blocking=True, description=_describe_group(group, product.table))
        for product in list_products(stage)
        if product.table
        for group in list_groups(product.table)
    ]


def report_rules(table: str, broken_rules: Sequence[BrokenRule]) -> list[dg.AssetCheckResult]:
    """Report what validation said of a table: for each group its broken rules with their counts and examples."""
    return [
        _report_group(table, group, [broken for broken in broken_rules if find_group(broken["rule"], table) == group])
        for group in list_groups(table)
    ]


def _report_group(table: str, group: str, broken_rules: Sequence[BrokenRule]) -> dg.AssetCheckResult:
    rows = [(broken["rule"], broken["rows"], broken["examples"]) for broken in broken_rules]
    shown = {"broken_rules": tabulate(pl.DataFrame(rows, schema=_FAILURES_SCHEMA, orient="row"))} if rows else {}
    return dg.AssetCheckResult(
        passed=not broken_rules,
        check_name=group,
        asset_key=table,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(f"{rule}: {count} rows" for rule, count, _ in rows) or "every rule holds",
        metadata={"broken_rule_count": len(rows), **shown},
    )


def _describe_group(group: str, table: str) -> str:
    match group:
        case "key_is_unique":
            return f"{GROUPS[group]}: {', '.join(list_key(TABLES[table]))}."
        case "rows_make_sense":
            return f"{GROUPS[group]}: {', '.join(list_rules(TABLES[table]))}."
    return GROUPS[group]
