from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NoReturn

import polars as pl
import pytest

from etl.load.lock import hold_lock
from etl.load.reader import open_release
from etl.stages import publish as publish_module
from etl.stages.publish import NothingReadError, find_tables, publish_release
from etl.stages.receipt import ResultMissingError
from etl.stages.validated import TableInvalidError
from etl.transform import paper_tables
from schemas import TABLES
from tests.etl.stages.dumps import NO_PAGE, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse
    from etl.stages.receipt import Receipt
    from tests.etl.stages.conftest import RunStages

pytestmark = pytest.mark.usefixtures("plain_report")


def publish(warehouse: Warehouse, receipts: dict[str, Receipt]) -> Release:
    with hold_lock(warehouse, wait=False) as lock:
        return publish_release(warehouse, list(receipts.values()), lock=lock)


def test_every_table_of_the_contract_comes_from_one_stage(run_stages: RunStages, warehouse: Warehouse, dumps: Path):
    tables = find_tables(warehouse, list(run_stages(dumps).values()))
    assert set(tables) == set(TABLES)
    assert all(folder.is_dir() for folder in tables.values())


def test_a_release_tells_its_roots_and_what_each_stage_counted(
    run_stages: RunStages, warehouse: Warehouse, dumps: Path
):
    receipts = run_stages(dumps)
    release = publish(warehouse, receipts)
    facts = release.manifest["facts"]
    assert facts["input_roots"] == [str(dumps)]
    assert facts["stages"] == {name: dict(receipt.metrics) for name, receipt in receipts.items()}
    assert open_release(warehouse).release_id == release.release_id
    assert release.read("papers").height == 3


def test_a_bad_row_stops_the_release_by_rule_and_the_one_before_stays(
    run_stages: RunStages, warehouse: Warehouse, dumps: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = publish(warehouse, run_stages(dumps))
    honest = paper_tables.find_links
    monkeypatch.setattr(
        paper_tables, "find_links", lambda papers: honest(papers).with_columns(pl.lit("bad").alias("kind"))
    )
    (dumps / "november.txt").rename(tmp_path / "november.txt")
    receipts = run_stages(dumps)
    with pytest.raises(
        TableInvalidError, match=r"table links: 1 rows break the rule kind: isin\(.*the release before stays"
    ):
        publish(warehouse, receipts)
    assert open_release(warehouse).release_id == before.release_id
    assert list(warehouse.staging.iterdir()) == []


def test_a_build_that_read_no_page_publishes_nothing(run_stages: RunStages, warehouse: Warehouse, tmp_path: Path):
    receipts = run_stages(write_dumps(tmp_path / "dumps", letter=NO_PAGE, void=""))
    with pytest.raises(NothingReadError, match=r"not one listing was read from the dumps \(1 rejected, 1 empty\)"):
        publish(warehouse, receipts)
    assert not warehouse.current.exists()


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")])
def test_a_release_that_cannot_be_noted_is_published_all_the_same(
    run_stages: RunStages, warehouse: Warehouse, dumps: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
):
    def fail(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr(publish_module, "note_release", fail)
    receipts = run_stages(dumps)
    first = publish(warehouse, receipts)
    assert open_release(warehouse).release_id == first.release_id
    assert publish(warehouse, receipts).release_id == first.release_id


def test_a_result_that_is_gone_is_missed_by_its_stage(run_stages: RunStages, warehouse: Warehouse, dumps: Path):
    receipts = run_stages(dumps)
    shutil.rmtree(receipts["date"].open_folder(warehouse))
    with pytest.raises(ResultMissingError, match="stage date"):
        publish(warehouse, receipts)
