"""``paperhouse sample``: invented dumps that can be built."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_sample_says_what_it_holds_and_can_be_built(run: Callable, tmp_path: Path):
    done = run("sample", tmp_path / "in vented", "--dumps", "3", "--seed", "5", "--cards-per-dump", "6")
    assert done.exit_code == 0, done.stderr
    counts = dict(line.split() for line in done.stdout.splitlines()[:4])
    assert counts["dumps"] == "3"
    assert f"Next: paperhouse build '{tmp_path / 'in vented'}'" in done.stdout
    built = run("build", tmp_path / "in vented", "--warehouse", tmp_path / "warehouse", "--json")
    assert built.exit_code == 0, built.stderr
    report = json.loads(built.stdout)
    assert (report["dumps_read"], report["dumps_rejected"]) == (3, 0)
    assert report["listings"] + report["quarantined"] >= int(counts["listings"])


def test_the_same_seed_gives_the_same_bytes(run: Callable, tmp_path: Path):
    for name in ("a", "b"):
        assert run("sample", tmp_path / name, "--dumps", "2", "--seed", "9").exit_code == 0
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.txt"))
    assert len(files) == 2
    assert all((tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes() for file in files)


def test_a_folder_with_other_files_is_refused_and_left_as_it_is(run: Callable, dumps: Path):
    done = run("sample", dumps, "--dumps", "1")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"Error: {dumps}: ")
    assert [path.name for path in dumps.iterdir()] == ["oct29.txt"]


def test_no_dumps_are_misuse(run: Callable, tmp_path: Path):
    assert run("sample", tmp_path / "a", "--dumps", "0").exit_code == 2
    assert not (tmp_path / "a").exists()
