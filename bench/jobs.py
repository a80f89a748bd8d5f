"""What is measured: builds of a corpus, and the rivals of a build."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from measure import Used, run_measured

from etl.load.reader import open_release


class Bench:
    """The corpus, its warehouse, and what is done with them."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.dumps, self.warehouse, self.out = folder / "dumps", folder / "warehouse", folder / "out"
        self._workers = workers

    def build(self, *dumps: Path, warehouse: Path | None = None) -> Used:
        """Build, with what the warehouse remembers; the corpus where nothing else is named."""
        options = ("--warehouse", warehouse or self.warehouse, "--workers", str(self._workers), "--json")
        return run_measured(sys.executable, "-m", "etl.cli", "build", *(dumps or (self.dumps,)), *options)

    def build_anew(self) -> Used:
        """Build in an empty warehouse."""
        remove_warehouse(self.warehouse)
        return self.build()

    def clear(self) -> None:
        """Remove everything but the corpus."""
        for path in self.dumps.parent.iterdir():
            if path != self.dumps:
                remove_warehouse(path)

    def run_rival(self, job: str, *places: Path) -> Used:
        """Run a rival; it writes into an empty folder."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()
        return run_measured(sys.executable, Path(__file__).with_name("rivals.py"), job, *places, self.dumps, self.out)

    def run_floor(self) -> Used:
        """Run the floor job; what it counts is the work alone."""
        used = self.run_rival("floor", open_release(self.warehouse).path)
        return used._replace(cpu=float(used.printed))


def remove_warehouse(folder: Path) -> None:
    """Remove a warehouse, whose releases are protected against that."""
    for path, _, _ in os.walk(folder):
        Path(path).chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
