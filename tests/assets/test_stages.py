"""Runs of the job: what comes out, what it says of it, and what it refuses."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import dagster as dg
import polars as pl
import pytest

import etl.transform.paper_tables
from assets.definitions import defs
from assets.graph import PRODUCTS, list_products
from assets.rule_checks import VALUES
from etl.load.lock import hold_lock
from etl.load.reader import list_releases, open_release, read_current_id
from etl.load.warehouse import Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
from etl.stages.decisions import find_decisions
from schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.assets.conftest import FinishedRun, Workshop

pytestmark = pytest.mark.usefixtures("plain_report")

RESOLVED = [product.name for product in list_products("resolve")]
EXTRACTED = [product.name for product in list_products("extract")]


def read_metadata(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, Any]:
    """Read what a run told of an asset."""
    (event,) = result.filter_events(
        lambda event: event.is_step_materialization and event.asset_key == dg.AssetKey(asset)
    )
    return {name: value.value for name, value in event.materialization.metadata.items()}


def read_failure(result: dg.ExecuteInProcessResult) -> str:
    """Read the one sentence a run failed with."""
    assert not result.success
    (event,) = result.filter_events(lambda event: event.is_step_failure)
    return event.step_failure_data.user_failure_data.description


def list_materialized(result: dg.ExecuteInProcessResult) -> set[str]:
    return {event.asset_key.to_user_string() for event in result.all_events if event.is_step_materialization}


def list_versions(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    materialized = [event for event in result.all_events if event.is_step_materialization]
    return {
        event.asset_key.to_user_string(): event.materialization.tags["dagster/data_version"] for event in materialized
    }


def test_a_run_and_a_build_give_the_same_release(finished: FinishedRun, tmp_path: Path):
    options = InputOptions((finished.dumps,), decisions=find_decisions(None))
    release = build(Warehouse(tmp_path / "other"), options, runner=LocalRunner(1)).release
    told = read_metadata(finished.result, "release")
    assert told["content_id"] == release.manifest["content_id"]
    assert told["release_id"] == release.release_id
    assert open_release(finished.warehouse).manifest["facts"] == release.manifest["facts"]


def test_a_run_publishes_what_it_says(finished: FinishedRun):
    told = read_metadata(finished.result, "release")
    release = open_release(finished.warehouse)
    assert (told["release_id"], told["path"]) == (release.release_id, str(release.path))
    assert {name: told[f"{name}_rows"] for name in TABLES} == {name: release.read(name).height for name in TABLES}
    assert (told["papers_rows"], told["listings_rows"], told["merges_rows"]) == (3, 4, 2)


def test_every_asset_is_told_with_its_rows_a_preview_and_its_place(finished: FinishedRun):
    assert list_materialized(finished.result) == {product.name for product in PRODUCTS}
    for product in PRODUCTS:
        if product.table:
            told = read_metadata(finished.result, product.name)
            rows = open_release(finished.warehouse).read(product.table)
            assert told["dagster/row_count"] == rows.height
            assert [column.name for column in told["preview"].schema.columns] == rows.columns
            assert len(told["preview"].records) == min(rows.height, 5)
            assert told["file_bytes"] > 0
            assert told["path"].endswith(f"/{product.table}")


def test_private_results_are_told_with_their_rows(finished: FinishedRun):
    rows = {
        name: read_metadata(finished.result, name)["dagster/row_count"]
        for name in ("collected_dumps", "extracted_listings", "paper_identities")
    }
    assert rows == {"collected_dumps": 2, "extracted_listings": 4, "paper_identities": 3}


def test_bytes_by_role_are_numbers_that_add_up(finished: FinishedRun):
    told = read_metadata(finished.result, "extracted_listings")
    parts = [told[f"{role}_bytes"] for role in ("listing", "chrome", "blank", "quarantine")]
    assert sum(parts) == told["byte_count"] == sum(path.stat().st_size for path in finished.dumps.iterdir())


def test_every_check_of_a_good_run_passes(finished: FinishedRun):
    outcomes = finished.result.get_asset_check_evaluations()
    assert [check.check_name for check in outcomes if not check.passed] == []
    assert len(outcomes) == len(defs.resolve_asset_graph().asset_check_keys)


def test_what_is_kept_between_assets_is_json(finished: FinishedRun):
    folder = finished.warehouse.dagster_home / "receipts"
    handed_on = {f"{product.name}.json" for product in PRODUCTS if product.is_handed_on}
    for place in (finished.result.run_id, "latest"):
        files = list((folder / place).iterdir())
        assert {file.name for file in files} == handed_on
        assert all(json.loads(file.read_text("utf-8")).keys() == {"receipt", "made_from"} for file in files)


def test_a_run_that_changes_nothing_keeps_data_versions_and_release(workshop: Workshop):
    runs = [workshop.run() for _ in range(2)]
    assert list_versions(runs[0]) == list_versions(runs[1])
    assert len(list_releases(workshop.warehouse)) == 1


def test_a_bad_row_fails_its_check_and_no_release_is_made_of_it(
    workshop: Workshop, one_dump: Path, monkeypatch: pytest.MonkeyPatch
):
    assert workshop.run(dumps=one_dump).success
    before = read_current_id(workshop.warehouse)
    make_papers = etl.transform.paper_tables.make_papers
    no_authors = pl.lit(0, pl.Int32).alias("author_count")
    monkeypatch.setattr(
        etl.transform.paper_tables,
        "make_papers",
        lambda *parts, **named: make_papers(*parts, **named).with_columns(no_authors),
    )
    result = workshop.run()

    assert not result.success
    (failed,) = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert (failed.asset_key, failed.check_name) == (dg.AssetKey("papers"), VALUES)
    assert failed.severity == dg.AssetCheckSeverity.ERROR
    (rule,) = [record.data for record in failed.metadata["broken_rules"].value.records]
    assert rule == {"rule": "author_count: greater_than_or_equal_to(1)", "rows": 3, "examples": "0; 0; 0"}
    assert "release" not in list_materialized(result)
    assert "publish" not in [event.step_key for event in result.all_events if event.is_step_start]
    assert read_current_id(workshop.warehouse) == before

    assert "table papers: 3 rows break the rule author_count" in read_failure(workshop.run("release"))
    assert read_current_id(workshop.warehouse) == before


@pytest.mark.parametrize(
    ("assets", "missing"),
    [
        pytest.param(EXTRACTED, "collected_dumps", id="extract"),
        pytest.param(["paper_identities"], "extracted_listings", id="identify"),
        pytest.param(RESOLVED, "extracted_listings", id="resolve"),
        pytest.param(["release"], "collected_dumps", id="publish"),
    ],
)
def test_an_asset_alone_refuses_and_names_the_asset_to_begin_with(assets: list[str], missing: str, workshop: Workshop):
    assert read_failure(workshop.run(*assets)) == (
        f"{missing} has not been materialised in this warehouse yet: materialise {missing} first, or all assets"
    )


@pytest.mark.exhaustive
def test_an_asset_alone_takes_the_latest_results(workshop: Workshop):
    stages = (["collected_dumps"], EXTRACTED, ["inputs"], ["paper_identities"], ["pages"], RESOLVED, ["release"])
    for assets in stages:
        result = workshop.run(*assets)
        assert result.success
        assert list_materialized(result) == set(assets)
    assert open_release(workshop.warehouse).read("papers").height == 3


@pytest.mark.exhaustive
def test_results_of_different_dumps_are_not_published_together(workshop: Workshop, one_dump: Path):
    assert workshop.run().success
    before = read_current_id(workshop.warehouse)
    assert workshop.run("collected_dumps", dumps=one_dump).success
    assert read_failure(workshop.run("release")) == (
        "dumps and collected_dumps do not belong together, since they come from different results of the stage "
        "collect: materialise all assets in one run"
    )
    assert read_current_id(workshop.warehouse) == before


def test_a_result_that_was_cleared_away_is_said_to_be_gone(workshop: Workshop):
    assert workshop.run("collected_dumps").success
    for receipt in workshop.warehouse.state.glob("collect/*/receipt.json"):
        receipt.unlink()
    assert "is no longer in the warehouse" in read_failure(workshop.run(*EXTRACTED))


def test_a_missing_folder_fails_with_one_sentence(workshop: Workshop, tmp_path: Path):
    result = workshop.run(dumps=tmp_path / "nowhere")
    assert read_failure(result) == f"{tmp_path / 'nowhere'}: no such file or folder; check the path"
    assert list_materialized(result) == set()
    assert read_current_id(workshop.warehouse) is None


@pytest.mark.exhaustive
def test_what_is_set_for_a_run_is_followed(workshop: Workshop, tmp_path: Path):
    decisions = tmp_path / "decisions.csv"
    decisions.write_text(
        "left,right,verdict,why,by,decided_on\n"
        "Sand Clocks that Agree,Kites as Slow Sensors of Weather,same,to see it,a test,2025-10-30\n"
    )
    (workshop.dumps / "link.txt").symlink_to("first.txt")
    result = workshop.run(
        collect={"page_days": {"first.txt": "2025-10-29"}, "skip_unreadable": True},
        identify={"decisions": str(decisions)},
    )
    assert result.success
    release = open_release(workshop.warehouse)
    inputs = release.read("inputs").select("path", "status", pl.col("given_page_on").cast(pl.String))
    assert inputs.rows() == [
        ("first.txt", "read", "2025-10-29"),
        ("link.txt", "unreadable", None),
        ("second.txt", "read", None),
    ]
    assert release.read("papers").height == 2


@pytest.mark.exhaustive
def test_a_release_that_shrinks_is_published_only_when_told_so(workshop: Workshop):
    assert workshop.run().success
    before = read_current_id(workshop.warehouse)
    (workshop.dumps / "first.txt").unlink()
    second = workshop.dumps / "second.txt"
    page, _, _ = second.read_text("utf-8").partition("Measuring the Tide")
    second.write_text(page, "utf-8")

    assert "shrink" in read_failure(workshop.run())
    assert read_current_id(workshop.warehouse) == before
    assert workshop.run(publish={"allow_shrink": True}).success
    assert open_release(workshop.warehouse).read("papers").height == 1


@pytest.mark.exhaustive
def test_two_runs_at_once_wait_for_each_other_and_both_succeed(
    workshop: Workshop, one_dump: Path, repo_root: Path, tmp_path: Path
):
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.get_runs() == []  # makes the databases, which two runs must not do at the same time
    with contextlib.ExitStack() as processes:
        with hold_lock(workshop.warehouse):
            dumps = (workshop.dumps, one_dump)
            runs = [
                processes.enter_context(start_process(workshop.warehouse, named, repo_root, tmp_path))
                for named in dumps
            ]
            for run in runs:
                said = list(itertools.takewhile(lambda line: "Waiting" not in line, run.stderr))
                assert run.poll() is None, said
        endings = [(run.communicate()[1], run.returncode) for run in runs]
    assert [code for _, code in endings] == [0, 0], endings
    releases = list_releases(workshop.warehouse)
    assert sorted(release.read("papers").height for release in releases) == [2, 3]
    assert read_current_id(workshop.warehouse) in {release.release_id for release in releases}


@contextlib.contextmanager
def start_process(warehouse: Warehouse, dumps: Path, repo_root: Path, home: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a run in a process of its own, as Dagster's launcher does."""
    settings = {
        "resources": {"warehouse": {"config": {"path": str(warehouse.root)}}},
        "loggers": {"console": {"config": {"log_level": "INFO"}}},
        "ops": {"collect": {"config": {"dumps": [str(dumps)]}}},
    }
    config = home / f"{dumps.name}.yaml"
    config.write_text(json.dumps(settings))
    command = ["job", "execute", "-m", "assets.definitions", "-j", "build_release", "-c", str(config)]
    with subprocess.Popen(
        [sys.executable, "-m", "dagster", *command],
        cwd=repo_root,
        env={**os.environ, "DAGSTER_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
