from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.conftest import RunScripts

pytestmark = pytest.mark.exhaustive


def test_after_a_power_cut_at_any_call_the_current_release_is_whole_and_builds_go_on(run_scripts: RunScripts):
    (cuts,) = run_scripts("power.py", ["--images", "4", "--builds", "1"])

    assert cuts["violations"] == []
    assert cuts["counts"]["images"] > 4 * 100
    assert cuts["counts"]["images with the new release"] > 4


def test_power_cuts_show_that_a_flush_is_missing(run_scripts: RunScripts):
    (cuts,) = run_scripts("power.py", ["--images", "3", "--builds", "0", "--without-flush"])

    assert cuts["violations"]
