from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.faults.conftest import RunScripts


@pytest.mark.exhaustive
def test_a_fault_at_any_writing_call_leaves_a_whole_release_and_one_sentence(run_scripts: RunScripts):
    halves = run_scripts("sweep.py", ["--part", "0/2"], ["--part", "1/2"])

    assert [half["violations"] for half in halves] == [[], []]
    calls = halves[0]["counts"]["calls"]
    assert calls > 100
    assert sum(half["counts"]["faults"] for half in halves) == 4 * calls
    assert sum(half["counts"].get("killed", 0) for half in halves) == calls


@pytest.mark.exhaustive
def test_a_fault_at_any_call_that_opens_a_file_or_writes_the_duckdb_file_does_so_too(run_scripts: RunScripts):
    opening, catalog = run_scripts("sweep.py", ["--calls", "opening", "--once"], ["--once", "--real-catalog"])

    assert opening["violations"] == catalog["violations"] == []
    assert opening["counts"]["faults"] == opening["counts"]["calls"] > 100
    assert catalog["counts"]["faults"] == catalog["counts"]["calls"] > 15


@pytest.mark.exhaustive
def test_a_disk_that_is_full_or_read_only_from_some_call_on_does_so_too(run_scripts: RunScripts):
    (found,) = run_scripts("sweep.py", ["--lasting", "--once", "--part", "0/3"])

    assert found["violations"] == []
    assert found["counts"]["refused"] > 30
