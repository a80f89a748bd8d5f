from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from etl.version import PACKAGE_VERSION, PARSER_VERSION, fingerprint_code

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def code_copy(repo_root: Path, tmp_path: Path) -> Path:
    """Copy the code elsewhere, without what Python compiled."""
    for package in ("etl", "schemas"):
        shutil.copytree(repo_root / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def fingerprint(folder: Path) -> str:
    command = [sys.executable, "-B", "-c", "from etl.version import fingerprint_code; print(fingerprint_code())"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_versions_have_the_form_that_others_read():
    assert re.fullmatch(r"\d+\.\d+\.\d+", PACKAGE_VERSION)
    assert PARSER_VERSION >= 1


def test_the_same_code_has_the_same_fingerprint_wherever_it_lies(code_copy: Path):
    assert fingerprint(code_copy) == fingerprint_code()


def test_what_is_no_code_does_not_count(code_copy: Path):
    (code_copy / "etl" / "notes.txt").write_text("no code")
    (code_copy / "etl" / "__pycache__").mkdir()
    (code_copy / "etl" / "__pycache__" / "version.cpython-311.pyc").write_bytes(b"no code")
    assert fingerprint(code_copy) == fingerprint_code()


@pytest.mark.parametrize(
    "path", ["etl/transform/golden.py", "schemas/codes.py", "etl/__init__.py", "etl/new.py"], ids=lambda path: path
)
def test_any_line_of_code_changes_the_fingerprint(code_copy: Path, path: str):
    with (code_copy / path).open("a") as source:
        source.write("\nONE_MORE = 1\n")
    assert fingerprint(code_copy) != fingerprint_code()


def test_a_module_that_moves_changes_the_fingerprint(code_copy: Path):
    (code_copy / "etl" / "transform" / "golden.py").rename(code_copy / "etl" / "golden.py")
    assert fingerprint(code_copy) != fingerprint_code()
