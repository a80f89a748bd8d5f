"""Running the rules: the one place where pandera meets rows.

Frames are always eager here: pandera on a LazyFrame checks types alone and lets bad rows pass.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import pandera.polars as pa
import polars as pl
from pandera.config import ValidationDepth, config_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.table import Table

FAILURES_SCHEMA = {"row": pl.Int64, "rule": pl.String, "value": pl.String}


@functools.cache
def make_schema(table: type[Table], columns: tuple[str, ...] | None = None) -> pa.DataFrameSchema:
    """Build a table's pandera schema, whole or for some of its columns.

    A row rule is part of a smaller schema only if that has all the columns the rule speaks of.

    Errors: a name in ``columns`` that is no column of the table raises ``KeyError``.
    """
    whole = table.to_schema()
    metadata = table.Config.metadata
    chosen = {name: whole.columns[name] for name in (columns if columns is not None else whole.columns)}
    rules = {
        name: rule for name, rule in metadata.get("rules", {}).items() if set(rule.meta.root_names()) <= set(chosen)
    }
    key = metadata["key"]
    return pa.DataFrameSchema(
        chosen,
        checks=[_make_check(name, rule) for name, rule in rules.items()],
        unique=key if set(key) <= set(chosen) else None,
        strict=True,
        ordered=True,
        name=table.__name__.lower(),
    )


def find_failures(rows: pl.DataFrame, table: type[Table], columns: Sequence[str] | None = None) -> pl.DataFrame:
    """List every broken rule of every row.

    Columns in:  those of ``table``, or the given ones, in their order.
    Columns out: ``row`` (Int64, index into ``rows``; null where the whole column is wrong), ``rule`` (String, e.g.
                 ``author_count: greater_than_or_equal_to(1)`` or the name of a row rule), ``value`` (String).
                 No rows when all is well. Sorted by row, then rule.
    Errors:      none for bad values; pandera being switched off in the environment does not switch this off.

    >>> from schemas.resolved import Links
    >>> links = pl.DataFrame({"paper_id": ["x"], "position": [0], "url": ["u"], "host": ["h"], "kind": ["other"]},
    ...                      schema_overrides={"position": pl.Int32})
    >>> find_failures(links, Links).rows()
    [(0, "paper_id: str_matches('^[0-9a-f]{32}$')", 'x')]
    """
    schema = make_schema(table, None if columns is None else tuple(columns))
    # Without rows only the columns can be wrong.
    depth = ValidationDepth.SCHEMA_ONLY if rows.is_empty() else ValidationDepth.SCHEMA_AND_DATA
    try:
        with config_context(validation_enabled=True, validation_depth=depth):
            schema.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as error:
        return _read_failure_cases(error.failure_cases)
    return pl.DataFrame(schema=FAILURES_SCHEMA)


def split_rows(
    rows: pl.DataFrame, table: type[Table], columns: Sequence[str] | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part rows into the valid ones and those that broke a rule; none is lost.

    Columns in:  as for :func:`find_failures`.
    Columns out: the valid rows unchanged; the broken ones with ``rule_failures`` (String) added, which names each
                 broken rule and the value that broke it.
    Errors:      a wrong column or type raises ``TypeError``, since no row is to blame for it.
    """
    failures = find_failures(rows, table, columns)
    if failures["row"].null_count():
        wrong_columns = failures.filter(pl.col("row").is_null())["rule"].to_list()
        message = f"{table.__name__.lower()}: {'; '.join(wrong_columns)}"
        raise TypeError(message)
    reasons = failures.group_by("row").agg(
        pl.concat_str("rule", pl.lit(" = "), pl.col("value").str.slice(0, 200))
        .sort()
        .str.join("; ")
        .alias("rule_failures")
    )
    numbered = rows.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    broken = numbered.join(reasons, on="row", how="inner", maintain_order="left").drop("row")
    valid = numbered.join(reasons, on="row", how="anti", maintain_order="left").drop("row")
    return valid, broken


def _make_check(name: str, rule: pl.Expr) -> pa.Check:
    def check_rows(data: pa.PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(rule.fill_null(value=False))

    return pa.Check(check_rows, name=name, error=name)


def _read_failure_cases(cases: pl.DataFrame) -> pl.DataFrame:
    is_row_rule = pl.col("schema_context") == "DataFrameSchema"
    return (
        cases.select(
            pl.col("index").cast(pl.Int64).alias("row"),
            pl.when(is_row_rule).then("check").otherwise(pl.concat_str("column", pl.lit(": "), "check")).alias("rule"),
            pl.col("failure_case").cast(pl.String).fill_null("null").alias("value"),
        )
        .unique()
        .sort("row", "rule", "value", nulls_last=False)
    )
