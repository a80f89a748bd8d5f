from __future__ import annotations

from typing import TYPE_CHECKING

from etl.load.tables import read_table
from tests.etl.stages.dumps import NO_PAGE, OCTOBER, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from tests.etl.stages.conftest import RunStages


def test_every_input_says_what_became_of_it(run_stages: RunStages, warehouse: Warehouse, tmp_path: Path):
    folder = write_dumps(
        tmp_path / "dumps", letter=NO_PAGE, copy=NO_PAGE, noise=bytes(range(32)) * 9, page=OCTOBER, void=""
    )
    (folder / "link.txt").symlink_to(folder / "page.txt")
    receipt = run_stages(folder, skip_unreadable=True)["account"]
    inputs = read_table(receipt.open_folder(warehouse), "inputs")
    assert inputs.select("path", "status", "reason").rows() == [
        ("copy.txt", "rejected", "layout_unknown"),
        ("letter.txt", "rejected", "layout_unknown"),
        ("link.txt", "unreadable", "it is a symbolic link"),
        ("noise.txt", "rejected", "not_text"),
        ("page.txt", "read", None),
        ("void.txt", "read", None),
    ]
    assert inputs["dump_id"].null_count() == 1
    assert receipt.metrics["broken_rules"] == 0
