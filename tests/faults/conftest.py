"""Runs the scripts of this folder: what they fork must not have inherited polars' threads from the tests."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.faults.seccomp import is_supported

if TYPE_CHECKING:
    from pathlib import Path


class RunScripts(Protocol):
    """Runs a script of this folder once for each list of arguments, all at a time, and reads the JSON they print."""

    def __call__(self, name: str, *runs: list[str]) -> list[dict[str, Any]]: ...


@pytest.fixture
def run_scripts(repo_root: Path) -> RunScripts:
    if not is_supported():
        pytest.skip("needs Linux on x86-64 whose kernel tells a process of another one's calls (seccomp, user_notif)")

    def run(name: str, *runs: list[str]) -> list[dict[str, Any]]:
        script = str(repo_root / "tests" / "faults" / name)
        processes = [subprocess.Popen([sys.executable, script, *run], stdout=subprocess.PIPE) for run in runs]
        return [json.loads(process.communicate()[0]) for process in processes]

    return run
