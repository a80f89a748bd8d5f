"""Samples that several tests look at; written once, and never changed by a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from etl.sample import write_sample

if TYPE_CHECKING:
    from pathlib import Path

    from etl.sample import SampleReport


@dataclass(frozen=True)
class Sample:
    """A sample as it lies on disk."""

    folder: Path
    report: SampleReport | None = None

    def read_dumps(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.folder.glob("*.txt"))}

    def read_truth(self, table: str) -> list[dict[str, Any]]:
        return pq.read_table(self.folder / "_truth" / f"{table}.parquet").to_pylist()


@pytest.fixture(scope="session")
def small_sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Write as many pages as there are kinds in a row, with few cards."""
    folder = tmp_path_factory.mktemp("small") / "sample"
    return Sample(folder, write_sample(folder, dumps=16, seed=5, cards_per_dump=20))


@pytest.fixture(scope="session")
def wide_sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Write more pages than a paper can wait to be listed again, each with as many cards as real ones have."""
    folder = tmp_path_factory.mktemp("wide") / "sample"
    return Sample(folder, write_sample(folder, dumps=70, seed=6))


@pytest.fixture(scope="session")
def landing(repo_root: Path) -> Sample:
    """Find the sample that the project brings along."""
    return Sample(repo_root / "warehouse" / "landing")
