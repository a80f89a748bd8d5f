"""How receipts are kept and found again."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from assets.receipts import KEPT_RUNS, ReceiptIOManager
from assets.resources import WarehouseResource
from etl.stages.receipt import Receipt

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse


@pytest.fixture
def folder(warehouse: Warehouse) -> Path:
    return warehouse.dagster_home / "receipts"


class Desk:
    """Puts receipts down and takes them up with what Dagster says of steps; its own contexts start an instance each."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.resources = SimpleNamespace(warehouse=WarehouseResource(path=str(warehouse.root)))

    def put(self, asset: str, receipt: Receipt, *, run: str, keeper: ReceiptIOManager | None = None) -> None:
        context = SimpleNamespace(
            asset_key=dg.AssetKey(asset), run_id=run, step_key=receipt.stage, resources=self.resources
        )
        (keeper or ReceiptIOManager()).handle_output(context, receipt)

    def take(self, asset: str, *, run: str, step: str = "step", keeper: ReceiptIOManager | None = None) -> Receipt:
        context = SimpleNamespace(
            asset_key=dg.AssetKey(asset),
            upstream_output=SimpleNamespace(run_id=run),
            step_context=SimpleNamespace(run_id="not asked for", step=SimpleNamespace(key=step)),
            resources=self.resources,
        )
        return (keeper or ReceiptIOManager()).load_input(context)


@pytest.fixture
def desk(warehouse: Warehouse) -> Desk:
    return Desk(warehouse)


def make_receipt(stage: str, stage_id: str) -> Receipt:
    return Receipt(stage, stage_id, f"state/{stage}/{stage_id}", {"rows": 3})


def test_a_run_takes_its_own_receipt_though_another_run_was_later(desk: Desk):
    desk.put("pages", make_receipt("date", "one"), run="run-1")
    desk.put("pages", make_receipt("date", "two"), run="run-2")
    assert desk.take("pages", run="run-1") == make_receipt("date", "one")
    assert desk.take("pages", run="run-2") == make_receipt("date", "two")


def test_a_run_without_a_receipt_of_its_own_takes_the_latest(desk: Desk):
    desk.put("pages", make_receipt("date", "one"), run="run-1")
    desk.put("pages", make_receipt("date", "two"), run="run-2")
    assert desk.take("pages", run="run-3") == make_receipt("date", "two")


def test_a_receipt_says_what_it_was_made_from(desk: Desk, folder: Path):
    desk.put("collected_dumps", make_receipt("collect", "c"), run="run")
    keeper = ReceiptIOManager()
    desk.take("collected_dumps", run="run", step="extract", keeper=keeper)
    desk.put("dumps", make_receipt("extract", "e"), run="run", keeper=keeper)
    kept = json.loads((folder / "run" / "dumps.json").read_text("utf-8"))
    assert kept["made_from"] == {"collect": "c"}


def test_inputs_that_come_from_different_results_of_a_stage_are_refused(desk: Desk):
    desk.put("collected_dumps", make_receipt("collect", "old"), run="run-1")
    keeper = ReceiptIOManager()
    desk.take("collected_dumps", run="run-1", step="extract", keeper=keeper)
    desk.put("dumps", make_receipt("extract", "e"), run="run-1", keeper=keeper)
    desk.put("collected_dumps", make_receipt("collect", "new"), run="run-2")
    later = ReceiptIOManager()
    desk.take("collected_dumps", run="run-3", keeper=later)
    with pytest.raises(dg.Failure) as caught:
        desk.take("dumps", run="run-3", keeper=later)
    assert "dumps and collected_dumps do not belong together" in caught.value.description


def test_what_one_step_took_says_nothing_of_another_step(desk: Desk):
    keeper = ReceiptIOManager()
    desk.put("pages", make_receipt("date", "one"), run="run-1")
    desk.take("pages", run="run-1", step="first", keeper=keeper)
    desk.put("pages", make_receipt("date", "two"), run="run-1")
    assert desk.take("pages", run="run-1", step="second", keeper=keeper).stage_id == "two"


def test_receipts_of_old_runs_are_cleared_away_but_never_the_latest(desk: Desk, folder: Path):
    for number in range(KEPT_RUNS + 3):
        desk.put("pages", make_receipt("date", str(number)), run=f"run-{number}")
        os.utime(folder / f"run-{number}", (number, number))
    desk.put("pages", make_receipt("date", "last"), run="last")
    assert len(list(folder.iterdir())) == KEPT_RUNS + 1
    assert not (folder / "run-0").exists()
    assert desk.take("pages", run="another").stage_id == "last"


def test_no_half_written_receipt_stays_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    desk.put("pages", make_receipt("date", "whole"), run="run-1")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", fail)
    with pytest.raises(OSError, match="No space left"):
        desk.put("pages", make_receipt("date", "half"), run="run-2")
    assert desk.take("pages", run="run-3").stage_id == "whole"
