"""Many runs are merged into fewer: every range of keys opens every run, and that would grow with the square."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from etl.load.files import link_file
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


def merge_folders(folders: Iterable[Path], tasks: Tasks, *, of: Path | None = None, before: Iterable[str] = ()) -> None:
    """Merge the runs in each of these folders, where they are many; the merged ones take their place.

    Where names of runs say what is in them, a merged one is taken from a result ``before``, in which it lies where it
    lies in the result ``of`` which the folders are.
    """
    groups = [group for folder in folders for group in plan_merges(folder)]
    specs = []
    for number, group in enumerate(groups):
        name = hashlib.sha256("\n".join(path.stem for path in group).encode()).hexdigest()[:32]
        target = group[0].with_name(f"merged-{name}.arrow")
        known = [] if of is None else [Path(result, target.relative_to(of)) for result in before]
        twin = next((path for path in known if path.is_file()), None)
        if twin is None:
            specs.append(MergeSpec(number, tuple(map(str, group)), str(target)))
        else:
            link_file(twin, target)
    tasks.run(merge_group, specs)
    for path in (path for group in groups for path in group):
        path.unlink()


def merge_group(spec: MergeSpec) -> MergeReceipt:
    """Merge a group of runs."""
    merge_runs([Path(run) for run in spec.runs], Path(spec.target))
    return MergeReceipt(spec.number)
