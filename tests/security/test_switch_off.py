from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.security.defences import DEFENCES

HERE = Path(__file__).resolve().parent
SAMPLE = ("links in folders", "misleading tars", "control characters", "formulas", "statements", "other sites")


def test_a_defence_that_is_switched_off_is_missed():
    command = [sys.executable, str(HERE / "switch_off.py"), "--only-off", *SAMPLE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.count("off: fails")) == (0, len(SAMPLE)), done.stdout + done.stderr


@pytest.mark.parametrize("defence", DEFENCES, ids=lambda defence: defence.name)
def test_the_threat_page_names_each_defence_with_its_test(defence: object, repo_root: Path):
    page = (repo_root / "docs" / "security.md").read_text("utf-8")
    name, test = defence.name, defence.test.partition("[")[0]  # type: ignore[attr-defined]

    row = next(line for line in page.split("\n") if line.startswith(f"| {name} |"))
    assert test.partition("::")[2] in row
    file, _, function = test.partition("::")
    assert re.search(rf"^def {function}\(", (HERE / file).read_text("utf-8"), re.MULTILINE)
