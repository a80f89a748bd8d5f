"""Dumps that were extracted before are not extracted again, whatever else is new, gone or was killed on its way."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.extract.parse import identify_dump
from etl.load.warehouse import Warehouse
from etl.stages import receipt, units
from etl.stages.collect import PLAN_SCHEMA, InputOptions, collect_inputs
from etl.stages.extract import extract_listings, list_named_units
from etl.stages.publish import clear_leftovers
from etl.stages.runs import read_runs
from etl.stages.units import (
    MAX_SMALL,
    SMALL,
    UNIT_BYTES,
    UNIT_DUMPS,
    Unit,
    choose_units,
    find_units,
    keep_unit,
    list_units,
    name_unit,
)
from etl.stages.work_unit import UNIT_RUNS, UNIT_TABLES
from tests.etl.stages.dumps import MARCH, NO_PAGE, NOVEMBER, OCTOBER, write_dumps
from tests.etl.stages.watched import WatchedRunner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from etl.stages.receipt import Receipt


@pytest.fixture
def four_dumps(tmp_path: Path) -> Path:
    return write_dumps(tmp_path / "four", a=OCTOBER, b=NOVEMBER, c=MARCH, d=NO_PAGE)


@pytest.fixture
def small_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each dump a unit of its own."""
    monkeypatch.setattr(units, "UNIT_BYTES", 1)


def extract(warehouse: Warehouse, folder: Path, most_units: int = 1000) -> tuple[list[str], Receipt]:
    warehouse.create_folders()
    runner = WatchedRunner(most_units)
    collected = collect_inputs(warehouse, InputOptions((folder,)))
    extracted = extract_listings(warehouse, collected, runner=runner)
    clear_leftovers(warehouse, [collected, extracted])
    return sorted(runner.extracted), extracted


def assert_same_tables(found: Path, expected: Path) -> None:
    for table in UNIT_TABLES:
        columns = read_runs(expected / "runs" / table).columns[:2]
        assert_frame_equal(*(read_runs(folder / "runs" / table).sort(columns) for folder in (found, expected)))


def test_a_new_dump_is_extracted_alone(warehouse: Warehouse, four_dumps: Path, tmp_path: Path):
    assert extract(warehouse, four_dumps)[0] == ["a.txt", "b.txt", "c.txt", "d.txt"]
    write_dumps(four_dumps, e=f"{MARCH}\n")
    names, found = extract(warehouse, four_dumps)
    assert names == ["e.txt"]
    fresh = Warehouse(tmp_path / "fresh")
    _, expected = extract(fresh, four_dumps)
    assert found.metrics == expected.metrics
    assert_same_tables(found.open_folder(warehouse), expected.open_folder(fresh))


def test_only_what_shared_a_unit_with_a_dump_that_is_gone_is_extracted_again(warehouse: Warehouse, four_dumps: Path):
    extract(warehouse, four_dumps)
    write_dumps(four_dumps, e=f"{MARCH}\n", f=f"{OCTOBER}\n")
    assert extract(warehouse, four_dumps)[0] == ["e.txt", "f.txt"]
    (four_dumps / "e.txt").unlink()
    names, extracted = extract(warehouse, four_dumps)
    assert names == ["f.txt"]
    assert len(list_named_units(extracted.open_folder(warehouse))) == 2


@pytest.mark.usefixtures("small_units")
def test_a_dump_that_comes_back_is_not_extracted_again_as_long_as_a_result_with_it_is_kept(
    warehouse: Warehouse, four_dumps: Path
):
    extract(warehouse, four_dumps)
    (four_dumps / "a.txt").unlink()
    extract(warehouse, four_dumps)
    write_dumps(four_dumps, a=OCTOBER, e=f"{MARCH}\n")
    assert extract(warehouse, four_dumps)[0] == ["e.txt"]


@pytest.mark.usefixtures("small_units")
def test_a_killed_extraction_goes_on_where_it_was(warehouse: Warehouse, four_dumps: Path, tmp_path: Path):
    with pytest.raises(KeyboardInterrupt):
        extract(warehouse, four_dumps, most_units=3)
    (find_units(warehouse) / ".unfinished-1").mkdir()
    done = {dump_id for unit in list_units(warehouse) for dump_id in unit.dump_ids}
    assert len(done) == 3
    names, found = extract(warehouse, four_dumps)
    (last,) = names
    assert identify_dump((four_dumps / last).read_bytes()) not in done
    fresh = Warehouse(tmp_path / "fresh")
    _, expected = extract(fresh, four_dumps)
    assert_same_tables(found.open_folder(warehouse), expected.open_folder(fresh))
    assert list(find_units(warehouse).glob(".*")) == []


def test_units_that_no_kept_result_names_are_cleared(warehouse: Warehouse, four_dumps: Path):
    for number in range(receipt.KEPT_RESULTS + 2):
        write_dumps(four_dumps, d=f"{NO_PAGE}{number}")
        extract(warehouse, four_dumps)
    results = [path for path in (warehouse.state / "extract").iterdir() if path.is_dir()]
    named = {unit_id for folder in results for unit_id in list_named_units(folder)}
    assert {path.name for path in find_units(warehouse).iterdir()} == named
    assert len(named) < receipt.KEPT_RESULTS + 2


