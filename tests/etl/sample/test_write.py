from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

import etl.sample
from etl.sample import SampleNumberError, write_sample
from etl.sample.truth import TABLES

if TYPE_CHECKING:
    from tests.etl.sample.conftest import Sample


def read_all(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_same_call_writes_the_same_bytes(tmp_path: Path):
    for name in ("first", "second"):
        write_sample(tmp_path / name, dumps=4, seed=9, cards_per_dump=8)
    assert read_all(tmp_path / "first") == read_all(tmp_path / "second")


def test_another_seed_writes_other_bytes(tmp_path: Path):
    for seed in (0, 1):
        write_sample(tmp_path / str(seed), dumps=2, seed=seed, cards_per_dump=6)
    first, second = (set((tmp_path / str(seed) / "page-000001.txt").read_text().splitlines()) for seed in (0, 1))
    assert len(first & second) < 10  # the header, the dots, and lines such as "  • 3 authors"
    assert not {line for line in first & second if len(line) > 50}


def test_a_longer_sample_begins_with_the_shorter_one(small_sample: Sample, tmp_path: Path):
    write_sample(tmp_path, dumps=5, seed=5, cards_per_dump=20)
    shorter = {path.name: path.read_bytes() for path in tmp_path.glob("*.txt")}
    assert len(shorter) == 5
    assert shorter.items() <= small_sample.read_dumps().items()


def test_a_sample_is_dumps_a_truth_and_a_note(small_sample: Sample):
    names = set(read_all(small_sample.folder))
    truth = {f"_truth/{table}.parquet" for table in ("records", "papers", "dumps")}
    assert names == {f"page-{number:06d}.txt" for number in range(16)} | truth | {"README.md"}


def test_the_note_says_that_all_is_invented_and_how_it_was_made(small_sample: Sample):
    note = (small_sample.folder / "README.md").read_text(encoding="utf-8")
    assert note.startswith("# Invented dumps\n\nEverything in this folder is invented")
    assert "`paperhouse sample OUT --dumps 16 --seed 5 --cards-per-dump 20`" in note


def test_the_note_leaves_out_what_was_not_said(wide_sample: Sample):
    note = (wide_sample.folder / "README.md").read_text(encoding="utf-8")
    assert "`paperhouse sample OUT --dumps 70 --seed 6`" in note


def test_the_report_counts_what_was_written(wide_sample: Sample):
    report = wide_sample.report
    dumps = wide_sample.read_dumps()
    assert (report.folder, report.dump_count) == (wide_sample.folder, len(dumps)) == (wide_sample.folder, 70)
    assert report.byte_count == sum(map(len, dumps.values()))
    assert report.listing_count == len(wide_sample.read_truth("records"))
    assert report.paper_count == len(wide_sample.read_truth("papers"))


def test_the_caller_hears_of_every_dump(tmp_path: Path):
    heard = []
    write_sample(tmp_path, dumps=3, seed=1, cards_per_dump=3, on_dump=heard.append)
    assert heard == [1, 2, 3]


def test_without_a_number_of_cards_pages_differ_in_length(wide_sample: Sample):
    counts = {dump["listing_count"] for dump in wide_sample.read_truth("dumps")}
    assert len(counts) > 20
    assert min(counts) >= 20
    assert max(counts) <= 110


@pytest.mark.parametrize("cards", [3, 1000])
def test_the_fewest_and_the_most_cards(tmp_path: Path, cards: int):
    report = write_sample(tmp_path, dumps=3, seed=1, cards_per_dump=cards)
    records = pq.read_table(tmp_path / "_truth" / "records.parquet", columns=["is_damaged"])
    assert report.listing_count == records.num_rows == 3 * cards
    assert sum(records["is_damaged"].to_pylist()) == 1


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"dumps": 0}, "number of dumps: 0 is out of range; give a whole number from 1 to 999,999"),
        ({"dumps": 1_000_000}, "number of dumps: 1000000 is out of range"),
        ({"seed": -1}, "seed: -1 is out of range; give a whole number from 0 to"),
        ({"seed": 2**63}, "seed: 9223372036854775808 is out of range"),
        ({"cards_per_dump": 2}, "cards per dump: 2 is out of range; give a whole number from 3 to 1,000"),
        ({"cards_per_dump": 1001}, "cards per dump: 1001 is out of range"),
    ],
)
def test_a_number_out_of_range_is_refused_before_anything_is_touched(tmp_path: Path, numbers: dict, message: str):
    out = tmp_path / "sample"
    with pytest.raises(SampleNumberError) as caught:
        write_sample(out, **{"dumps": 1, "seed": 1} | numbers)
    assert str(caught.value).startswith(message)
    assert not out.exists()


def test_the_truth_has_the_columns_it_promises(small_sample: Sample):
    for table, schema in TABLES.items():
        read = pq.read_schema(small_sample.folder / "_truth" / f"{table}.parquet")
        assert read.equals(schema), table


def test_the_sample_imports_nothing_that_reads_dumps():
    allowed = {*sys.stdlib_module_names, "pyarrow"}
    for path in sorted(Path(etl.sample.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                is_own = name == "etl.errors" or name.split(".")[:2] == ["etl", "sample"]
                assert is_own or name.partition(".")[0] in allowed, f"{path.name} imports {name}"
