"""``paperhouse build``: what it says, what it refuses, and that the release before stays."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
import typer

from etl.cli.build import parse_page_days
from etl.load.lock import hold_lock
from etl.load.reader import open_release, read_current_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.load.warehouse import Warehouse

pytestmark = pytest.mark.usefixtures("plain_report")

ROOT = Path(__file__).resolve().parents[3]

THIRD_PAGE = "byAK and the research community\nOct 30\n\nA third\n\nText.\n  • 2 authors\n·\nMay 1\n"


def test_a_build_ends_with_its_numbers_and_what_to_type_next(run: Callable, dumps: Path, warehouse: Warehouse):
    done = run("build", dumps, "--warehouse", warehouse.root, "--workers", "1")
    assert done.exit_code == 0, done.stderr
    rows = {line[:15].strip(): line[15:].split()[0] for line in done.stdout.split("\n\n")[0].splitlines()}
    assert {name: rows[name] for name in ("dumps read", "dumps rejected", "listings", "papers", "quarantined")} == {
        "dumps read": "1",
        "dumps rejected": "0",
        "listings": "2",
        "papers": "2",
        "quarantined": "0",
    }
    release_id = read_current_id(warehouse)
    assert f"Release {release_id}\nis in {warehouse.releases / release_id}\n" in done.stdout
    assert f"--warehouse {warehouse.root}" in done.stdout
    assert "[7/7] Publishing" in done.stderr


def test_a_build_with_nothing_new_says_so(run: Callable, dumps: Path, warehouse: Warehouse):
    for is_new in (True, False):
        done = run("build", dumps, "--warehouse", warehouse.root, "--json")
        assert json.loads(done.stdout)["is_new"] is is_new
    done = run("build", dumps, "--warehouse", warehouse.root)
    assert f"\nNothing new: the current release stays.\nRelease {read_current_id(warehouse)}\nis in" in done.stdout


def test_what_to_type_next_can_be_typed(spawn: Callable, dumps: Path, warehouse: Warehouse):
    done = spawn("build", dumps, PAPERHOUSE_WAREHOUSE=str(warehouse.root))
    assert done.returncode == 0, done.stderr
    command = done.stdout.split("Next: paperhouse ")[1].splitlines()[0]
    again = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m etl.cli {command}'],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PAPERHOUSE_WAREHOUSE": str(warehouse.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (again.returncode, again.stderr) == (0, "")
    assert "A first invented paper" in again.stdout


def test_every_byte_is_in_the_table_by_its_role(run: Callable, dumps: Path, warehouse: Warehouse):
    (dumps / "notes.txt").write_text("milk, eggs\n", encoding="utf-8")
    done = run("build", dumps, "--warehouse", warehouse.root, "--json")
    report = json.loads(done.stdout)
    assert sum(report["bytes_by_role"].values()) == sum(path.stat().st_size for path in dumps.iterdir())
    assert report["bytes_by_role"]["quarantine"] == len("milk, eggs\n")


def test_the_report_in_json_says_what_the_release_says(run: Callable, dumps: Path, warehouse: Warehouse):
    done = run("build", dumps, "--warehouse", warehouse.root, "--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    release = open_release(warehouse)
    assert (report["release_id"], report["content_id"]) == (release.release_id, release.manifest["content_id"])
    assert (report["is_published"], report["path"]) == (True, str(release.path))
    assert report["papers"] == release.read("papers").height
    assert (report["files"], report["dumps_read"], report["unread"]) == (1, 1, [])


def test_a_rejected_dump_is_named_with_the_reason_and_the_build_goes_on(
    run: Callable, dumps: Path, warehouse: Warehouse
):
    (dumps / "notes.txt").write_text("milk, eggs\n", encoding="utf-8")
    done = run("build", dumps, "--warehouse", warehouse.root, "--json")
    assert done.exit_code == 0, done.stderr
    assert "REJECTED notes.txt: layout_unknown, " in done.stderr
    report = json.loads(done.stdout)
    assert (report["dumps_read"], report["dumps_rejected"]) == (1, 1)
    assert [(one["path"], one["status"]) for one in report["unread"]] == [("notes.txt", "rejected")]


def test_both_names_of_a_rejected_dump_are_said(run: Callable, dumps: Path, warehouse: Warehouse):
    for name in ("a.txt", "b.txt"):
        (dumps / name).write_text("milk, eggs\n", encoding="utf-8")
    done = run("build", dumps, "--warehouse", warehouse.root)
    assert [line.split()[1] for line in done.stderr.splitlines() if line.startswith("REJECTED")] == ["a.txt:", "b.txt:"]


def test_a_long_list_of_rejected_dumps_is_cut_and_says_so(run: Callable, dumps: Path, warehouse: Warehouse):
    for number in range(23):
        (dumps / f"no-{number:02}.txt").write_text(f"no page {number}\n", encoding="utf-8")
    done = run("build", dumps, "--warehouse", warehouse.root, "--json")
    assert done.stderr.count("REJECTED") == 20
    assert "... and 3 more files" in done.stderr
    assert len(json.loads(done.stdout)["unread"]) == 23


def test_a_file_name_cannot_steer_the_terminal(run: Callable, dumps: Path, warehouse: Warehouse):
    (dumps / "evil\x1b[31m\nname.txt").write_text("milk, eggs\n", encoding="utf-8")
    done = run("build", dumps, "--warehouse", warehouse.root)
    assert done.exit_code == 0
    assert "REJECTED evil\\x1b[31m\\nname.txt: " in done.stderr
    assert "\x1b" not in done.output


@pytest.fixture
def published(run: Callable, dumps: Path, warehouse: Warehouse) -> str:
    """Publish a release, which must still be there after a build that fails; give its id."""
    assert run("build", dumps, "--warehouse", warehouse.root).exit_code == 0
    return read_current_id(warehouse)


def make_missing(folder: Path) -> Path:
    return folder / "missing"


def make_empty(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


def make_unreadable(folder: Path) -> Path:
    (folder / "linked").mkdir()
    (folder / "linked" / "page.txt").symlink_to(folder / "dumps" / "oct29.txt")
    return folder / "linked"


def make_rejected(folder: Path) -> Path:
    (folder / "notes.txt").write_text("milk, eggs\n", encoding="utf-8")
    return folder / "notes.txt"


def make_blank(folder: Path) -> Path:
    (folder / "blank.txt").write_text("\n\n  \n", encoding="utf-8")
    return folder / "blank.txt"


@pytest.mark.parametrize(
    ("make_input", "words"),
    [
        (make_missing, "missing: no such file or folder; check the path"),
        (make_empty, "empty: the folder holds no dump"),
        (make_unreadable, "page.txt: it is a symbolic link; mend it, take it out, or pass --skip-unreadable"),
        (make_rejected, "1 rejected, 0 empty"),
        (make_blank, "nothing was published"),
    ],
)
def test_inputs_that_give_no_release_are_refused_in_one_sentence(  # noqa: PLR0913, PLR0917 - fixtures
    run: Callable, tmp_path: Path, warehouse: Warehouse, published: str, make_input: Callable, words: str
):
    done = run("build", make_input(tmp_path), "--warehouse", warehouse.root)
    assert (done.exit_code, done.stdout) == (1, "")
    errors = [line for line in done.stderr.splitlines() if not line.startswith("[")]
    assert len(errors) == 1
    assert errors[0].startswith("Error: ")
    assert words in errors[0]
    assert read_current_id(warehouse) == published


def test_an_unreadable_file_is_skipped_on_request_and_told(run: Callable, dumps: Path, warehouse: Warehouse):
    (dumps / "link.txt").symlink_to(dumps / "oct29.txt")
    done = run("build", dumps, "--warehouse", warehouse.root, "--skip-unreadable")
    assert done.exit_code == 0
    assert "UNREADABLE link.txt: it is a symbolic link" in done.stderr
    assert "1 could not be read and were skipped" in done.stdout


def test_a_file_in_the_place_of_the_warehouse_is_refused(spawn: Callable, dumps: Path, tmp_path: Path):
    (tmp_path / "file").touch()
    done = spawn("build", dumps, "--warehouse", tmp_path / "file")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: the warehouse's folder {tmp_path / 'file'} cannot be written to")
    assert done.stderr.count("\n") == 1


def test_an_error_of_a_process_shows_no_traceback(spawn: Callable, tmp_path: Path):
    done = spawn("build", tmp_path / "missing", "--warehouse", tmp_path / "warehouse")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize(
    "text",
    ["oct29.txt", "=2025-10-29", "oct29.txt=", "oct29.txt=2025-13-01", "oct29.txt=20251029", "oct29.txt=2025-1-2"],
)
def test_a_day_that_is_none_is_misuse(run: Callable, dumps: Path, text: str):
    done = run("build", dumps, "--page-on", text)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "is no NAME=YYYY-MM-DD, for example monday.txt=2025-10-27" in done.stderr


def test_a_file_with_two_days_is_misuse():
    with pytest.raises(typer.BadParameter, match="two days, 2025-10-29 and 2025-10-30"):
        parse_page_days(["a.txt=2025-10-29", "a.txt=2025-10-30"])


def test_a_day_given_twice_is_one_day():
    assert parse_page_days(["a.txt=2025-10-29", "a.txt=2025-10-29"]) == {"a.txt": dt.date(2025, 10, 29)}


def test_a_given_day_dates_the_page(run: Callable, dumps: Path, warehouse: Warehouse):
    done = run("build", dumps, "--warehouse", warehouse.root, "--page-on", "oct29.txt=2025-10-29")
    assert done.exit_code == 0, done.stderr
    pages = open_release(warehouse).read("pages").select("page_on", "page_year_basis")
    assert pages.rows() == [(dt.date(2025, 10, 29), "given")]


def test_a_day_for_a_file_that_is_not_there_is_refused(run: Callable, dumps: Path, warehouse: Warehouse):
    done = run("build", dumps, "--warehouse", warehouse.root, "--page-on", "other.txt=2025-10-29")
    assert done.exit_code == 1
    assert "--page-on names no input: other.txt" in done.stderr


def test_a_dry_run_tells_the_difference_and_publishes_nothing(
    run: Callable, dumps: Path, warehouse: Warehouse, published: str
):
    (dumps / "more.txt").write_text(THIRD_PAGE, encoding="utf-8")
    done = run("build", dumps, "--warehouse", warehouse.root, "--dry-run")
    assert done.exit_code == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert done.stdout.splitlines()[-1].startswith("This was a dry run: release ")
    assert ["papers", "2", "3", "1", "0", "0"] in lines, "added, removed, changed"
    assert not [line for line in lines if line[:1] == ["merges"]], "this table is the same"
    assert read_current_id(warehouse) == published


def test_a_dry_run_of_the_first_build_compares_with_nothing(run: Callable, dumps: Path, warehouse: Warehouse):
    done = run("build", dumps, "--warehouse", warehouse.root, "--dry-run", "--json")
    assert done.exit_code == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["is_published"], report["path"]) == (False, None)
    assert (report["rows"]["papers"], report["changes"]) == (2, None)
    assert read_current_id(warehouse) is None


def test_a_release_that_shrinks_is_refused_unless_allowed(run: Callable, dumps: Path, warehouse: Warehouse):
    for number in range(1, 9):
        page = THIRD_PAGE.replace("Oct 30", f"Oct {number}").replace("third", f"paper {number}")
        (dumps / f"{number}.txt").write_text(page, encoding="utf-8")
    assert run("build", dumps, "--warehouse", warehouse.root).exit_code == 0
    for number in range(1, 9):
        (dumps / f"{number}.txt").unlink()
    refused = run("build", dumps, "--warehouse", warehouse.root)
    allowed = run("build", dumps, "--warehouse", warehouse.root, "--allow-shrink")
    assert (refused.exit_code, allowed.exit_code) == (1, 0)
    assert "--allow-shrink" in refused.stderr


def test_who_waits_is_told_who_holds_the_lock_and_can_stop_waiting(dumps: Path, warehouse: Warehouse):
    command = [sys.executable, "-m", "etl.cli", "build", str(dumps), "--warehouse", str(warehouse.root)]
    with (
        hold_lock(warehouse),
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
    ):
        said = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, rest = process.communicate(timeout=60)
    assert said.startswith(f"Waiting for process {os.getpid()} on ")
    assert (process.returncode, out) == (130, "")
    assert rest.startswith("Stopped by Ctrl-C")
    assert rest.count("\n") == 1


def test_who_does_not_wait_is_told_who_holds_the_lock(run: Callable, dumps: Path, warehouse: Warehouse):
    with hold_lock(warehouse):
        done = run("build", dumps, "--warehouse", warehouse.root, "--no-wait")
    assert (done.exit_code, done.stdout) == (1, "")
    assert f"is in use by process {os.getpid()} on " in done.stderr


def test_workers_do_not_change_what_comes_out(run: Callable, dumps: Path, tmp_path: Path):
    reports = [
        json.loads(run("build", dumps, "--warehouse", tmp_path / workers, "--workers", workers, "--json").stdout)
        for workers in ("1", "2")
    ]
    assert reports[0]["content_id"] == reports[1]["content_id"]


def test_the_seeds_come_out_as_counted(run: Callable, shared_dumps: Path, warehouse: Warehouse):
    done = run("build", shared_dumps / "seeds", "--warehouse", warehouse.root, "--json")
    report = json.loads(done.stdout)
    assert (report["dumps_read"], report["dumps_rejected"], report["quarantined"]) == (5, 0, 0)
    assert (report["listings"], report["papers"], report["merged_listings"]) == (275, 262, 13)
    assert (
        report["years_inferred"]
        == open_release(warehouse).read("listings").filter(pl.col("published_year_basis") == "inferred").height
    )
