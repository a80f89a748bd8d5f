"""Which columns each column is made from."""

from __future__ import annotations

import pytest

from assets.graph import PRODUCTS
from assets.lineage import describe_lineage, list_sources, tabulate_lineage
from schemas import TABLES
from schemas.columns import list_columns

UPSTREAM = {product.name: set(product.made_from) for product in PRODUCTS}
COLUMNS = {table: {column.name for column in list_columns(TABLES[table])} for table in TABLES}


def list_ancestors(asset: str) -> set[str]:
    return UPSTREAM[asset].union(*map(list_ancestors, UPSTREAM[asset]))


@pytest.mark.parametrize("table", TABLES)
def test_every_column_has_its_sources_and_each_of_them_is_there_before_it(table: str):
    sources = list_sources(table)
    assert list(sources) == [column.name for column in list_columns(TABLES[table])]
    for column, named in sources.items():
        assert named, column
        for source in named:
            asset, _, name = source.partition(".")
            assert asset in list_ancestors(table), f"{column}: {source}"
            assert asset not in COLUMNS or name in COLUMNS[asset], f"{column}: {source}"


def test_a_column_that_is_no_longer_there_leaves_nothing_behind():
    from assets.lineage import _MADE  # noqa: PLC0415 - what is written down for each table

    assert {table: set(made) - COLUMNS[table] for table, made in _MADE.items()} == {table: set() for table in _MADE}


def test_the_lineage_is_told_to_dagster_and_shown_as_text():
    deps = describe_lineage("papers").deps_by_column["comment_count_on"]
    assert [(dep.asset_key.to_user_string(), dep.column_name) for dep in deps] == [
        ("listings", "comment_count"),
        ("listings", "page_on"),
    ]
    shown = {record.data["column"]: record.data["made from"] for record in tabulate_lineage("papers").records}
    assert shown["comment_count_on"] == "listings.comment_count, listings.page_on"
