from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.load.tables import read_table
from etl.stages import decisions as decisions_module
from etl.stages.decisions import DEFAULT_FILE, DecisionsInvalidError, find_decisions, read_decisions
from etl.transform.decisions import DECISION_SCHEMA
from tests.etl.stages.dumps import LADDERS, MOSS, make_card, make_page, write_dumps

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from tests.etl.stages.conftest import RunStages

HEADER = "left,right,verdict,why,by,decided_on"
LINE = "Deep Ladders,Moss on Roofs,same,one is the preprint,ann,2025-10-29"


@pytest.fixture
def decisions(tmp_path: Path) -> Path:
    return tmp_path / "decisions.csv"


def test_the_named_file_is_taken_before_the_clones_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, decisions: Path
):
    own = tmp_path / "own.csv"
    monkeypatch.setattr(decisions_module, "DEFAULT_FILE", own)
    assert find_decisions(None) is None
    own.touch()
    assert find_decisions(None) == own
    assert find_decisions(decisions) == decisions


def test_the_clones_own_file_can_be_followed():
    assert read_decisions(DEFAULT_FILE).columns == list(DECISION_SCHEMA)


def test_a_file_of_decisions_is_read_as_it_stands(decisions: Path):
    decisions.write_text(
        f'\ufeff{HEADER}\r\n{LINE}\r\n"A, b", C ,different,"says ""no""",bob, 2025-01-02 \r\n', "utf-8", newline=""
    )
    expected = [
        ("Deep Ladders", "Moss on Roofs", "same", "one is the preprint", "ann", dt.date(2025, 10, 29)),
        ("A, b", "C", "different", 'says "no"', "bob", dt.date(2025, 1, 2)),
    ]
    assert_frame_equal(read_decisions(decisions), pl.DataFrame(expected, schema=DECISION_SCHEMA, orient="row"))


def test_a_file_without_a_decision_decides_nothing(decisions: Path):
    decisions.write_text(f"{HEADER}\n")
    assert_frame_equal(read_decisions(decisions), pl.DataFrame(schema=DECISION_SCHEMA))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: the header must be left,right,verdict,why,by,decided_on"),
        ("left,right\na,b\n", "line 1: the header must be"),
        (f"{HEADER}\n{LINE}\na,b,same,why\n", "line 3: it has not 6 fields"),
        (f"{HEADER}\n{LINE},more\n", "line 2: it has not 6 fields"),
        (f"{HEADER}\na,b,perhaps,why,ann,2025-10-29\n", "line 2: the verdict must be one of same, different"),
        (f"{HEADER}\na,,same, ,ann,2025-10-29\n", "line 2: right, why must not be empty"),
        (f"{HEADER}\na,b,same,why,ann,yesterday\n", "line 2: decided_on must be a date"),
        (
            f"{HEADER}\na,b,same,why,ann,2025-10-29\nb,a,different,why,bob,2025-10-30\n",
            "line 3: an earlier line decides",
        ),
    ],
)
def test_a_line_that_cannot_be_followed_is_named(decisions: Path, text: str, problem: str):
    decisions.write_text(text)
    with pytest.raises(DecisionsInvalidError, match=problem):
        read_decisions(decisions)


@pytest.mark.parametrize("raw", [None, b"\xff\xfe\x00", b"left,right\x00\n"], ids=["missing", "not UTF-8", "NUL"])
def test_a_file_that_is_no_csv_is_an_error_of_its_own(decisions: Path, raw: bytes | None):
    if raw is not None:
        decisions.write_bytes(raw)
    with pytest.raises(DecisionsInvalidError, match=r"decisions\.csv, line 1: "):
        read_decisions(decisions)


def test_decisions_change_what_is_one_paper(
    run_stages: RunStages, warehouse: Warehouse, decisions: Path, tmp_path: Path
):
    page = make_page("Oct 29", make_card("Deep Ladders", LADDERS, "Jul 10, 2023"), make_card("Moss on Roofs", MOSS))
    dumps = write_dumps(tmp_path / "dumps", page=page)
    decisions.write_text(f"{HEADER}\n{LINE}\nNobody's Paper,Deep Ladders,different,why,ann,2025-10-29\n")
    plain, decided = run_stages(dumps), run_stages(dumps, decisions=decisions)
    papers = [read_table(stage["resolve"].open_folder(warehouse), "papers").height for stage in (plain, decided)]
    assert papers == [2, 1]
    assert decided["identify"].metrics["decisions"] == 2
    assert decided["identify"].metrics["decisions_without_paper"] == 1
    assert decided["identify"].metrics["lost_decisions"] == "2"
    merges = read_table(decided["resolve"].open_folder(warehouse), "merges")
    assert merges["rule"].to_list() == [None, "decision"]