def test_a_file_that_another_program_left_among_the_units_harms_no_build(warehouse: Warehouse, four_dumps: Path):
    extract(warehouse, four_dumps)
    (find_units(warehouse) / ".DS_Store").touch()
    write_dumps(four_dumps, e=f"{MARCH}\n")
    assert extract(warehouse, four_dumps)[0] == ["e.txt"]


def test_the_runs_of_a_unit_lie_on_the_disk_once(warehouse: Warehouse, four_dumps: Path):
    _, extracted = extract(warehouse, four_dumps)
    (unit,) = list_units(warehouse)
    for run in UNIT_RUNS:
        linked = extracted.open_folder(warehouse) / "runs" / run / f"{unit.unit_id}.arrow"
        assert linked.samefile(find_units(warehouse) / unit.unit_id / f"{run}.arrow")


@pytest.mark.parametrize(
    "how", ["note is gone", "note is cut", "note is other JSON", "run is gone", "run is cut", "other code"]
)
def test_what_is_no_whole_unit_of_this_code_is_extracted_again(
    warehouse: Warehouse, four_dumps: Path, monkeypatch: pytest.MonkeyPatch, how: str
):
    extract(warehouse, four_dumps)
    (unit,) = list_units(warehouse)
    note = find_units(warehouse) / unit.unit_id / "unit.json"
    if how == "note is gone":
        note.unlink()
    elif how == "note is cut":
        note.write_text(note.read_text("utf-8")[:-9], "utf-8")
    elif how == "note is other JSON":
        note.write_text("[]", "utf-8")
    elif how == "run is gone":
        note.with_name("cards.arrow").unlink()
    elif how == "run is cut":
        os.truncate(note.with_name("cards.arrow"), 100)
    else:
        for module in (units, receipt):
            monkeypatch.setattr(module, "fingerprint_code", lambda: "other code")
    write_dumps(four_dumps, e=f"{MARCH}\n")
    assert extract(warehouse, four_dumps)[0] == ["a.txt", "b.txt", "c.txt", "d.txt", "e.txt"]


def test_a_unit_that_could_not_be_written_leaves_nothing(tmp_path: Path):
    def fail(folder: Path) -> Unit:
        (folder / "cards.arrow").write_bytes(b"half")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        keep_unit(tmp_path / "units", name_unit(["1a"]), fail)
    assert list((tmp_path / "units").iterdir()) == []


def make_plan(sizes: dict[int, int]) -> pl.DataFrame:
    rows = [(f"{number:032x}", b"/x", f"{number}.txt", size) for number, size in sorted(sizes.items())]
    return pl.DataFrame(rows, schema=PLAN_SCHEMA, orient="row")


def make_unit(plan: pl.DataFrame, ids: Sequence[str]) -> Unit:
    chosen = plan.filter(pl.col("dump_id").is_in(list(ids)))
    return Unit(name_unit(ids), tuple(ids), int(chosen["byte_count"].sum()), 0)


SIZES = st.dictionaries(st.integers(0, 60), st.integers(0, 3 * UNIT_BYTES), max_size=30)


@given(SIZES, st.integers(1, 5))
def test_units_hold_every_dump_once_in_order_and_no_more_than_they_should(sizes: dict[int, int], most: int):
    plan = make_plan(sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "UNIT_DUMPS", most)
        kept, new = choose_units(plan, [])
    assert kept == []
    assert [dump for unit in new for dump in unit] == list(plan.drop("byte_count").iter_rows())
    known = dict(plan.select("dump_id", "byte_count").iter_rows())
    for unit in new:
        assert 1 <= len(unit) <= most <= UNIT_DUMPS
        assert len(unit) == 1 or sum(known[dump[0]] for dump in unit) <= UNIT_BYTES


@given(SIZES, st.lists(st.lists(st.integers(0, 70), min_size=1, max_size=6, unique=True), max_size=40))
def test_kept_and_new_units_hold_every_dump_of_the_plan_once(sizes: dict[int, int], groups: list[list[int]]):
    plan = make_plan(sizes)
    kept, new = choose_units(plan, [make_unit(plan, [f"{one:032x}" for one in group]) for group in groups])
    held = [dump_id for unit in kept for dump_id in unit.dump_ids] + [dump[0] for unit in new for dump in unit]
    assert sorted(held) == plan["dump_id"].to_list()


def test_many_small_units_become_fewer_and_large_ones_stay():
    size = UNIT_BYTES // SMALL - 1
    sizes = dict.fromkeys(range(MAX_SMALL + 1), size) | {99: UNIT_BYTES}
    plan = make_plan(sizes)
    singles = [make_unit(plan, [dump_id]) for dump_id in plan["dump_id"]]
    few = choose_units(plan.slice(1), singles)
    assert (len(few.kept), few.new) == (MAX_SMALL + 1, [])
    many = choose_units(plan, singles)
    assert [unit.byte_count for unit in many.kept if unit.byte_count == UNIT_BYTES] == [UNIT_BYTES]
    assert len(many.kept) + len(many.new) < len(singles)
    assert sum(len(unit) for unit in many.new) * size <= SMALL * UNIT_BYTES


def test_units_of_very_many_tiny_dumps_are_not_small():
    plan = make_plan(dict.fromkeys(range((MAX_SMALL + 2) * 4), 1))
    ids = plan["dump_id"].to_list()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "UNIT_DUMPS", 4)
        whole = [make_unit(plan, ids[start : start + 4]) for start in range(0, len(ids), 4)]
        assert choose_units(plan, whole).new == []
