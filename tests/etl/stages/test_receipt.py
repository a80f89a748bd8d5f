from __future__ import annotations

import os
from typing import TYPE_CHECKING

import polars as pl
import pytest

from etl.stages import receipt as receipt_module
from etl.stages.receipt import (
    KEPT_RESULTS,
    RECEIPT_NAME,
    Receipt,
    ResultMissingError,
    clear_old_results,
    hash_parts,
    hash_rows,
    run_stage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.warehouse import Warehouse


class Work:
    """Work that counts how often it is done, and writes one file."""

    def __init__(self) -> None:
        self.folders: list[Path] = []

    def __call__(self, folder: Path) -> Mapping[str, int | str]:
        self.folders.append(folder)
        (folder / "result").write_text("done")
        return {"rows": 3, "what": "é"}


def list_names(warehouse: Warehouse, stage: str = "try") -> list[str]:
    return sorted(path.name for path in (warehouse.state / stage).iterdir())


def test_a_receipt_survives_json():
    receipt = Receipt("try", "1a", "state/try/1a", {"rows": 3, "what": "é"})
    assert Receipt.from_json(receipt.to_json()) == receipt
    assert "\n" not in receipt.to_json()


def test_a_receipt_leads_to_what_was_written(warehouse: Warehouse):
    receipt = run_stage(warehouse, "try", ["a"], Work())
    folder = receipt.open_folder(warehouse)
    assert (folder / "result").read_text() == "done"
    assert folder == warehouse.state / "try" / receipt.stage_id
    assert receipt.metrics == {"rows": 3, "what": "é"}
    assert Receipt.from_json((folder / RECEIPT_NAME).read_text("utf-8")) == receipt


def test_work_that_was_done_is_not_done_again(warehouse: Warehouse):
    work = Work()
    first = run_stage(warehouse, "try", ["a", 1], work)
    again = run_stage(warehouse, "try", ["a", 1], work)
    assert again == first
    assert len(work.folders) == 1


def test_whatever_the_result_depends_on_changes_its_id(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch):
    ids = {run_stage(warehouse, *case, Work()).stage_id for case in (("try", ["a"]), ("try", ["b"]), ("other", ["a"]))}
    monkeypatch.setattr(receipt_module, "fingerprint_code", lambda: "other code")
    ids.add(run_stage(warehouse, "try", ["a"], Work()).stage_id)
    assert len(ids) == 4


def test_a_result_appears_only_when_it_is_complete(warehouse: Warehouse):
    def look(folder: Path) -> Mapping[str, int]:
        assert [path.name for path in (warehouse.state / "try").iterdir()] == [folder.name]
        assert folder.name.startswith(".unfinished-")
        return {}

    receipt = run_stage(warehouse, "try", [], look)
    assert list_names(warehouse) == [receipt.stage_id]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_work_that_fails_leaves_nothing(warehouse: Warehouse, error: type[BaseException]):
    def fail(folder: Path) -> Mapping[str, int]:
        (folder / "half").write_text("x")
        raise error

    with pytest.raises(error):
        run_stage(warehouse, "try", [], fail)
    assert list_names(warehouse) == []
    assert run_stage(warehouse, "try", [], Work()).open_folder(warehouse).is_dir()


def test_a_result_without_its_receipt_is_made_anew(warehouse: Warehouse):
    receipt = run_stage(warehouse, "try", [], Work())
    (receipt.open_folder(warehouse) / RECEIPT_NAME).unlink()
    work = Work()
    assert run_stage(warehouse, "try", [], work) == receipt
    assert len(work.folders) == 1


def test_a_result_that_was_cleared_away_is_missed_with_its_stage(warehouse: Warehouse):
    receipt = Receipt("resolve", "12ab", "state/resolve/12ab", {})
    with pytest.raises(
        ResultMissingError, match=r"stage resolve \(12ab\) is no longer in the warehouse; run that stage"
    ):
        receipt.open_folder(warehouse)


def test_old_results_and_unfinished_ones_are_cleared_and_those_in_use_kept(warehouse: Warehouse):
    receipts = [run_stage(warehouse, "try", [number], Work()) for number in range(6)]
    for age, receipt in enumerate(receipts):
        os.utime(receipt.open_folder(warehouse), (1000 - age, 1000 - age))
    (warehouse.state / "try" / ".unfinished-0").mkdir()
    clear_old_results(warehouse, [receipts[-1]])
    assert list_names(warehouse) == sorted(one.stage_id for one in (*receipts[:KEPT_RESULTS], receipts[-1]))


def test_a_result_that_is_used_again_counts_as_new(warehouse: Warehouse):
    receipts = [run_stage(warehouse, "try", [number], Work()) for number in range(KEPT_RESULTS + 1)]
    for age, receipt in enumerate(receipts):
        os.utime(receipt.open_folder(warehouse), (1000 + age, 1000 + age))
    run_stage(warehouse, "try", [0], Work())
    clear_old_results(warehouse, [])
    assert receipts[0].stage_id in list_names(warehouse)
    assert receipts[1].stage_id not in list_names(warehouse)


def test_there_is_nothing_to_clear_in_a_new_warehouse(warehouse: Warehouse):
    clear_old_results(warehouse, [])
    assert not warehouse.state.exists()


def test_a_hash_tells_values_apart_and_does_not_depend_on_the_order_of_a_mapping():
    assert hash_parts({"a": 1, "b": 2}) == hash_parts({"b": 2, "a": 1})
    values = ["a", 1, "1", None, "None", ["a"], [["a"]], ("a", "b"), ["ab"], {"a": 1}, True]
    assert len({hash_parts(value) for value in values}) == len(values)
    assert hash_parts("a", "b") != hash_parts("b", "a") != hash_parts(["a", "b"])


def test_a_hash_of_rows_tells_columns_values_and_order_apart(monkeypatch: pytest.MonkeyPatch):
    frames = [
        pl.DataFrame({"a": ["x", None], "b": [b"\xff", b""]}),
        pl.DataFrame({"a": ["x", ""], "b": [b"\xff", b""]}),
        pl.DataFrame({"a": ["x", None], "b": [b"\xff", None]}),
        pl.DataFrame({"a": [None, "x"], "b": [b"", b"\xff"]}),
        pl.DataFrame({"a": ["x", None], "c": [b"\xff", b""]}),
        pl.DataFrame({"a": ["x\n", None], "b": [b"\xff", b""]}),
        pl.DataFrame(schema={"a": pl.String, "b": pl.Binary}),
    ]
    hashes = [hash_rows(rows) for rows in frames]
    assert len(set(hashes)) == len(frames)
    monkeypatch.setattr(receipt_module, "_ROWS_AT_ONCE", 1)
    assert [hash_rows(rows) for rows in frames] == hashes
