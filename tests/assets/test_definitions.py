"""The code location as Dagster loads it."""

from __future__ import annotations

import dagster as dg

from assets.checks import VALIDITY
from assets.config import DecisionsConfig, DumpsConfig, PublishConfig
from assets.definitions import defs
from assets.graph import PRODUCTS
from assets.resources import RunnerResource, WarehouseResource
from schemas import TABLES


def test_the_definitions_load():
    dg.Definitions.validate_loadable(defs)


def test_the_job_has_every_asset_and_every_check():
    layer = defs.resolve_job_def("build_release").asset_layer
    assert {key.to_user_string() for key in layer.executable_asset_keys} == {product.name for product in PRODUCTS}
    names = {f"{key.asset_key.to_user_string()}.{key.name}" for key in layer.asset_graph.asset_check_keys}
    release_checks = {"catalog_is_usable", "files_are_whole", "invariants_hold"}
    assert names == {f"{table}.{VALIDITY}" for table in TABLES} | {f"release.{name}" for name in release_checks}


def test_a_table_that_breaks_a_rule_blocks_what_follows():
    graph = defs.resolve_asset_graph()
    checks = {key: graph.get(key) for key in graph.asset_check_keys}
    assert {key.asset_key.to_user_string() for key, check in checks.items() if check.blocking} == set(TABLES)


def test_nothing_is_pickled_and_no_process_is_started_for_a_step():
    job = defs.resolve_job_def("build_release")
    assert "in_process" in job.executor_def.name
    assert set(job.resource_defs) == {"io_manager", "runner", "warehouse"}
    assert job.resource_defs["io_manager"].description == "Keeps receipts as JSON in the warehouse."


def test_all_that_can_be_set_says_what_it_is():
    for config in (DumpsConfig, DecisionsConfig, PublishConfig, WarehouseResource, RunnerResource):
        for name, field in config.model_fields.items():
            assert field.description, f"{config.__name__}.{name}"
            assert not field.is_required(), f"{config.__name__}.{name}"
