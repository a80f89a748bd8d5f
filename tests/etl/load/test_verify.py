from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl
import pyarrow.parquet as pq
import pytest

from etl.load.content import hash_partitions
from etl.load.tables import TableMismatchError, list_files, name_part, write_table
from etl.load.verify import RowRuleBrokenError, verify_table
from schemas import TABLES
from tests.conftest_tables import LADDERS

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.manifest import TableEntry


def write_and_verify(rows: pl.DataFrame, table: str, folder: Path, *, partitions: int = 1) -> TableEntry:
    write_table(rows, table, folder, partitions=partitions)
    return verify_table(table, list_files(folder / table), folder)


@pytest.mark.parametrize("name", TABLES)
def test_table_is_described_file_by_file(tables: dict[str, pl.DataFrame], tmp_path: Path, name: str) -> None:
    entry = write_and_verify(tables[name], name, tmp_path, partitions=4)

    assert entry.rows == tables[name].height
    assert entry.partition_hashes == hash_partitions([tables[name]], name)
    for file in entry.files:
        content = (tmp_path / file.path).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert file.rows == pq.read_metadata(tmp_path / file.path).num_rows


def test_empty_table_is_fine(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    entry = write_and_verify(tables["papers"].clear(), "papers", tmp_path)

    assert (entry.rows, dict(entry.partition_hashes)) == (0, {})


def test_bad_row_is_named_by_rule_and_key(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    papers = tables["papers"].with_columns(
        dump_count=pl.when(pl.col("paper_id") == LADDERS).then(4).otherwise("dump_count").cast(pl.Int32)
    )

    with pytest.raises(
        RowRuleBrokenError,
        match=f"table papers breaks the rule 'no_more_dumps_than_listings' in 1 place, .* paper_id = {LADDERS}",
    ):
        write_and_verify(papers, "papers", tmp_path)


def test_bad_value_is_shown(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    with pytest.raises(RowRuleBrokenError, match=r"rule \"kind: isin.* e\.g\. poem at paper_id = "):
        write_and_verify(tables["links"].with_columns(kind=pl.lit("poem")), "links", tmp_path)


def write_part(rows: pl.DataFrame, number: int, folder: Path) -> None:
    """Write links as a part of whatever number."""
    write_table(rows, "links", folder / "aside")
    (folder / "aside" / "links" / "part-00000.parquet").rename(folder / "links" / name_part(number))


def test_rules_hold_in_every_file(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    write_table(tables["links"][:2], "links", tmp_path)
    write_part(tables["links"][2:].with_columns(kind=pl.lit("poem")), 1, tmp_path)

    with pytest.raises(RowRuleBrokenError, match="poem"):
        verify_table("links", list_files(tmp_path / "links"), tmp_path)


@pytest.mark.parametrize("rows", [slice(0, 2), slice(1, 3)])
def test_files_out_of_key_order_are_refused(tables: dict[str, pl.DataFrame], tmp_path: Path, rows: slice) -> None:
    """Each file is sorted; the second begins before the first one ends, or with the very same key."""
    write_table(tables["links"][1:2], "links", tmp_path)
    write_part(tables["links"][rows], 1, tmp_path)

    with pytest.raises(TableMismatchError, match=r"part-00001\.parquet is not in key order at"):
        verify_table("links", list_files(tmp_path / "links"), tmp_path)


def test_empty_file_between_others_hides_no_disorder(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    write_table(tables["links"][1:], "links", tmp_path)
    write_part(tables["links"].clear(), 1, tmp_path)
    write_part(tables["links"][:1], 2, tmp_path)

    with pytest.raises(TableMismatchError, match=r"part-00002\.parquet is not in key order at"):
        verify_table("links", list_files(tmp_path / "links"), tmp_path)


def test_file_in_another_form_is_refused(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    tables["links"].write_parquet(tmp_path / "links" / "part-00000.parquet")

    with pytest.raises(TableMismatchError, match="has another schema than the contract"):
        verify_table("links", list_files(tmp_path / "links"), tmp_path)
