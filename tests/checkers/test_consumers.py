"""The snippets of docs/consumers.md, each run as it stands there, with the program it is for."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.checkers.conftest import run_tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from etl.load.reader import Release

PAGE = Path(__file__).resolve().parents[2] / "docs" / "consumers.md"
SNIPPET = re.compile(r"^## ([^\n]+)\n(?:(?!^## ).)*?^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SNIPPETS = {heading: text for heading, _, text in SNIPPET.findall(PAGE.read_text(encoding="utf-8"))}
WITH_OURS = ("polars", "pyarrow", "Python with paperhouse installed", "DuckDB from Python")


@pytest.fixture
def clone(release: Release, tmp_path: Path) -> Path:
    """Make a folder that looks like a clone in which ``make warehouse`` was run."""
    (tmp_path / "warehouse").mkdir()
    (tmp_path / "warehouse" / "data").symlink_to(release.path.parent.parent)
    return tmp_path


def run_python(python: str | Path, heading: str, clone: Path) -> str:
    done = run_tool(python, "-W", "error", "-c", SNIPPETS[heading], folder=clone)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_every_snippet_has_a_test():
    assert {*SNIPPETS} == {*WITH_OURS, "DuckDB on the command line", "Older versions of DuckDB", "pandas"}


@pytest.mark.parametrize("heading", WITH_OURS)
def test_snippet_runs_as_it_stands(monkeypatch: pytest.MonkeyPatch, heading: str, clone: Path):
    monkeypatch.setenv("PAPERHOUSE_WAREHOUSE", "warehouse/data")

    assert run_python(sys.executable, heading, clone).strip()


@pytest.mark.checkers
def test_pandas_keeps_whole_numbers(find_tool: Callable[[str, str], Path], clone: Path):
    assert run_python(find_tool("readers", "python"), "pandas", clone).splitlines()[-1] == "int32[pyarrow]"


@pytest.mark.checkers
def test_old_duckdb_reads_files_and_views(find_tool: Callable[[str, str], Path], clone: Path):
    python = find_tool("readers", "python")

    assert run_python(python, "Older versions of DuckDB", clone).strip() == "[(4,)]"
    assert "inferred" in run_python(python, "DuckDB from Python", clone)


@pytest.mark.checkers
def test_old_duckdb_is_old(find_tool: Callable[[str, str], Path], tmp_path: Path):
    done = run_tool(find_tool("readers", "python"), "-c", "import duckdb; print(duckdb.__version__)", folder=tmp_path)

    assert done.stdout.startswith("1.")


@pytest.mark.checkers
def test_duckdb_on_the_command_line_answers(find_tool: Callable[[str, str], Path], clone: Path):
    program, arguments = SNIPPETS["DuckDB on the command line"].strip().split(" ", 1)
    command = f"{find_tool('readers', program)} -csv {arguments}"

    done = run_tool("sh", "-c", command, folder=clone)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("published_year_basis,papers\n")
