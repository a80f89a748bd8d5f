from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def test_the_report_is_where_the_command_says(run: Callable, built: Path):
    done = run("report", "--warehouse", built)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "2 papers from 2 listings" in Path(done.stdout.strip()).read_text(encoding="utf-8").replace("</em>", "")


def test_a_report_that_is_rendered_again_is_the_same(run: Callable, built: Path, tmp_path: Path):
    published = Path(run("report", "--warehouse", built).stdout.strip())
    done = run("report", "--output", tmp_path / "again.html", "--warehouse", built)
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / "again.html").read_bytes() == published.read_bytes()
