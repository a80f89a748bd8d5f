"""The commands on releases that are there: verify, diff, gc, rollback, export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest

from etl.load.files import unseal_folder
from etl.load.reader import open_release, read_current_id
from etl.load.warehouse import Warehouse
from tests.conftest_tables import change_titles, make_tables, publish_release, publish_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from etl.load.reader import Release

pytestmark = pytest.mark.usefixtures("plain_report")


@pytest.fixture
def both(tmp_path: Path) -> tuple[Release, Release]:
    """Publish two releases that differ in their titles; the second is current."""
    house = Warehouse(tmp_path / "warehouse")
    return publish_release(house), publish_tables(house, {**make_tables(), **change_titles(make_tables())})


@pytest.fixture
def house(both: tuple[Release, Release]) -> Warehouse:
    return Warehouse(both[0].path.parent.parent)


def test_a_whole_release_is_verified(run: Callable, house: Warehouse):
    done = run("verify", "--warehouse", house.root)

    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "No fault found.")
    assert done.stdout.count("GOOD") == 8


def test_every_fault_is_told_and_the_command_fails(run: Callable, house: Warehouse, both: tuple[Release, Release]):
    folder = both[0].path
    unseal_folder(folder)
    (folder / "links" / "part-00000.parquet").unlink()
    (folder / "evil\x1b[31m.txt").touch()

    done = run("verify", "previous", "--warehouse", house.root)
    told = run("verify", folder, "--json")

    assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, "6 faults found.")
    assert "view links cannot be read" in done.stdout, "nor can a view that is made from it"
    assert "view code_links cannot be read" in done.stdout
    assert "evil\\x1b[31m.txt is no part of the release" in done.stdout
    report = json.loads(told.stdout)
    assert (told.exit_code, report["fault_count"], report["answers"][1]["question"]) == (1, 6, "files")


def test_a_release_is_named_by_the_beginning_of_its_id(run: Callable, house: Warehouse, both: tuple[Release, Release]):
    done = run("sql", "SELECT count(*) AS n FROM papers", "--release", both[0].release_id[:6], "-w", house.root)

    assert done.exit_code == 0, done.stderr


def test_differences_are_told_as_text_json_and_parquet(
    run: Callable, house: Warehouse, both: tuple[Release, Release], tmp_path: Path
):
    done = run("diff", "--warehouse", house.root, "--changes", tmp_path / "changes")
    told = run("diff", both[0].release_id[:8], "current", "--warehouse", house.root, "--json")
    again = run("diff", "--warehouse", house.root, "--changes", tmp_path / "changes")

    lines = [line.split() for line in done.stdout.splitlines()]
    assert done.exit_code == 0, done.stderr
    assert ["papers", "4", "4", "0", "0", "4", "title", "4"] in lines
    assert "11 changes are in" in done.stderr
    assert pl.read_parquet(tmp_path / "changes" / "*.parquet").height == 11
    assert json.loads(told.stdout)["tables"]["papers"]["fields"]["title"]["changed"] == 4
    assert (again.exit_code, again.stdout) == (1, "")


def test_a_rollback_is_one_command_there_and_one_back(run: Callable, house: Warehouse, both: tuple[Release, Release]):
    done = run("rollback", "previous", "--warehouse", house.root)
    assert (done.exit_code, read_current_id(house)) == (0, both[0].release_id)

    done = run("rollback", "previous", "--warehouse", house.root, "--json")
    assert json.loads(done.stdout) == {"release_id": both[1].release_id, "path": str(both[1].path)}


def test_an_export_is_a_release_that_every_command_reads(run: Callable, house: Warehouse, tmp_path: Path):
    done = run("export", "current", tmp_path / "copy", "--warehouse", house.root)
    assert done.exit_code == 0, done.stderr
    moved = (tmp_path / "copy").rename(tmp_path / "moved")

    assert run("verify", moved).exit_code == 1
    assert run("export", moved, "--in-place").exit_code == 0
    assert run("verify", moved).exit_code == 0
    assert open_release(release=moved).release_id == read_current_id(house)
    assert run("export", "current", "--warehouse", house.root).exit_code == 2
    assert run("export", moved, tmp_path / "copy", "--in-place").exit_code == 2


def test_garbage_is_told_before_and_after(run: Callable, house: Warehouse, both: tuple[Release, Release]):
    refused = run("gc", "--keep", "1", "--days", "0", "--warehouse", house.root)
    planned = run("gc", "--keep", "1", "--days", "0", "--break-promise", "--dry-run", "--json", "-w", house.root)
    assert (refused.exit_code, both[0].path.is_dir()) == (1, True)
    assert "--break-promise" in refused.stderr
    report = json.loads(planned.stdout)
    assert (report["is_removed"], [one["release_id"] for one in report["releases"]]) == (False, [both[0].release_id])

    done = run("gc", "--keep", "1", "--days", "0", "--break-promise", "--warehouse", house.root)

    assert (done.exit_code, both[0].path.is_dir(), both[1].path.is_dir()) == (0, False, True)
    assert run("gc", "--warehouse", house.root).exit_code == 0
