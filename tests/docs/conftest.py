"""A folder that looks like a clone after its first build, for the examples of the docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.docs.test_docs import ROOT, run_paperhouse

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder that looks like a clone in which ``make warehouse`` was run."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "warehouse").mkdir()
    (folder / "path" / "to").mkdir(parents=True)
    for place in ("warehouse/landing", "path/to/dumps"):
        (folder / place).symlink_to(ROOT / "warehouse" / "landing")
    done = run_paperhouse(["build", "warehouse/landing"], folder)
    assert done.returncode == 0, done.stderr
    return folder
