from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.stages import runs
from etl.stages.runs import (
    WHOLE,
    Bucket,
    choose_bucket_count,
    list_buckets,
    list_runs,
    merge_runs,
    plan_merges,
    read_keys,
    read_run,
    read_runs,
    read_stretch,
    write_run,
)
from etl.transform.candidates import halve_id

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = {"dump_id": pl.String, "position": pl.Int32, "problems": pl.List(pl.String)}


def name_id(number: int) -> str:
    return hashlib.sha256(f"{number}".encode()).hexdigest()[:32]


def make_rows(*numbers: int) -> pl.DataFrame:
    return pl.DataFrame([(name_id(number), number, [f"{number}"]) for number in numbers], schema=SCHEMA, orient="row")


def write(rows: pl.DataFrame, path: Path) -> None:
    write_run(rows, path, halve_id("dump_id"), "dump_id", "position")


@pytest.mark.parametrize("count", [1, 2, 8, 64])
def test_the_buckets_of_all_runs_are_the_rows_each_once(tmp_path: Path, count: int):
    rows = make_rows(*range(200))
    for number, part in enumerate((rows[:90], rows[:0], rows[90:])):
        write(part, tmp_path / f"{number}.arrow")
    buckets = [read_runs(tmp_path, bucket) for bucket in list_buckets(count)]
    assert_frame_equal(pl.concat(buckets).sort("position"), rows)
    for number, bucket in enumerate(buckets):
        assert {int(one[:2], 16) * count >> 8 for one in bucket["dump_id"]} <= {number}


@pytest.mark.parametrize(("most_runs", "most_left", "batch_bytes"), [(2, 5, 1000), (64, 1, 1 << 20), (64, 1, 2000)])
def test_merged_runs_hold_the_same_rows_in_the_order_of_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_runs: int, most_left: int, batch_bytes: int
):
    monkeypatch.setattr(runs, "FEW_RUNS", 1)
    monkeypatch.setattr(runs, "MERGED_RUNS", most_runs)
    monkeypatch.setattr(runs, "BATCH_BYTES", batch_bytes)
    rows = make_rows(*range(100), *range(40))
    for number in range(9):
        write(rows[number * 14 : number * 14 + 14] if number else rows[126:], tmp_path / f"{number}.arrow")
    before = [read_runs(tmp_path, bucket).sort(pl.all()) for bucket in list_buckets(4)]
    for number, group in enumerate(plan_merges(tmp_path)):
        assert len(group) > 1
        merge_runs(group, tmp_path / f"merged-{number}.arrow")
        for path in group:
            path.unlink()
    assert len(list_runs(tmp_path)) <= most_left
    for bucket, expected in zip(list_buckets(4), before, strict=True):
        assert_frame_equal(read_runs(tmp_path, bucket).sort(pl.all()), expected)
    for path in list_runs(tmp_path):
        assert read_run(path)["dump_id"].is_sorted()
    keys = read_runs(tmp_path).select(halve_id("dump_id").unique().sort()).to_series()[10:40]
    expected = pl.concat(before).filter(halve_id("dump_id").is_in(keys.implode()))
    assert_frame_equal(read_keys(tmp_path, keys).sort(pl.all()), expected.sort(pl.all()))


def test_large_runs_and_few_ones_are_not_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for number in range(4):
        write(make_rows(number), tmp_path / f"{number}.arrow")
    assert plan_merges(tmp_path) == []
    monkeypatch.setattr(runs, "FEW_RUNS", 1)
    monkeypatch.setattr(runs, "MERGED_BYTES", 1)
    assert plan_merges(tmp_path) == []


def test_the_last_key_there_can_be_is_in_the_last_bucket(tmp_path: Path):
    rows = pl.DataFrame([("f" * 32, 0, []), ("0" * 32, 1, [])], schema=SCHEMA, orient="row")
    write(rows, tmp_path / "0.arrow")
    assert [read_run(tmp_path / "0.arrow", Bucket(number, 4)).height for number in range(4)] == [1, 0, 0, 1]


def test_a_run_is_sorted_by_key_and_then_as_told_and_hides_the_key(tmp_path: Path):
    rows = make_rows(3, 1, 2).vstack(make_rows(1).with_columns(pl.lit(0, pl.Int32).alias("position")))
    write(rows, tmp_path / "0.arrow")
    assert_frame_equal(read_run(tmp_path / "0.arrow"), rows.sort("dump_id", "position"))


def test_a_run_that_is_written_again_replaces_the_one_before(tmp_path: Path):
    for number in (1, 2):
        write(make_rows(number), tmp_path / "0.arrow")
    assert read_runs(tmp_path)["position"].to_list() == [2]


def test_runs_without_rows_keep_their_columns(tmp_path: Path):
    write(make_rows(), tmp_path / "0.arrow")
    assert dict(read_runs(tmp_path, WHOLE).schema) == SCHEMA


def test_a_folder_without_runs_is_an_error(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        list_runs(tmp_path)


@given(st.integers(0, 1 << 60), st.integers(0, 1 << 50))
def test_the_number_of_buckets_is_a_power_of_two_that_grows_with_the_data(size: int, listings: int):
    count = choose_bucket_count(size, listings)
    assert count & (count - 1) == 0
    assert 1 <= count <= choose_bucket_count(size * 2, listings)
    assert count <= choose_bucket_count(size, listings * 2)


def test_some_columns_are_read_without_the_others(tmp_path: Path):
    rows = make_rows(*range(20))
    write(rows, tmp_path / "0.arrow")
    assert_frame_equal(
        read_runs(tmp_path, columns=["position"]).sort("position"), rows.select("position").sort("position")
    )


@pytest.mark.parametrize("count", [1, 3, 7])
def test_the_stretches_of_a_run_are_its_rows_each_once_and_of_a_length(tmp_path: Path, count: int):
    write(make_rows(*range(50)), tmp_path / "0.arrow")
    stretches = [read_stretch(tmp_path / "0.arrow", stretch) for stretch in list_buckets(count)]
    assert_frame_equal(pl.concat(stretches), read_run(tmp_path / "0.arrow"))
    assert {rows.height for rows in stretches} <= {50 // count, 50 // count + 1}


def test_the_rows_of_some_keys_are_found_in_all_runs(tmp_path: Path):
    numbers = list(range(100))
    for start in range(0, 100, 25):
        write(make_rows(*numbers[start : start + 25], start), tmp_path / f"{start}.arrow")
    write(make_rows(), tmp_path / "empty.arrow")
    wanted = [3, 25, 26, 99, 1000]
    keys = make_rows(*wanted).select(halve_id("dump_id")).to_series().sort()
    found = read_keys(tmp_path, keys)
    assert sorted(found["position"].to_list()) == [3, 25, 25, 26, 99]
    assert found.schema == pl.Schema(SCHEMA)
    assert read_keys(tmp_path, keys[:0]).height == 0
