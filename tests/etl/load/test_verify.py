from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import polars as pl
import pyarrow.parquet as pq
import pytest

from etl.load import content, verify
from etl.load.content import hash_partitions
from etl.load.files import hash_file
from etl.load.tables import TableMismatchError, list_files, name_part, write_table
from etl.load.verify import Before, RowRuleBrokenError, verify_changes, verify_table
from schemas import TABLES
from tests.conftest_tables import LADDERS, make_id, make_rows

if TYPE_CHECKING:
    from collections.abc import Callable
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


CHANGES: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "a row goes": lambda rows: rows[1:],
    "all rows of a file go": lambda rows: rows.filter(pl.col("paper_id").str.slice(0, 1) != rows["paper_id"][0][0]),
    "rows come": lambda rows: pl.concat([rows, rows.with_columns(paper_id=pl.lit("5" * 32))]).unique(
        ["paper_id", "position"]
    ),
    "a value changes": lambda rows: pl.concat([rows[:2], rows[2:3].with_columns(host=pl.lit("b.example")), rows[3:]]),
    "nothing": lambda rows: rows,
    "everything": lambda rows: rows.with_columns(url=pl.lit("https://other.example")),
}


@pytest.mark.parametrize("fine", [1, 1 << 17])
@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_is_all_that_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, fine: int
) -> None:
    """Whatever is known already, the entry is the one that a look at all files gives."""
    monkeypatch.setattr(content, "FINE_ROWS", fine)
    links = make_links(300)
    before = write_and_verify(links, "links", tmp_path / "before", partitions=16)
    expected = write_and_verify(CHANGES[change](links), "links", tmp_path / "after", partitions=16)
    known = {tmp_path / "after" / new.path: new for new in expected.files if new in before.files}
    gone = {tmp_path / "before" / old.path: old for old in before.files if old not in expected.files}
    read: list[Path] = []
    monkeypatch.setattr(verify, "hash_file", lambda path: read.append(path) or hash_file(path))
    files = list_files(tmp_path / "after" / "links")
    found = verify_changes("links", files, tmp_path / "after", known, Before(before, gone))
    assert found == expected
    assert read == [file for file in files if file not in known]
    assert (change == "everything") == (not known)


def test_a_new_file_between_known_ones_is_checked(tmp_path: Path) -> None:
    links = make_links(300)
    before = write_and_verify(links, "links", tmp_path, partitions=16)
    files = list_files(tmp_path / "links")
    known = dict(zip(files, before.files, strict=True))
    gone = {files[4].rename(tmp_path / "gone.parquet"): known.pop(files[4])}
    spoilt = links.filter(pl.col("paper_id").str.slice(0, 1) == "4").with_columns(kind=pl.lit("poem"))
    write_part(spoilt, 4, tmp_path)
    with pytest.raises(RowRuleBrokenError, match="poem"):
        verify_changes("links", files, tmp_path, known, Before(before, gone))
    files[4].unlink()
    write_part(links.filter(pl.col("paper_id").str.slice(0, 1) == "7"), 4, tmp_path)
    with pytest.raises(TableMismatchError, match=r"is not in key order at"):
        verify_changes("links", files, tmp_path, known, Before(before, gone))


def make_links(count: int) -> pl.DataFrame:
    ids = sorted(make_id(str(number)) for number in range(count))
    shared = {"position": 0, "url": "https://a.example", "host": "a.example", "kind": "other"}
    return make_rows("links", [{"paper_id": paper_id, **shared} for paper_id in ids])
