"""Whole builds of two small dumps, each in a child that may die; the process itself never runs polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from etl.pipeline import build
from etl.runners.local import LocalRunner
from etl.stages.collect import InputOptions
from tests.faults.watch import run_child

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse
    from tests.faults.watch import Decide, Outcome

PAGE: Final = """\
Daily Papers

Sparse Ladders for Tall Models, Part {edition}
We climb ladders whose rungs are mostly missing. Edition {edition} of this card says so in its abstract, which is long
enough to be one.

\N{BULLET} 4 authors
\N{MIDDLE DOT}
Jul 10, 2024 3
"""


class SmallBuilds:
    """Builds that differ in what their one page says."""

    def __init__(self, warehouse: Warehouse, dumps: Path) -> None:
        self.warehouse = warehouse
        self._dumps = dumps
        dumps.mkdir()

    def run(self, edition: int, decide: Decide | None = None, *, scope: str = "opening") -> Outcome:
        """Build the release of an edition in a child and wait for its end; see ``run_child``."""
        dump = self._dumps / f"{edition}.txt"
        dump.write_text(PAGE.format(edition=edition), "utf-8")

        def work() -> dict[str, str]:
            report = build(self.warehouse, InputOptions((dump,)), runner=LocalRunner(1), wait=False)
            return {"release_id": report.release.release_id}

        return run_child(work, self.warehouse.root, decide, scope=scope)
