from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_digest_is_markdown_and_names_the_day(run: Callable, built: Path):
    done = run("digest", "--since", "2020-01-01", "--warehouse", built)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("# New papers since 2020-01-01\n")


def test_a_letter_goes_to_a_file(run: Callable, built: Path, tmp_path: Path):
    done = run("digest", "--since", "2020-01-01", "-f", "html", "-o", tmp_path / "a.html", "--warehouse", built)
    assert (done.exit_code, done.stdout) == (0, "")
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_wrong_day_is_one_sentence(run: Callable, built: Path):
    done = run("digest", "--since", "soon\x1b[1m", "--warehouse", built)
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "is no day" in done.stderr
    assert "\x1b" not in done.stderr


def test_the_day_must_be_named(run: Callable):
    assert run("digest").exit_code == 2
