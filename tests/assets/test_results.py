"""A stage's assets as Dagster knows them."""

from __future__ import annotations

import pytest

from assets.graph import PRODUCTS, list_products
from assets.metadata import describe_columns
from assets.results import RECEIPTS_KEY, list_specs

STAGES = list(dict.fromkeys(product.stage for product in PRODUCTS))


@pytest.mark.parametrize("stage", STAGES)
def test_an_asset_carries_its_words_its_place_in_the_graph_and_its_columns(stage: str):
    for spec, product in zip(list_specs(stage), list_products(stage), strict=True):
        assert spec.description == product.description
        assert spec.group_name == product.group
        assert [dep.asset_key.to_user_string() for dep in spec.deps] == list(product.made_from)
        assert spec.owners == [product.owner]
        columns = spec.metadata.get("dagster/column_schema")
        assert columns == (describe_columns(product.table) if product.table else None)


def test_all_but_the_release_are_handed_on_as_receipts():
    keys = {spec.key.to_user_string(): spec.metadata.get("dagster/io_manager_key") for spec in map_specs()}
    assert (keys.pop("gated_tables"), keys.pop("release")) == (None, None)
    assert set(keys.values()) == {RECEIPTS_KEY}


def map_specs() -> list:
    return [spec for stage in STAGES for spec in list_specs(stage)]
