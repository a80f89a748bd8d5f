"""The jobs that a build is compared with do what they say, or the comparison says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from bench.rivals import run_duckdb, run_floor, run_plain
from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.sample import write_sample
from etl.stages.collect import InputOptions

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release


@pytest.fixture(scope="module")
def dumps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("sample") / "dumps", dumps=4, seed=2, cards_per_dump=12).folder


@pytest.fixture(scope="module")
def release(dumps: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"))
    return build(warehouse, InputOptions((dumps,)), runner=LocalRunner(1)).release


def read_papers(folder: Path) -> pl.DataFrame:
    papers = pl.read_parquet(folder / "papers.parquet").select("title", pl.col("listing_count").cast(pl.Int64))
    return papers.with_columns(pl.col("title").str.to_lowercase()).sort("title")


def test_the_plain_script_and_duckdb_alone_find_the_same_papers(dumps: Path, release: Release, tmp_path: Path):
    for job in (run_plain, run_duckdb):
        (tmp_path / job.__name__).mkdir()
        job(dumps, tmp_path / job.__name__)
    plain, sql = (read_papers(tmp_path / job.__name__) for job in (run_plain, run_duckdb))
    assert_frame_equal(plain, sql)
    listed = plain["listing_count"].sum()
    assert release.read("listings").height / 2 < listed <= release.read("listings").height


def test_the_floor_writes_the_very_rows_of_the_release(
    dumps: Path, release: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    run_floor(release.path, dumps, tmp_path)
    written = [pl.read_parquet(path) for path in sorted(tmp_path.glob("*.parquet"), key=lambda path: int(path.stem))]
    published = [pl.read_parquet(path) for path in sorted(release.path.glob("*/*.parquet"))]
    assert len(written) == len(published) > 1
    for found, expected in zip(written, published, strict=True):
        assert_frame_equal(found, expected)
    assert float(capsys.readouterr().out) > 0
