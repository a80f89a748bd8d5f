"""The job on a cluster and for a store: the same release, its work measured where it was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import etl
import etl.runners.ray
from etl.load.reader import open_release
from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
from etl.stages.mirror import find_mirror, list_sent_units
from etl.store import find_place

if TYPE_CHECKING:
    from pathlib import Path

    import dagster as dg

    from tests.assets.conftest import Workshop


def read_work(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, float]:
    (made,) = [
        event.step_materialization_data.materialization
        for event in result.all_events
        if event.event_type_value == "ASSET_MATERIALIZATION" and event.asset_key.to_user_string() == asset
    ]
    return {name: value.value for name, value in made.metadata.items() if name.startswith("work_")}


@pytest.mark.usefixtures("ray_runner")
def test_the_job_runs_on_a_cluster_and_tells_what_the_work_took(workshop: Workshop, tmp_path: Path):
    # The connection that is open is used, as that of a community resource would be.
    result = workshop.run(runner={"runner": "ray"})
    assert result.success
    alone = build(Warehouse(tmp_path / "alone"), InputOptions((workshop.dumps,)), runner=LocalRunner(1)).release
    assert open_release(workshop.warehouse).manifest["content_id"] == alone.manifest["content_id"]
    for asset in ("extracted_listings", "paper_identities", "pages", "papers"):
        work = read_work(result, asset)
        assert work["work_units"] >= work["work_processes"] >= work["work_nodes"] >= 1
        assert work["work_peak_mib"] > 10
        assert (work["work_cpu_seconds"] >= 0, work["work_tried_again"]) == (True, 0)


def test_the_job_publishes_to_a_store_and_keeps_its_state_there(s3: str, workshop: Workshop):
    house = find_place(f"{s3}/papers")
    assert workshop.run(store=house.url).success
    assert etl.open_release(house.url).release_id == open_release(workshop.warehouse).release_id
    assert list_sent_units(find_mirror(house))
