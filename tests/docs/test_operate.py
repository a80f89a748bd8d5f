"""The page for operators says what is so: its commands run, its names and numbers are those of the code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from dagster import DagsterInstance

from assets import alarms, automation
from assets.config import AgeConfig, QuarantineConfig
from assets.definitions import defs
from assets.gate_checks import GATED, KEPT, ROWS
from assets.stages import PUBLISH_POOL, RETRIES
from assets.webserver import is_own_request
from etl.cli.dagster_server import INSTANCE
from etl.extract.files import UNFINISHED_ENDINGS
from etl.load.catalog import is_catalog_usable
from etl.load.invariants import GATES
from etl.load.reader import open_release
from etl.load.warehouse import LANDING_VARIABLE, ROOT_VARIABLE, Warehouse
from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "operate.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def find_block(language: str, word: str) -> str:
    (block,) = [text for found, text in BLOCKS if found == language and word in text]
    return block


def run_block(block: str, folder: Path, **variables: str) -> None:
    """Run commands as an operator does who has the environment of the project on the PATH."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", block],
        cwd=folder,
        env={**os.environ, **variables, "PATH": path},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_a_backup_is_restored_by_a_build(tmp_path: Path):
    warehouse, restored = Warehouse(tmp_path / "warehouse"), Warehouse(tmp_path / "restored")
    options = InputOptions((ROOT / "warehouse" / "landing" / "page-000000.txt",))
    release = build(warehouse, options, runner=LocalRunner(1)).release
    run_block(find_block("sh", "cp -a"), tmp_path, PAPERHOUSE_WAREHOUSE=str(warehouse.root))
    (tmp_path / "backup").rename(restored.root)
    assert open_release(restored).release_id == release.release_id
    assert not is_catalog_usable(restored.releases / release.release_id)  # its views lead to where it was
    again = build(restored, options, runner=LocalRunner(1)).release
    assert again.manifest["content_id"] == release.manifest["content_id"]
    assert is_catalog_usable(again.path)


def test_the_storage_of_runs_is_brought_up_to_date(tmp_path: Path):
    home = tmp_path / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text(INSTANCE)
    run_block(find_block("sh", "instance migrate"), tmp_path, PAPERHOUSE_WAREHOUSE=str(tmp_path))


def test_the_settings_that_are_written_are_dagsters_and_do_what_the_page_says(tmp_path: Path):
    (tmp_path / "dagster.yaml").write_text(INSTANCE)
    with DagsterInstance.from_config(str(tmp_path)) as instance:
        pools = instance.get_concurrency_config().pool_config
        assert (pools.pool_granularity.value, pools.default_pool_limit) == ("run", 1)
        assert instance.run_monitoring_enabled
        assert instance.run_monitoring_max_runtime_seconds == 24 * 3600
        assert not instance.telemetry_enabled
    assert f"pool `{PUBLISH_POOL}`" in PAGE


@pytest.mark.parametrize("block", [text for language, text in BLOCKS if language == "yaml"])
def test_settings_can_be_read(block: str):
    assert yaml.safe_load(block).keys() <= {"storage"}


def test_the_page_names_all_that_starts_by_itself():
    repository = defs.get_repository_def()
    names = [one.name for one in (*repository.sensor_defs, *repository.schedule_defs, *repository.get_all_jobs())]
    assert [name for name in names if not name.startswith("__") and f"`{name}`" not in PAGE] == []


def test_the_page_names_every_check_and_what_it_blocks():
    graph = defs.resolve_asset_graph()
    rows = {
        name: [cell.strip() for cell in line.strip("|").split("|")][1:3]
        for line in PAGE.splitlines()
        for name in re.findall(r"`(\w+)`", line.split("|")[1] if line.startswith("| ") else "")
    }
    for key in graph.asset_check_keys:
        if key.asset_key.to_user_string() != GATED or key.name in {ROWS, KEPT}:
            place, blocks = rows[key.name]
            assert place in {f"`{key.asset_key.to_user_string()}`", "each table"}, key.name
            assert (blocks == "no") == (not graph.get(key).blocking), key.name
    assert f"`{GATES[0].name}`" in PAGE


def test_the_page_has_the_numbers_and_the_variables_of_the_code():
    delays = [RETRIES.calculate_delay(number) for number in range(1, RETRIES.max_retries + 1)]
    for sentence in (
        f"It looks every {automation.LOOK_SECONDS} seconds",
        f"in the last {automation.REST_SECONDS:g} seconds",
        f"above {QuarantineConfig().most_quarantine:.0%}".replace("%", " %"),
        f"nothing was built for {AgeConfig().most_days:g} days",
        f"after {delays[0]:g}, {delays[1]:g} and {delays[2]:g} seconds",
        *(f"`{ending}`" for ending in UNFINISHED_ENDINGS),
        f"dagster/{alarms.FAILURES_NAME}",
    ):
        assert sentence in PAGE
    known = {
        LANDING_VARIABLE, ROOT_VARIABLE, alarms.COMMAND_VARIABLE, automation.LOOK_VARIABLE, automation.REST_VARIABLE,
        "PAPERHOUSE_JOB", "PAPERHOUSE_RUN_ID", "PAPERHOUSE_WHY", "PAPERHOUSE_POSTGRES",
    }  # fmt: skip
    assert set(re.findall(r"PAPERHOUSE_[A-Z_]+", PAGE)) == known


def test_what_the_proxy_sends_is_answered_as_the_pages_of_the_ui_alone():
    block = find_block("nginx", "server_name")
    host = re.search(r"proxy_set_header Host (\S+);", block)[1]
    name = re.search(r"server_name (\S+);", block)[1]
    origins = dict(re.findall(r"^ +(https://\S+) +(http://\S+);$", block, re.MULTILINE))

    def send(origin: str, site: str) -> bool:
        headers = {"host": host, "origin": origins.get(origin, origin), "sec-fetch-site": site}
        return is_own_request("POST", "/graphql", headers)

    assert "proxy_set_header Origin $ui_origin;" in block
    assert send(f"https://{name}", "same-origin")
    assert not send("https://elsewhere.example", "same-origin")
    assert not send(f"https://{name}", "cross-site")
