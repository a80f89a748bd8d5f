from __future__ import annotations

from typing import TYPE_CHECKING

from etl.stages.identify import find_papers
from etl.stages.runs import read_runs
from tests.etl.stages.dumps import LADDERS, OCTOBER, TIDES, make_card, make_page, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from tests.etl.stages.conftest import RunStages


def test_listings_of_one_paper_are_found_across_dumps(run_stages: RunStages, warehouse: Warehouse, dumps: Path):
    receipts = run_stages(dumps)
    metrics = receipts["identify"].metrics
    assert (metrics["candidates"], metrics["papers"], metrics["matches"]) == (3, 3, 0)
    assert read_runs(receipts["identify"].open_folder(warehouse) / "groups").is_empty()


def test_an_edited_abstract_is_compared_by_its_text(run_stages: RunStages, warehouse: Warehouse, tmp_path: Path):
    other = make_card(
        "Deep Ladders Lean on Many Walls", LADDERS.replace("github.com", "mirror.example"), "Jul 10, 2023"
    )
    stranger = make_card("Deep Ladders Lean on Many Walls", TIDES, "Jul 10, 2023")
    folder = write_dumps(tmp_path / "dumps", a=OCTOBER, b=make_page("Nov 5", other, stranger))
    receipts = run_stages(folder)
    matches = read_runs(receipts["identify"].open_folder(warehouse) / "matches")
    assert matches.select("rule", "score_permille").rows() == [("exact_title", 1000)] * 2
    assert receipts["identify"].metrics["papers"] == 4


def test_a_build_without_a_single_card_has_no_papers(run_stages: RunStages, tmp_path: Path):
    receipts = run_stages(write_dumps(tmp_path / "dumps", a=make_page("Oct 29")))
    assert receipts["identify"].metrics["papers"] == 0
    assert receipts["resolve"].metrics["papers"] == 0


def test_the_same_cards_are_not_compared_again(run_stages: RunStages, warehouse: Warehouse, dumps: Path):
    receipts = run_stages(dumps)
    assert find_papers(warehouse, receipts["extract"]) == receipts["identify"]
