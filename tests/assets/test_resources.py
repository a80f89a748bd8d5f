"""The warehouse's lock, the runner, and errors as Dagster shows them."""

from __future__ import annotations

import logging
import os
import queue
import threading
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.resources import RunnerResource, WarehouseResource, WorkersInvalidError, refuse_plainly
from etl.errors import PaperhouseError
from etl.load.lock import hold_lock
from etl.runners.local import LocalRunner, count_cores
from etl.runners.ray import RayRunner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from etl.load.warehouse import Warehouse


class QueueHandler(logging.Handler):
    """Hands over what is logged to whoever waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.said: queue.Queue[str] = queue.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.said.put(record.getMessage())


@pytest.fixture
def listener() -> QueueHandler:
    return QueueHandler()


@pytest.fixture
def log(listener: QueueHandler) -> Iterator[logging.Logger]:
    log = logging.getLogger("tests.assets.warehouse")
    log.setLevel(logging.INFO)
    log.addHandler(listener)
    yield log
    log.removeHandler(listener)


def test_who_waits_for_the_warehouse_is_told_who_holds_it(
    warehouse: Warehouse, log: logging.Logger, listener: QueueHandler
):
    entered = threading.Event()

    def wait_and_enter() -> None:
        with WarehouseResource(path=str(warehouse.root)).hold(log):
            entered.set()

    waiter = threading.Thread(target=wait_and_enter)
    with hold_lock(warehouse):
        waiter.start()
        said = listener.said.get(timeout=60)
        assert not entered.is_set()
    waiter.join()
    assert said.startswith(f"Waiting for the warehouse, which is in use by process {os.getpid()} on ")
    assert entered.is_set()


def test_nothing_is_said_when_nobody_holds_the_warehouse(
    warehouse: Warehouse, log: logging.Logger, listener: QueueHandler
):
    with WarehouseResource(path=str(warehouse.root)).hold(log) as lock:
        lock.require(warehouse)
    assert listener.said.empty()


def test_the_lock_is_free_again_after_a_failure(warehouse: Warehouse, log: logging.Logger):
    resource = WarehouseResource(path=str(warehouse.root))
    with pytest.raises(ZeroDivisionError), resource.hold(log):
        raise ZeroDivisionError
    with hold_lock(warehouse, wait=False):
        pass


def test_the_warehouse_nobody_named_is_the_one_of_the_environment(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PAPERHOUSE_WAREHOUSE", str(warehouse.root))
    assert WarehouseResource().open() == warehouse


def test_a_user_error_becomes_a_failure_with_its_sentence_that_is_not_tried_again():
    with pytest.raises(dg.Failure) as caught, refuse_plainly():
        raise PaperhouseError("the page is torn; mend it")  # noqa: EM101, TRY003 - stands for any of its kind
    assert (caught.value.description, caught.value.allow_retries) == ("the page is torn; mend it", False)
    assert isinstance(caught.value.__cause__, PaperhouseError)


def test_a_fault_of_our_own_keeps_its_traceback():
    with pytest.raises(KeyError), refuse_plainly():
        raise KeyError("x")  # noqa: EM101 - stands for any of its kind


def test_workers_are_one_per_core_unless_said_otherwise(warehouse: Warehouse, log: logging.Logger):
    with hold_lock(warehouse) as lock:
        for workers, expected in ((None, count_cores()), (3, 3)):
            runner = RunnerResource(workers=workers).open(lock, log)
            assert isinstance(runner, LocalRunner)
            assert runner.workers == expected


def test_no_workers_are_refused(warehouse: Warehouse, log: logging.Logger):
    with hold_lock(warehouse) as lock, pytest.raises(WorkersInvalidError, match="workers: 0 processes cannot work"):
        RunnerResource(workers=0).open(lock, log)


def test_a_run_can_choose_a_cluster(warehouse: Warehouse, log: logging.Logger):
    config = {"runner": {"config": {"runner": "ray", "address": "10.0.0.7:6379"}}}
    with (
        dg.build_resources({"runner": RunnerResource.configure_at_launch()}, resource_config=config) as resources,
        hold_lock(warehouse) as lock,
        resources.runner.open(lock, log) as runner,
    ):
        assert isinstance(runner, RayRunner)
