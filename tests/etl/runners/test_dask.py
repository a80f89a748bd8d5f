"""The runner for Dask that docs/scale.md shows: another engine needs no more than this."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners import WORKER_VARIABLES
from etl.runners.local import LocalRunner
from etl.sample import write_sample
from etl.stages import units
from etl.stages.collect import InputOptions
from tests.etl.runners.work import Spec, fail, name_process, report_threads, square
from tests.test_determinism import assert_same_content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from etl.runners import Runner

pytestmark = pytest.mark.cluster

SPECS = [Spec(number) for number in range(12)]


@pytest.fixture(scope="module")
def runner(repo_root: Path) -> Iterator[Runner]:
    distributed = pytest.importorskip("distributed", reason="needs Dask: make cluster installs it")
    page = (repo_root / "docs" / "scale.md").read_text("utf-8")
    shown: dict[str, Any] = {}
    exec(re.search(r"```python\n(from itertools.*?)```", page, re.DOTALL)[1], shown)  # noqa: S102 - our own page
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, env=dict(WORKER_VARIABLES)
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield shown["DaskRunner"](client)


def test_the_receipt_of_every_unit_comes_back(runner: Runner):
    for in_flight in (0, 1, 5):
        receipts = runner.run(square, SPECS, max_in_flight=in_flight, max_retries=2)
        assert sorted(receipts) == [spec.number**2 for spec in SPECS]
    assert list(runner.run(square, [], max_in_flight=0, max_retries=2)) == []


def test_the_work_is_done_elsewhere_with_one_thread_of_polars_and_arrow(runner: Runner):
    assert os.getpid() not in set(runner.run(name_process, SPECS, max_in_flight=0, max_retries=2))
    assert set(runner.run(report_threads, SPECS[:4], max_in_flight=0, max_retries=2)) == {(1, 1)}


def test_an_error_of_the_work_is_raised_to_who_waits(runner: Runner):
    with pytest.raises(LookupError, match="no such thing"):
        list(runner.run(fail, SPECS, max_in_flight=0, max_retries=2))


def test_a_build_has_the_content_of_the_local_runners(runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(units, "UNIT_BYTES", 100_000)
    write_sample(tmp_path / "dumps", dumps=6, seed=3)
    options = InputOptions((tmp_path / "dumps",))
    expected = build(Warehouse(tmp_path / "local"), options, runner=LocalRunner(1)).release
    assert_same_content(build(Warehouse(tmp_path / "dask"), options, runner=runner).release, expected)
