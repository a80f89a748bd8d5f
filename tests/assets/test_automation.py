"""The sensor and the schedules, as the daemon calls them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.automation import SCHEDULES, new_dumps
from assets.definitions import defs

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "landing"
    folder.mkdir()
    (folder / "page.txt").write_bytes(b"page")
    os.utime(folder / "page.txt", (0, 0))
    monkeypatch.setenv("PAPERHOUSE_LANDING", str(folder))
    return folder


def tick(cursor: str | None = None) -> dg.SensorResult:
    with dg.DagsterInstance.ephemeral() as instance:
        return new_dumps(dg.build_sensor_context(instance=instance, cursor=cursor))


def test_the_second_look_asks_for_a_run_and_the_third_does_not(landing: Path):
    assert landing
    first = tick()
    assert (first.run_requests, "if the next look" in first.skip_reason.skip_message) == ([], True)
    second = tick(first.cursor)
    (request,) = second.run_requests
    assert request.tags == {"paperhouse/files": "1", "paperhouse/bytes": "4"}
    third = tick(second.cursor)
    assert third.run_requests == []
    assert third.skip_reason.skip_message == "No change since the last build that was asked for (1 files, 4 bytes)."


def test_a_landing_folder_that_is_missing_is_named_and_nothing_is_forgotten(landing: Path):
    first = tick()
    landing.rename(landing.with_name("elsewhere"))
    missing = tick(first.cursor)
    assert missing.skip_reason.skip_message == f"{landing}: no such file or folder; check the path"
    assert missing.cursor == first.cursor
    landing.with_name("elsewhere").rename(landing)
    assert tick(missing.cursor).run_requests


def test_the_schedules_run_what_they_are_named_for():
    assert {schedule.name: schedule.job_name for schedule in SCHEDULES} == {
        "nightly_build": "build_release",
        "weekly_check": "check_release",
    }


def test_checking_the_release_makes_nothing():
    job = defs.resolve_job_def("check_release")
    assert job.asset_layer.executable_asset_keys == set()
    checks = ("files_are_whole", "invariants_hold", "catalog_is_usable", "release_is_fresh")
    assert {node.name for node in job.nodes} == {f"release_{name}" for name in checks}
