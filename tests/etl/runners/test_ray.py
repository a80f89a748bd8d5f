"""The runner for clusters, on a cluster of this machine; and what it says of clusters that do not serve."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from etl.runners import connection, footing
from etl.runners.choose import AddressUselessError, RunnerName, open_runner
from etl.runners.connection import ClusterUnreachableError, RayMissingError, VersionDiffersError
from etl.runners.footing import CodeDiffersError, Footing, WarehouseUnseenError, check_footing
from etl.runners.ray import NodeUnfitError, RayRunner, WorkLostError
from tests.etl.runners.deadly import DeadlyRunner
from tests.etl.runners.work import (
    Spec,
    SpoiltError,
    count_at_work,
    die_always,
    die_at_first,
    fail,
    fail_with_data,
    name_process,
    report_threads,
    square,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from ray.cluster_utils import Cluster

SPECS = [Spec(number) for number in range(12)]


@pytest.fixture
def alone(ray_runner: RayRunner) -> None:
    """Be without a connection; the runner that others share makes a new one."""
    ray_runner.close()


def test_the_receipt_of_every_unit_comes_back(ray_runner: RayRunner):
    assert sorted(ray_runner.run(square, SPECS)) == [spec.number**2 for spec in SPECS]
    assert list(ray_runner.run(square, [])) == []


def test_the_work_is_done_elsewhere_with_one_thread_of_polars_and_arrow(ray_runner: RayRunner):
    assert os.getpid() not in set(ray_runner.run(name_process, SPECS))
    assert set(ray_runner.run(report_threads, SPECS[:4])) == {(1, 1)}


def test_no_more_units_are_handed_out_than_may_be_in_flight(ray_runner: RayRunner, tmp_path: Path):
    specs = [Spec(number, str(tmp_path)) for number in range(8)]
    assert set(ray_runner.run(count_at_work, specs, max_in_flight=1)) == {1}
    assert set(RayRunner(1).run(count_at_work, specs)) == {1}


@pytest.mark.usefixtures("ray_runner")
def test_work_whose_worker_dies_is_done_again_and_that_is_told(tmp_path: Path):
    told: list[str] = []
    specs = [Spec(number, str(tmp_path)) for number in range(12)]
    runner = RayRunner(on_retry=told.append)
    assert sorted(runner.run(die_at_first, specs)) == list(range(12))
    assert len(told) == 1
    used = runner.usage.to_plain()
    assert (used["work_units"], used["work_tried_again"]) == (12, 1)
    assert 1 <= used["work_nodes"] <= used["work_processes"]
    assert told[0].startswith("Work that died on the cluster is tried again, 1 of 2 times: The worker died")


def test_work_that_always_kills_its_worker_is_given_up(ray_runner: RayRunner, tmp_path: Path):
    specs = [Spec(number, str(tmp_path)) for number in range(4)]
    with pytest.raises(WorkLostError, match=r"same work died 3 times on the cluster \(Spec\(number=0, "):
        list(ray_runner.run(die_always, specs))
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.usefixtures("ray_runner")
def test_a_worker_and_a_node_that_die_take_no_work_with_them(tmp_path: Path):
    told: list[str] = []
    deadly = DeadlyRunner(RayRunner(on_retry=told.append), tmp_path)
    assert sorted(deadly.run(square, SPECS)) == [spec.number**2 for spec in SPECS]
    assert {path.name for path in tmp_path.iterdir()} == {"worker", "node"}
    assert len(told) >= 2


def test_an_error_of_the_work_is_raised_as_it_is(ray_runner: RayRunner):
    with pytest.raises(LookupError, match="no such thing") as plain:
        list(ray_runner.run(fail, SPECS))
    assert type(plain.value) is LookupError
    with pytest.raises(SpoiltError) as caught:
        list(ray_runner.run(fail_with_data, SPECS))
    assert str(caught.value) == "page.txt: it is torn; mend it"
    assert caught.value.reason == "it is torn"


def test_who_stops_listening_stops_the_work(ray_runner: RayRunner):
    receipts = ray_runner.run(square, SPECS, max_in_flight=2)
    next(receipts)
    receipts.close()
    assert next(receipts, None) is None


def test_a_connection_of_others_is_used_and_left_open(ray: ModuleType, ray_runner: RayRunner):
    assert list(ray_runner.run(square, SPECS[:1])) == [0]
    with RayRunner(address="127.0.0.1:1") as other:
        assert list(other.run(square, SPECS[:1])) == [0]
    assert ray.is_initialized()


def test_a_connection_of_its_own_ends_with_the_runner(ray: ModuleType, ray_runner: RayRunner):
    before = signal.getsignal(signal.SIGTERM)
    assert list(ray_runner.run(square, SPECS[:1])) == [0]
    assert signal.getsignal(signal.SIGTERM) is before
    ray_runner.close()
    assert not ray.is_initialized()


def test_a_node_with_other_code_does_no_work(ray_runner: RayRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(footing, "fingerprint_code", lambda: "of another version")
    with pytest.raises(CodeDiffersError, match=f"node {socket.gethostname()} runs other code of paperhouse"):
        list(ray_runner.run(die_always, [Spec(0, str(tmp_path))]))
    assert list(tmp_path.iterdir()) == []


def test_a_node_that_lacks_the_code_does_no_work(
    ray: ModuleType, ray_runner: RayRunner, monkeypatch: pytest.MonkeyPatch
):
    class Elsewhere:
        def __reduce__(self) -> tuple[Any, ...]:
            return __import__, ("a_package_of_the_driver_alone",)

    def remote(_: object) -> Callable[..., object]:
        def work(_footing: object, _work: bytes, package: object = Elsewhere()) -> object:
            return package

        return original(work)

    original = ray.remote
    monkeypatch.setattr(ray, "remote", remote)
    with pytest.raises(NodeUnfitError, match="No module named 'a_package_of_the_driver_alone'"):
        list(ray_runner.run(square, SPECS[:1]))


@pytest.mark.usefixtures("ray_runner")
def test_a_node_that_does_not_see_the_warehouse_does_no_work(tmp_path: Path):
    witness = tmp_path / ".lock"
    witness.write_text("this build", encoding="utf-8")
    assert list(RayRunner(witness=witness).run(square, SPECS[:1])) == [0]
    here = Footing.here(witness)
    check_footing(here)
    with pytest.raises(WarehouseUnseenError, match=f"does not see the warehouse {tmp_path}"):
        check_footing(Footing(here.code, tmp_path / "elsewhere" / ".lock", here.words))
    with pytest.raises(WarehouseUnseenError, match="put it on a file system"):
        check_footing(Footing(here.code, witness, b"another build"))


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "[::1]:1", "127.0.0.1:99999"])
def test_an_address_where_nobody_answers_is_named(ray: ModuleType, address: str):
    with pytest.raises(ClusterUnreachableError) as caught:
        list(RayRunner(address=address).run(square, SPECS))
    assert str(caught.value).startswith(f"no Ray cluster can be reached at {address} (")
    assert not ray.is_initialized()


@pytest.mark.usefixtures("alone")
def test_an_address_that_is_none_is_named(ray: ModuleType):
    with pytest.raises(ClusterUnreachableError, match="no Ray cluster can be reached at nowhere"):
        list(RayRunner(address="nowhere").run(square, SPECS))
    assert not ray.is_initialized()


@pytest.mark.usefixtures("alone")
def test_a_cluster_of_another_version_is_refused(ray_cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    import ray._private.utils as versions  # noqa: PLC0415 - absent where Ray is

    monkeypatch.setattr(versions, "compute_version_info", lambda: ("1.0.0", "3.11.0"))
    with pytest.raises(VersionDiffersError, match=r"another version of Python or Ray .*Ray: 1\.0\.0"):
        list(RayRunner(address=ray_cluster.address).run(square, SPECS))


def test_without_ray_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RayMissingError, match=f"install {connection.LOCK_NAME} into"):
        list(RayRunner().run(square, SPECS))


def test_a_runner_is_chosen_by_its_name():
    assert isinstance(open_runner(RunnerName.RAY, address="10.0.0.7:6379"), RayRunner)
    with pytest.raises(AddressUselessError, match=r"has no use for the address 10\.0\.0\.7:6379"):
        open_runner(RunnerName.LOCAL, address="10.0.0.7:6379")


def test_the_errors_of_nodes_travel():
    for error in (CodeDiffersError("node-7"), WarehouseUnseenError("node-7", Path("/warehouse/.lock"))):
        assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - it was packed here
