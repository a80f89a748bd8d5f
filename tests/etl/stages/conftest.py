"""Dumps and stages for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest

from etl.runners.local import LocalRunner
from etl.stages.account import account_inputs
from etl.stages.collect import InputOptions, collect_inputs
from etl.stages.date import infer_page_years
from etl.stages.extract import extract_listings
from etl.stages.identify import find_papers
from etl.stages.resolve import resolve_papers
from tests.etl.stages.dumps import NOVEMBER, OCTOBER, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from etl.stages.receipt import Receipt


class RunStages(Protocol):
    """Runs all stages before publishing over a folder of dumps; options are those of ``InputOptions``."""

    def __call__(self, folder: Path, **options: object) -> dict[str, Receipt]: ...


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    return write_dumps(tmp_path / "dumps", october=OCTOBER, november=NOVEMBER)


@pytest.fixture
def run_stages(warehouse: Warehouse) -> RunStages:
    def run(folder: Path, **options: object) -> dict[str, Receipt]:
        chosen = InputOptions((folder,), **options)
        collected = collect_inputs(warehouse, chosen)
        extracted = extract_listings(warehouse, collected, runner=LocalRunner(1))
        accounted = account_inputs(warehouse, collected, extracted)
        identified = find_papers(warehouse, extracted, chosen.decisions)
        dated = infer_page_years(warehouse, collected, extracted, identified)
        resolved = resolve_papers(warehouse, extracted, identified, dated)
        return {one.stage: one for one in (collected, extracted, accounted, identified, dated, resolved)}

    return run
