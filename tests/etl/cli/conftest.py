"""A tiny warehouse that was built once, and ways to run commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from etl.cli import app

if TYPE_CHECKING:
    from collections.abc import Callable

    from typer.testing import Result

ROOT = Path(__file__).resolve().parents[3]

PAGE = """\
new
Get trending papers in your email inbox!
Subscribe
Daily Papers
byAK and the research community
Oct 29

A first invented paper
We invent a paper that says nothing, in order to show that nothing was lost.

The code is at https://github.com/nobody/nothing and nowhere else.
  • 3 authors
·
Jul 10, 2023

A second invented paper | with *signs*
We invent another one; it says even less.
  • 1 authors
·
Sep 17 4
"""

NO_PAGE = "milk, eggs, bread\n"


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    """Write one page into a folder of its own."""
    folder = tmp_path / "dumps"
    folder.mkdir()
    (folder / "oct29.txt").write_text(PAGE, encoding="utf-8")
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in this process."""
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: object, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin, prog_name="paperhouse")

    return invoke


@pytest.fixture
def spawn(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command as a process of its own, from a folder that is not the clone."""

    def start(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "etl.cli", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return start


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a warehouse from the page and from a file that is none; nobody may change it."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "oct29.txt").write_text(PAGE, encoding="utf-8")
    (folder / "notes.txt").write_text(NO_PAGE, encoding="utf-8")
    done = CliRunner().invoke(app, ["build", str(folder), "--warehouse", str(folder / ".warehouse"), "--workers", "1"])
    assert done.exit_code == 0, done.stderr
    return folder / ".warehouse"
