from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.conftest import RunScripts

pytestmark = pytest.mark.exhaustive


def test_fifty_random_kills_leave_nothing_mixed_torn_lost_or_hung(run_scripts: RunScripts):
    (found,) = run_scripts("kills.py", ["--count", "56", "--builds", "1", "--readers", "1"])

    counts = found["counts"]
    assert found["violations"] == []
    assert counts["kills"] >= 50
    assert counts["told"] > 0
    assert counts["reads"] > 0
    assert {name: counts[name] for name in ("mixed reads", "torn reads", "lost reads", "torn", "lost", "hangs")} == {
        "mixed reads": 0, "torn reads": 0, "lost reads": 0, "torn": 0, "lost": 0, "hangs": 0
    }  # fmt: skip
