"""The asset graph as data."""

from __future__ import annotations

from assets.graph import GROUPS, PRODUCTS, list_products
from schemas import TABLES


def test_every_published_table_is_an_asset_of_its_own_name():
    assert sorted(product.table for product in PRODUCTS if product.table) == sorted(TABLES)


def test_the_graph_is_listed_in_the_order_of_the_data():
    known: set[str] = set()
    for product in PRODUCTS:
        assert set(product.made_from) <= known, product.name
        assert product.name not in known
        known.add(product.name)


def test_the_release_is_made_from_every_table():
    (gated,), (release,) = list_products("gate"), list_products("publish")
    assert set(TABLES) <= set(gated.made_from)
    assert gated.name in release.made_from


def test_every_stage_has_one_main_asset_and_a_group():
    stages = list(dict.fromkeys(product.stage for product in PRODUCTS))
    assert stages == list(GROUPS)
    assert [sum(product.is_main for product in list_products(stage)) for stage in stages] == [1] * len(stages)


def test_every_asset_has_a_description_and_a_private_one_says_how_it_is_counted():
    for product in PRODUCTS:
        assert product.description.endswith(".")
        assert bool(product.counted_by) == (product.table is None and product.is_handed_on), product.name
