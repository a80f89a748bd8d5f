from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.load import tables as tables_module
from etl.load.tables import (
    TableMismatchError,
    TableMissingError,
    find_disorder,
    list_files,
    read_table,
    scan_files,
    scan_table,
    write_table,
)
from schemas import TABLES
from schemas.arrow import arrow_schema
from tests.conftest_tables import make_id, make_rows

if TYPE_CHECKING:
    from pathlib import Path


def make_links(count: int, *, url: str = "https://a.example") -> pl.DataFrame:
    return make_rows(
        "links",
        [
            {"paper_id": make_id(str(number)), "position": 0, "url": url, "host": "a.example", "kind": "other"}
            for number in range(count)
        ],
    )


@pytest.mark.parametrize("name", TABLES)
def test_table_is_read_as_it_was_written(tables: dict[str, pl.DataFrame], tmp_path: Path, name: str) -> None:
    write_table(tables[name].sample(fraction=1, shuffle=True, seed=1), name, tmp_path)

    assert_frame_equal(read_table(tmp_path, name), tables[name])
    assert_frame_equal(scan_table(tmp_path, name).collect(), tables[name])


@pytest.mark.parametrize("name", TABLES)
def test_file_carries_the_contracts_schema_to_any_reader(
    tables: dict[str, pl.DataFrame], tmp_path: Path, name: str
) -> None:
    write_table(tables[name], name, tmp_path)
    (file,) = list_files(tmp_path / name)

    assert file.name == "part-00000.parquet"
    assert pq.read_schema(file).equals(arrow_schema(TABLES[name]), check_metadata=True)
    assert pq.read_table(file).schema.equals(arrow_schema(TABLES[name]), check_metadata=True)
    assert duckdb.read_parquet(str(file)).columns == tables[name].columns


@pytest.mark.parametrize("name", TABLES)
def test_empty_table_is_one_file_with_the_full_schema(
    tables: dict[str, pl.DataFrame], tmp_path: Path, name: str
) -> None:
    write_table(tables[name].clear(), name, tmp_path, partitions=8)

    (file,) = list_files(tmp_path / name)
    assert pq.read_schema(file).equals(arrow_schema(TABLES[name]), check_metadata=True)
    assert_frame_equal(read_table(tmp_path, name), tables[name].clear())


def test_file_is_compressed_and_has_statistics(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    write_table(tables["papers"], "papers", tmp_path)

    group = pq.read_metadata(tmp_path / "papers" / "part-00000.parquet").row_group(0)
    for number in range(group.num_columns):
        assert group.column(number).compression == "ZSTD"
        assert group.column(number).statistics is not None
    assert group.column(0).statistics.min == tables["papers"]["paper_id"].min()


def test_rows_of_a_row_group_follow_from_their_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tables_module, "_ROW_GROUP_BYTES", 10_000)

    write_table(make_links(100, url="u" * 951), "links", tmp_path)

    metadata = pq.read_metadata(tmp_path / "links" / "part-00000.parquet")
    assert [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)] == [10] * 10


@pytest.mark.parametrize("partitions", [1, 2, 16, 65_536])
def test_partitions_are_ranges_of_the_leading_id(tmp_path: Path, partitions: int) -> None:
    links = make_links(200)

    write_table(links, "links", tmp_path, partitions=partitions)

    files = list_files(tmp_path / "links")
    for file in files:
        number = int(file.stem.removeprefix("part-"))
        ids = scan_files([file]).collect()["paper_id"]
        assert {int(text[:4], 16) * partitions >> 16 for text in ids} == {number}
    assert len(files) == min(partitions, 200) or partitions == 65_536
    assert_frame_equal(read_table(tmp_path, "links"), links)


