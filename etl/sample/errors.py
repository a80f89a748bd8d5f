"""Why no sample was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.errors import PaperhouseError

if TYPE_CHECKING:
    from pathlib import Path


class SampleNumberError(PaperhouseError):
    """A number of dumps or cards, or a seed, that no sample can have."""

    def __init__(self, what: str, given: object, lowest: int, highest: int) -> None:
        super().__init__(f"{what}: {given} is out of range; give a whole number from {lowest:,} to {highest:,}")


class SampleTargetError(PaperhouseError):
    """A place that a sample must not or cannot be written to."""

    def __init__(self, out: Path, what: str, mend: str) -> None:
        super().__init__(f"{out}: {what}; {mend}")
