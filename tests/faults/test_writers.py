from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.conftest import RunScripts

pytestmark = pytest.mark.exhaustive


def test_writers_at_once_succeed_in_turn_or_are_told_who_holds_the_lock(run_scripts: RunScripts):
    (found,) = run_scripts("writers.py", ["--writers", "4", "--times", "3"])

    *waiting, impatient = found["answers"]
    assert [len(answers) for answers in found["answers"]] == [3, 3, 3, 3]
    assert {answer for answers in waiting for answer in answers} <= set(found["release_ids"])
    for answer in impatient:
        assert answer in found["release_ids"] or " is in use by process " in answer
    assert found["faults"] == []
    assert found["log"][-1] == found["current"]
    assert all(before != after for before, after in zip(found["log"], found["log"][1:], strict=False))
