"""What assets hand on: receipts as JSON, never rows and never pickles.

Each receipt is kept twice under ``<warehouse>/dagster/receipts``: for its run, so that runs that go on at the same time
do not take each other's results, and as the latest one of its asset, so that an asset can be materialised alone.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import uuid
from typing import TYPE_CHECKING, Final

import dagster as dg

from assets.resources import refuse_plainly
from etl.errors import PaperhouseError
from etl.stages.receipt import Receipt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LATEST: Final = "latest"
KEPT_RUNS: Final = 100
"""Runs whose receipts stay: far more than can go on at the same time."""


class ReceiptMissingError(PaperhouseError):
    """An asset that another one is made from, and that was never materialised."""

    def __init__(self, asset: str) -> None:
        super().__init__(
            f"{asset} has not been materialised in this warehouse yet: materialise {asset} first, or all assets"
        )


class ReceiptsApartError(PaperhouseError):
    """Two assets that were made from different results of one stage."""

    def __init__(self, asset: str, other: str, stage: str) -> None:
        super().__init__(
            f"{asset} and {other} do not belong together, since they come from different results of the stage {stage}: "
            "materialise all assets in one run"
        )


class ReceiptIOManager(dg.IOManager):
    """Keeps the receipts of assets, with what each was made from, and gives them to the assets that follow."""

    def __init__(self) -> None:
        self._sources: dict[str, dict[str, tuple[str, str]]] = {}
        """For each step, the stages that its inputs come from: the result's id, and the asset that says so."""

    def handle_output(self, context: dg.OutputContext, obj: Receipt) -> None:
        """Keep a receipt."""
        sources = self._sources.get(context.step_key, {})
        made_from = {stage: stage_id for stage, (stage_id, _) in sources.items()}
        text = json.dumps({"receipt": json.loads(obj.to_json()), "made_from": made_from}, sort_keys=True)
        folder = _find_folder(context)
        for place in (context.run_id, LATEST):
            _write(folder / place / f"{_name(context)}.json", text)
        _clear_old_runs(folder)

    def load_input(self, context: dg.InputContext) -> Receipt:
        """Give the receipt of the same run, or else the latest one.

        Errors: fails the step where there is none, and where it does not belong to the step's other inputs.
        """
        with refuse_plainly():
            receipt, made_from = _read(context)
            sources = self._sources.setdefault(context.step_context.step.key, {})
            for stage, stage_id in ((receipt.stage, receipt.stage_id), *made_from.items()):
                known_id, asset = sources.setdefault(stage, (stage_id, _name(context)))
                if known_id != stage_id:
                    raise ReceiptsApartError(_name(context), asset, stage)
        return receipt


@dg.io_manager(required_resource_keys={"warehouse"}, description="Keeps receipts as JSON in the warehouse.")
def keep_receipts(_: dg.InitResourceContext) -> ReceiptIOManager:
    """Make the IO manager of one run."""
    return ReceiptIOManager()


def _read(context: dg.InputContext) -> tuple[Receipt, Mapping[str, str]]:
    for place in (_find_run(context), LATEST):
        with contextlib.suppress(FileNotFoundError):
            kept = json.loads((_find_folder(context) / place / f"{_name(context)}.json").read_text("utf-8"))
            return Receipt(**kept["receipt"]), kept["made_from"]
    raise ReceiptMissingError(_name(context))


def _find_folder(context: dg.InputContext | dg.OutputContext) -> Path:
    return context.resources.warehouse.open().dagster_home / "receipts"


def _name(context: dg.InputContext | dg.OutputContext) -> str:
    return context.asset_key.to_python_identifier()


def _find_run(context: dg.InputContext) -> str:
    """Find the run whose result is wanted: this one, or for a run that goes on where another failed, that other one."""
    with contextlib.suppress(dg.DagsterInvariantViolationError):
        return context.upstream_output.run_id
    return context.step_context.run_id


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{uuid.uuid4().hex}")
    unfinished.write_text(text, "utf-8")
    unfinished.replace(path)


def _clear_old_runs(folder: Path) -> None:
    runs = sorted((path for path in folder.iterdir() if path.name != LATEST), key=lambda path: -path.stat().st_mtime_ns)
    for path in runs[KEPT_RUNS:]:
        shutil.rmtree(path, ignore_errors=True)