def test_table_keyed_by_text_stays_one_file(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    write_table(tables["organizations"], "organizations", tmp_path, partitions=16)
    write_table(tables["inputs"], "inputs", tmp_path, partitions=16)

    assert len(list_files(tmp_path / "organizations")) == len(list_files(tmp_path / "inputs")) == 1


def test_ranges_written_one_by_one_make_one_table(tmp_path: Path) -> None:
    links = make_links(40)

    is_low = pl.col("paper_id") < "8"
    for rows in (links.filter(is_low), links.filter(~is_low)):
        write_table(rows, "links", tmp_path, partitions=4)

    assert_frame_equal(read_table(tmp_path, "links"), links)


@pytest.mark.parametrize("partitions", [0, -1, 3, 1 << 17])
def test_number_of_partitions_must_be_a_power_of_two(tmp_path: Path, partitions: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        write_table(make_links(1), "links", tmp_path, partitions=partitions)


def test_same_rows_give_the_same_bytes(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    listings = tables["listings"]
    write_table(listings, "listings", tmp_path / "a")
    write_table(pl.concat([listings[4:], listings[:4]], rechunk=False), "listings", tmp_path / "b")

    first, second = (tmp_path / side / "listings" / "part-00000.parquet" for side in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_file_is_never_overwritten(tmp_path: Path) -> None:
    write_table(make_links(1), "links", tmp_path)

    with pytest.raises(FileExistsError):
        write_table(make_links(2), "links", tmp_path)
    assert read_table(tmp_path, "links").height == 1


def test_every_file_and_folder_is_flushed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flushed: list[Path] = []
    monkeypatch.setattr(tables_module, "flush_file", flushed.append)

    write_table(make_links(1), "links", tmp_path)

    assert flushed == [tmp_path / "links", tmp_path]


def test_rows_lost_on_the_way_to_the_disk_are_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Metadata:
        num_rows = 1

    monkeypatch.setattr(tables_module.pq, "read_metadata", lambda _: Metadata)

    with pytest.raises(Exception, match="was written with 1 rows instead of 2"):
        write_table(make_links(2), "links", tmp_path)


def test_wider_integers_and_other_column_orders_are_taken(tmp_path: Path) -> None:
    links = make_links(3)

    write_table(links.cast({"position": pl.Int64}).select(reversed(links.columns)), "links", tmp_path)

    assert_frame_equal(read_table(tmp_path, "links"), links)


def test_untyped_nulls_are_taken(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    papers = tables["papers"].with_columns(submitted_by=pl.lit(None), upvote_count=pl.lit(None))

    write_table(papers, "papers", tmp_path)

    assert_frame_equal(read_table(tmp_path, "papers"), tables["papers"])


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (pl.lit(2**31).alias("position"), "a value does not fit its column"),
        (pl.lit(1.5).alias("position"), "column position is Float64, not Int32"),
        (pl.lit("1").alias("position"), "column position is String, not Int32"),
        (pl.lit(value=True).alias("position"), "column position is Boolean, not Int32"),
        (pl.lit(dt.date(2025, 1, 1)).alias("position"), "column position is Date, not Int32"),
        (pl.lit(1).alias("host"), "column host is Int32, not String"),
        (pl.lit(None, pl.String).alias("host"), "column host has a null"),
        (pl.lit(1).alias("extra"), "missing or too many: extra"),
    ],
)
def test_rows_in_another_form_are_refused(tmp_path: Path, change: pl.Expr, problem: str) -> None:
    with pytest.raises(TableMismatchError, match=problem):
        write_table(make_links(2).with_columns(change), "links", tmp_path)
    assert not (tmp_path / "links").exists()


def test_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableMismatchError, match="missing or too many: host"):
        write_table(make_links(2).drop("host"), "links", tmp_path)


def test_null_inside_a_list_is_refused(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    listings = tables["listings"].with_columns(problems=pl.lit(["a", None], pl.List(pl.String)))

    with pytest.raises(TableMismatchError, match="column problems has a list with a null in it"):
        write_table(listings, "listings", tmp_path)


def test_two_rows_with_one_key_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TableMismatchError, match="two rows have the key"):
        write_table(pl.concat([make_links(3), make_links(1)]), "links", tmp_path)


@pytest.mark.parametrize("folder", [".", "missing"])
def test_table_without_files_is_told(tmp_path: Path, folder: str) -> None:
    with pytest.raises(TableMissingError, match="holds no Parquet files"):
        list_files(tmp_path / folder)


def test_names_are_no_patterns_and_no_partitions(tmp_path: Path) -> None:
    for folder in ("a[1]", "a1", "day=1", "x*"):
        write_table(make_links(1, url=f"https://{folder}"), "links", tmp_path / folder)

    for folder in ("a[1]", "day=1", "x*"):
        links = read_table(tmp_path / folder, "links")
        assert links.columns == make_links(1).columns
        assert links["url"].to_list() == [f"https://{folder}"]


def test_text_longer_than_an_arrow_string_array_is_no_matter(tmp_path: Path) -> None:
    """Offsets of Arrow's plain strings have 32 bits, so a row group must never hold 2 GiB."""
    assert tables_module._ROW_GROUP_BYTES + (64 << 20) < 1 << 31
    write_table(make_links(2, url="é" * 100_000), "links", tmp_path)

    assert pq.read_table(tmp_path / "links" / "part-00000.parquet")["url"].type == pa.string()


@pytest.mark.parametrize(
    ("keys", "disorder"),
    [
        ([("a", None), ("a", "x"), ("b", None)], None),
        ([("b", "x"), ("a", "y")], ("a", "y")),
        ([("a", "x"), ("a", None)], ("a", None)),
        ([("a", None), ("a", None)], ("a", None)),
        ([("a", "x"), ("a", "x")], ("a", "x")),
        ([("a", "x")], None),
        ([], None),
    ],
)
def test_first_key_out_of_order_is_found(
    keys: list[tuple[str, str | None]], disorder: tuple[str, str | None] | None
) -> None:
    rows = pl.DataFrame(keys, schema={"path": pl.String, "member": pl.String}, orient="row")

    assert find_disorder(rows, "inputs") == disorder


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(keys=st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5)), max_size=20))
def test_order_is_that_of_python(keys: list[tuple[str, int]]) -> None:
    rows = pl.DataFrame(keys, schema={"paper_id": pl.String, "position": pl.Int32}, orient="row")
    wrong = next((after for before, after in pairwise(keys) if after <= before), None)

    assert find_disorder(rows, "links") == wrong
