"""Where the tools of others are, each in an environment of its own, and a release for them to look at."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from etl.load.warehouse import Warehouse
from tests.conftest_tables import publish_release

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from etl.load.reader import Release

    FindTool = Callable[[str, str], Path]

collect_ignore = ["load_croissant.py"]
"""It runs in the environment of mlcroissant, which this one lacks."""


@pytest.fixture(scope="session")
def find_tool(repo_root: Path) -> FindTool:
    """Find a program in the environment of that name."""

    def find(name: str, program: str) -> Path:
        environment = repo_root / ".checkers" / name
        if not (environment / "installed").is_file():
            pytest.skip(f"needs the environment .checkers/{name}: make checkers installs it from its lock")
        return environment / "bin" / program

    return find


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Publish the tables of which every kind of value is part."""
    return publish_release(Warehouse(tmp_path_factory.mktemp("published") / "warehouse"))


def run_tool(*command: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a tool in a folder, without our packages on its path."""
    return subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False)
