"""The tasks of a stage: one function for every range of keys, wherever the runner lets it run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from etl.runners import Runner
    from etl.stages.parts import Parts
    from etl.stages.runs import Bucket

Spec = TypeVar("Spec")

MAX_RETRIES: Final = 2
"""How often a task is tried again after its worker died."""


@dataclass(frozen=True)
class RangeSpec:
    """A task's work: the result's folder, a range of keys, and how tables are cut."""

    folder: str
    bucket: Bucket
    parts: Parts


class Numbered(Protocol):
    """A task's receipt: it says which of the tasks it is of."""

    @property
    def number(self) -> int:
        """The task's number, by which receipts are put in order."""


Receipt = TypeVar("Receipt", bound=Numbered)


class Tasks:
    """Runs a stage's tasks, kind after kind, and tells how many of all are done."""

    def __init__(self, runner: Runner, total: int, on_progress: Callable[[int, int], None] | None) -> None:
        """Expect ``total`` tasks; ``on_progress`` is told how many are done, and how many there are."""
        self._runner, self._total, self._on_progress = runner, total, on_progress
        self._done = 0

    def run(self, task: Callable[[Spec], Receipt], specs: Sequence[Spec]) -> list[Receipt]:
        """Run a task for every spec; gives the receipts in the order of their numbers, each once."""
        receipts: dict[int, Receipt] = {}
        for receipt in self._runner.run(task, specs, max_in_flight=0, max_retries=MAX_RETRIES):
            receipts[receipt.number] = receipt
            if self._on_progress is not None:
                self._on_progress(self._done + len(receipts), max(self._total, self._done + len(receipts)))
        self._done += len(receipts)
        return [receipts[number] for number in sorted(receipts)]
