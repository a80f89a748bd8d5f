"""The code location as Dagster loads it."""

from __future__ import annotations

import dagster as dg

from assets.config import AgeConfig, DecisionsConfig, DumpsConfig, PublishConfig, QuarantineConfig
from assets.definitions import defs
from assets.dump_checks import DUMP_CHECKS, LAYOUTS
from assets.gate_checks import GATE_CHECKS, KEPT
from assets.graph import PRODUCTS
from assets.resources import RunnerResource, WarehouseResource
from assets.rule_checks import list_groups
from schemas import TABLES


def test_the_definitions_load():
    dg.Definitions.validate_loadable(defs)


def test_the_job_has_every_asset_and_every_check():
    layer = defs.resolve_job_def("build_release").asset_layer
    assert {key.to_user_string() for key in layer.executable_asset_keys} == {product.name for product in PRODUCTS}
    names = {f"{key.asset_key.to_user_string()}.{key.name}" for key in layer.asset_graph.asset_check_keys}
    release_checks = {"catalog_is_usable", "files_are_whole", "invariants_hold", "release_is_fresh"}
    assert names == (
        {f"{table}.{group}" for table in TABLES for group in list_groups(table)}
        | {f"dumps.{spec.name}" for spec in DUMP_CHECKS}
        | {f"gated_tables.{spec.name}" for spec in GATE_CHECKS}
        | {f"release.{name}" for name in release_checks}
    )


def test_whatever_protects_readers_blocks():
    graph = defs.resolve_asset_graph()
    checks = {key: graph.get(key) for key in graph.asset_check_keys}
    open_checks = {key.name for key, check in checks.items() if not check.blocking}
    assert open_checks == {
        LAYOUTS, KEPT, "catalog_is_usable", "files_are_whole", "invariants_hold", "release_is_fresh",
    }  # fmt: skip


def test_a_check_can_be_told_from_the_others_by_its_words():
    graph = defs.resolve_asset_graph()
    assert all(graph.get(key).description.endswith(".") for key in graph.asset_check_keys)


def test_every_asset_has_an_owner_kinds_and_a_group():
    for spec in defs.resolve_all_asset_specs():
        assert spec.owners, spec.key
        assert spec.kinds, spec.key
        assert spec.group_name in {"reading", "resolving", "publishing"}


def test_the_steps_try_again_and_publishing_has_a_pool():
    graph = defs.resolve_asset_graph()
    steps = {node.assets_def.op for node in graph.asset_nodes}
    assert all(step.retry_policy.max_retries == 3 for step in steps)
    assert {step.name: step.pool for step in steps if step.pool} == {"publish": "publish"}


def test_nothing_starts_by_itself_until_it_is_turned_on():
    repository = defs.get_repository_def()
    assert {sensor.name for sensor in repository.sensor_defs} == {"new_dumps", "call_for_help"}
    assert {schedule.name for schedule in repository.schedule_defs} == {"nightly_build", "weekly_check"}
    for instigator in (*repository.sensor_defs, *repository.schedule_defs):
        assert instigator.default_status.value == "STOPPED"
        assert instigator.description


def test_nothing_is_pickled_and_no_process_is_started_for_a_step():
    job = defs.resolve_job_def("build_release")
    assert "in_process" in job.executor_def.name
    assert set(job.resource_defs) == {"io_manager", "runner", "warehouse"}
    assert job.resource_defs["io_manager"].description == "Keeps receipts as JSON in the warehouse."


def test_all_that_can_be_set_says_what_it_is():
    for config in (
        DumpsConfig, DecisionsConfig, QuarantineConfig, AgeConfig, PublishConfig, WarehouseResource, RunnerResource,
    ):  # fmt: skip
        for name, field in config.model_fields.items():
            assert field.description, f"{config.__name__}.{name}"
            assert not field.is_required(), f"{config.__name__}.{name}"
