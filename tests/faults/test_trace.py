from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.faults.conftest import RunScripts

pytestmark = pytest.mark.exhaustive

FLUSHES = {"fsync", "fdatasync"}
WRITES = {"write", "pwrite64", "writev", "ftruncate"}


def follow_renames(path: str, calls: list[Any]) -> str:
    """Tell what a path is called after calls that rename it or a folder above it."""
    for name, paths in calls:
        if name == "rename" and (path == paths[0] or path.startswith(f"{paths[0]}/")):
            path = paths[1] + path[len(paths[0]) :]
    return path


def find_commit(calls: list[Any]) -> int:
    (place,) = (place for place, (name, paths) in enumerate(calls) if name == "rename" and paths[1] == "current")
    return place


def list_flushed(calls: list[Any]) -> set[str]:
    """List what is flushed and not written to later, by its last name."""
    flushed: set[str] = set()
    for place, (name, paths) in enumerate(calls):
        if name in FLUSHES:
            flushed.add(follow_renames(paths[0], calls[place:]))
        elif name in WRITES:
            flushed.discard(follow_renames(paths[0], calls[place:]))
    return flushed


def list_linked(calls: list[Any]) -> set[str]:
    """List the files that are second names of files of a release, by their last names."""
    return {
        follow_renames(paths[1], calls[place:])
        for place, (name, paths) in enumerate(calls)
        if name.startswith("link") and paths[0].startswith("releases/")
    }


def list_unflushed_renames(calls: list[Any]) -> list[str]:
    """List renames after which the folder of the new name was not flushed."""
    return [
        paths[1]
        for place, (name, paths) in enumerate(calls)
        if name == "rename" and ["fsync", [str(PurePosixPath(paths[1]).parent)]] not in calls[place:]
    ]


def test_all_is_flushed_before_the_commit_and_every_folder_after_its_renames(run_scripts: RunScripts):
    for trace in run_scripts("trace.py", [], ["--real-catalog"]):
        assert trace["unlike"] == []  # the model of the disk ends with the names that are there
        calls = trace["calls"]
        commit = find_commit(calls)

        unflushed = set(trace["files"]) - list_flushed(calls[:commit])
        assert unflushed == list_linked(calls[:commit])  # those of the release before were flushed with it
        assert 0 < len(unflushed) < 12
        assert len(trace["files"]) > 25
        assert list_unflushed_renames(calls[:commit]) == []
        assert list_unflushed_renames(calls) == []
        assert sum(name == "rename" for name, _ in calls) == 4
        assert trace["unsafe_at_commit"] == trace["unsafe_at_end"] == []
        assert calls[commit + 1] == ["fsync", ["."]]  # before the release is told
        assert trace["answer"]["release_id"] in trace["files"][0]


def test_a_missing_flush_is_noticed(run_scripts: RunScripts):
    (trace,) = run_scripts("trace.py", ["--without-flush"])

    assert set(trace["files"]) - list_flushed(trace["calls"][: find_commit(trace["calls"])])
    assert list_unflushed_renames(trace["calls"])
    assert len(trace["unsafe_at_commit"]) > 10
    assert trace["unsafe_at_end"] == ["."]
