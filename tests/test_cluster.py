"""The whole build on a cluster of this machine: the same content as by the local runner, whatever dies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from etl.load.reader import open_release
from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.runners.ray import RayRunner
from etl.sample import write_sample
from etl.stages import runs, units
from etl.stages.collect import InputOptions
from tests.etl.runners.deadly import DeadlyRunner
from tests.test_determinism import assert_same_content

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster

    from etl.load.reader import Release
    from etl.runners import Runner


@pytest.fixture(autouse=True)
def many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut little data into many units and ranges."""
    monkeypatch.setattr(units, "UNIT_BYTES", 100_000)
    monkeypatch.setattr(runs, "BUCKET_BYTES", 200_000)


def build_with(runner: Runner, place: Path, dumps: Path) -> Release:
    return build(Warehouse(place), InputOptions((dumps,)), runner=runner).release


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    write_sample(tmp_path / "dumps", dumps=10, seed=3)
    return tmp_path / "dumps"


@pytest.mark.parametrize("name", ["seeds", "rendered"])
def test_a_cluster_gives_the_content_of_the_local_runner(
    ray_runner: RayRunner, shared_dumps: Path, tmp_path: Path, name: str
):
    expected = build_with(LocalRunner(1), tmp_path / "local", shared_dumps / name)
    assert_same_content(build_with(ray_runner, tmp_path / "cluster", shared_dumps / name), expected)


@pytest.mark.usefixtures("ray_runner")
def test_a_worker_and_a_node_killed_in_a_build_leave_no_trace_in_it(sample: Path, tmp_path: Path):
    expected = build_with(LocalRunner(1), tmp_path / "local", sample)
    (tmp_path / "marks").mkdir()
    told: list[str] = []
    deadly = DeadlyRunner(RayRunner(on_retry=told.append), tmp_path / "marks")
    release = build_with(deadly, tmp_path / "cluster", sample)
    assert {path.name for path in (tmp_path / "marks").iterdir()} == {"worker", "node"}
    assert [word for word in ("worker", "node") if not any(word in sentence for sentence in told)] == []
    assert_same_content(release, expected)


def test_the_command_builds_on_the_cluster_that_is_named(ray_cluster: Cluster, sample: Path, tmp_path: Path):
    command = [Path(sys.executable).with_name("paperhouse"), "build", sample, "--warehouse", tmp_path / "warehouse"]
    where = ["--runner", "ray", "--address", ray_cluster.address]
    done = subprocess.run(list(map(str, [*command, *where])), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("Extracting listings")) == (0, 1), done.stderr
    expected = build_with(LocalRunner(1), tmp_path / "local", sample)
    assert_same_content(open_release(tmp_path / "warehouse"), expected)
