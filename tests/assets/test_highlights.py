"""What is worth seeing of a table."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import dagster as dg
import polars as pl
import pytest

from assets.highlights import describe_highlights
from etl.explain import explain_dump
from etl.load.reader import open_release
from etl.load.tables import write_table
from schemas import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.assets.conftest import FinishedRun


def read_records(value: dg.TableMetadataValue) -> list[dict[str, object]]:
    return [dict(record.data) for record in value.records]


def test_pictures_and_counts_stand_where_they_belong(finished: FinishedRun):
    folder = open_release(finished.warehouse).path
    found = {table: describe_highlights(table, folder, finished.warehouse) for table in TABLES}
    pictures = {
        (table, name)
        for table, told in found.items()
        for name, value in told.items()
        if isinstance(value, dg.MarkdownMetadataValue)
    }
    assert pictures == {("papers", "papers_per_year"), ("dumps", "bytes_by_role"), ("merges", "duplicates_per_dump")}
    assert (found["merges"]["merged_listing_count"], found["merges"]["merged_by_same_text"]) == (1, 1)
    assert found["dumps"]["quarantine_bytes"] == found["quarantine"]["quarantine_bytes"] == 0
    assert (found["dumps"]["rejected_dump_count"], found["inputs"]["unread_file_count"]) == (0, 0)
    assert found["links"] == {}


def test_a_place_in_quarantine_is_a_command_that_shows_it_and_no_text(finished: FinishedRun, tmp_path: Path):
    release = open_release(finished.warehouse)
    dump_id = release.read("dumps")["dump_id"][0]
    row = {
        "dump_id": dump_id, "byte_start": 3, "byte_end": 9, "reason": "card_incomplete", "detail": None,
        "text": "<b>secret</b>", "text_is_truncated": False, "parser_version": 1,
    }  # fmt: skip
    write_table(pl.DataFrame([row]), "quarantine", tmp_path)
    told = describe_highlights("quarantine", tmp_path, finished.warehouse)
    assert (told["quarantine_bytes"], read_records(told["by_reason"])) == (
        6,
        [{"reason": "card_incomplete", "count": 1}],
    )
    (place,) = read_records(told["places"])
    assert "secret" not in str(place)
    command = shlex.split(str(place["look at it"]))
    assert command[:3] == ["paperhouse", "explain", "dump"]
    assert command[4:] == ["--warehouse", str(finished.warehouse.root)]
    shown, _ = explain_dump(release, command[3], None)
    assert shown["dump_id"] == dump_id


@pytest.mark.parametrize("table", ["dumps", "inputs"])
def test_what_was_not_read_is_named_with_its_reason(finished: FinishedRun, tmp_path: Path, table: str):
    rows = open_release(finished.warehouse).read(table)
    spoilt = rows.with_columns(status=pl.lit("rejected"), reason=pl.lit("not_text"))
    (tmp_path / table).mkdir()
    spoilt.write_parquet(tmp_path / table / "part-00000.parquet")
    told = describe_highlights(table, tmp_path, finished.warehouse)
    records = read_records(told["rejected_dumps" if table == "dumps" else "unread_files"])
    assert [record["reason"] for record in records] == ["not_text"] * rows.height
    assert all("paperhouse explain dump" in str(record["look at it"]) for record in records)
