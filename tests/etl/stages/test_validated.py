from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.load.tables import read_table
from etl.stages.parts import WHOLE_TABLE, Parts
from etl.stages.runs import WHOLE, list_buckets
from etl.stages.validated import (
    TableInvalidError,
    read_validation,
    require_valid,
    write_report,
    write_valid_range,
    write_valid_tables,
)
from tests.conftest_tables import make_tables

if TYPE_CHECKING:
    from pathlib import Path

GOOD = make_tables()
BAD_LINKS = GOOD["links"].with_columns(pl.lit("no_such_kind").alias("kind"))


def test_valid_tables_are_written_and_said_to_be_valid(tmp_path: Path):
    assert write_valid_tables({"links": GOOD["links"], "papers": GOOD["papers"]}, tmp_path) == 0
    assert read_validation(tmp_path) == {"links": [], "papers": []}
    assert_frame_equal(read_table(tmp_path, "links"), GOOD["links"])
    require_valid(tmp_path)


def test_a_table_with_a_broken_rule_is_not_written_and_the_others_are(tmp_path: Path):
    assert write_valid_tables({"links": BAD_LINKS, "papers": GOOD["papers"]}, tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["papers", "validation.json"]


def test_a_broken_rule_is_reported_with_its_rows_and_a_few_examples(tmp_path: Path):
    many = pl.concat([GOOD["links"].head(1)] * 9).with_columns(
        position=pl.int_range(-9, 0, dtype=pl.Int32), kind=pl.lit("other")
    )
    assert write_valid_tables({"links": many}, tmp_path) == 1
    (broken,) = read_validation(tmp_path)["links"]
    assert (broken["rule"], broken["rows"]) == ("position: greater_than_or_equal_to(0)", 9)
    assert broken["examples"] == ["-1", "-2", "-3", "-4", "-5"]


def test_parts_are_reported_as_one_table(tmp_path: Path):
    good, bad = GOOD["links"], BAD_LINKS
    ranges = zip(list_buckets(4), (bad, good[:0], bad, good[:0]), strict=True)
    reports = [write_valid_range({"links": rows}, tmp_path, bucket, Parts(4, 4)) for bucket, rows in ranges]
    assert write_report(reports, tmp_path) == 1
    (broken,) = read_validation(tmp_path)["links"]
    assert (broken["rows"], len(broken["examples"])) == (2 * bad.height, min(5, 2 * bad.height))
    assert not (tmp_path / "links").exists()


def test_a_table_without_a_row_is_one_empty_file(tmp_path: Path):
    ranges = [{"links": GOOD["links"].clear()} for _ in range(4)]
    reports = [
        write_valid_range(rows, tmp_path, bucket, Parts(4, 16))
        for bucket, rows in zip(list_buckets(4), ranges, strict=True)
    ]
    assert write_report(reports, tmp_path) == 0
    assert [path.name for path in (tmp_path / "links").iterdir()] == ["part-00000.parquet"]
    assert_frame_equal(read_table(tmp_path, "links"), GOOD["links"].clear())


def test_ranges_are_written_as_parts(tmp_path: Path):
    ids = pl.DataFrame({"paper_id": [f"{number:02x}" * 16 for number in range(0, 256, 8)]})
    links = ids.join(GOOD["links"].head(1).drop("paper_id"), how="cross").select(GOOD["links"].columns)
    number = pl.col("paper_id").str.slice(0, 1).str.to_integer(base=16) // 4
    for bucket in list_buckets(4):
        write_valid_range({"links": links.filter(number == bucket.number)}, tmp_path, bucket, Parts(4, 64))
    names = sorted(path.name for path in (tmp_path / "links").iterdir())
    assert names == [f"part-{part:05d}.parquet" for part in range(8)]
    assert_frame_equal(read_table(tmp_path, "links"), links)


def test_a_range_that_is_written_again_replaces_the_one_before(tmp_path: Path):
    for rows in (GOOD["links"].clear(), GOOD["links"].head(1), GOOD["links"]):
        write_report([write_valid_range({"links": rows}, tmp_path, WHOLE, WHOLE_TABLE)], tmp_path)
    assert_frame_equal(read_table(tmp_path, "links"), GOOD["links"])


def test_what_is_invalid_is_refused_by_table_and_rule(tmp_path: Path):
    write_valid_tables({"papers": GOOD["papers"], "links": BAD_LINKS}, tmp_path)
    with pytest.raises(TableInvalidError, match=r"table links: \d+ rows break the rule kind: isin\(.* no_such_kind\)"):
        require_valid(tmp_path)


def test_two_rows_of_one_key_break_a_rule(tmp_path: Path):
    twice = pl.concat([GOOD["links"], GOOD["links"].head(1)])
    assert write_valid_tables({"links": twice}, tmp_path) > 0
    with pytest.raises(TableInvalidError, match="table links"):
        require_valid(tmp_path)
