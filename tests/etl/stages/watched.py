"""A runner whose work is watched, and that can be killed in the middle of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from etl.runners.local import LocalRunner
from etl.stages.work_unit import extract_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class WatchedRunner(LocalRunner):
    """A runner that tells which dumps it extracts, and is killed before one unit too many."""

    def __init__(self, most_units: int = 1000) -> None:
        super().__init__(1)
        self.extracted: list[str] = []
        self._most_units = most_units

    def run(self, fn: Callable[[Any], Any], specs: Sequence[Any], **options: int) -> Iterator[Any]:
        for number, spec in enumerate(specs):
            if fn is extract_unit and number >= self._most_units:
                raise KeyboardInterrupt
            self.extracted += [name for _, _, name in spec.dumps] if fn is extract_unit else []
            yield from super().run(fn, [spec], **options)
