"""Whether the release is fresh."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.age_check import release_is_fresh
from assets.config import AgeConfig
from assets.resources import WarehouseResource
from etl.load.files import unseal_folder
from etl.load.manifest import read_manifest
from etl.load.reader import open_release
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
from tests.assets.conftest import write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse


@pytest.fixture
def old_release(warehouse: Warehouse, tmp_path: Path) -> Warehouse:
    """Build a release, and let everything that dates it say that this was long ago."""
    build(warehouse, InputOptions((write_dumps(tmp_path / "dumps"),)), runner=LocalRunner(1))
    release = open_release(warehouse)
    unseal_folder(release.path)
    manifest = {**read_manifest(release.path), "created_at": "2020-01-01T00:00:00+00:00"}
    (release.path / "MANIFEST.json").write_text(json.dumps(manifest))
    (line,) = warehouse.log.read_text().splitlines()
    warehouse.log.write_text(json.dumps({**json.loads(line), "committed_at": "2020-01-02T00:00:00+00:00"}) + "\n")
    return warehouse


def check(warehouse: Warehouse, instance: dg.DagsterInstance, **config: float) -> dg.AssetCheckResult:
    context = dg.build_asset_check_context(instance=instance)
    return release_is_fresh(context, AgeConfig(**config), WarehouseResource(path=str(warehouse.root)))


def test_a_release_that_nobody_built_again_is_stale_until_it_is_built_again(old_release: Warehouse):
    with dg.DagsterInstance.ephemeral() as instance:
        stale = check(old_release, instance)
        assert (stale.passed, stale.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert stale.description.endswith("days ago; the limit is 7")
        assert check(old_release, instance, most_days=10_000_000).passed

        instance.report_runless_asset_event(dg.AssetMaterialization("release"))
        fresh = check(old_release, instance)
        assert fresh.passed
        assert fresh.description == "last built 0.0 days ago; the limit is 7"


def test_without_a_release_the_check_refuses_in_words(warehouse: Warehouse):
    with dg.DagsterInstance.ephemeral() as instance, pytest.raises(dg.Failure, match="has no release yet"):
        check(warehouse, instance)
