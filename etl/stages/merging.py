"""Many runs are merged into fewer: every range of keys opens every run, and that would grow with the square."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from etl.stages.runs import merge_runs, plan_merges

if TYPE_CHECKING:
    from collections.abc import Iterable

    from etl.stages.tasks import Tasks


@dataclass(frozen=True)
class MergeSpec:
    """Runs that are to be one."""

    number: int
    runs: tuple[str, ...]
    target: str


class MergeReceipt(NamedTuple):
    """Runs that are one."""

    number: int


def merge_folders(folders: Iterable[Path], tasks: Tasks) -> None:
    """Merge the runs in each of these folders, where they are many; the merged ones take their place."""
    groups = [group for folder in folders for group in plan_merges(folder)]
    specs = [
        MergeSpec(number, tuple(map(str, group)), str(group[0].with_name(f"merged-{number:06d}.arrow")))
        for number, group in enumerate(groups)
    ]
    tasks.run(merge_group, specs)
    for path in (path for group in groups for path in group):
        path.unlink()


def merge_group(spec: MergeSpec) -> MergeReceipt:
    """Merge a group of runs."""
    merge_runs([Path(run) for run in spec.runs], Path(spec.target))
    return MergeReceipt(spec.number)
