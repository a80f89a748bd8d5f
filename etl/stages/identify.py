"""Stage 4, identify: which listings are one paper, from narrow rows; few abstracts are read at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from etl.stages.extract import scan_units
from etl.stages.receipt import Receipt, run_stage
from etl.transform.identify import find_crowded_titles, identify_papers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.warehouse import Warehouse

_NARROW: Final = ("title", "title_key", "abstract_key", "alias_id", "month", "day", "year", "author_count")


def find_papers(warehouse: Warehouse, extracted: Receipt) -> Receipt:
    """Group the extracted cards into papers; writes ``identity.parquet`` and ``matches.parquet``."""
    source = extracted.open_folder(warehouse)

    def work(folder: Path) -> Mapping[str, int]:
        cards = scan_units(source, "cards")
        narrow = cards.select(_NARROW).collect()
        crowded = find_crowded_titles(narrow)
        abstracts = (
            cards.select("alias_id", "abstract")
            .join(crowded.lazy().select("alias_id"), on="alias_id", how="semi")
            .collect()
        )
        identity, matches = identify_papers(narrow, abstracts)
        identity.write_parquet(folder / "identity.parquet")
        matches.write_parquet(folder / "matches.parquet")
        return {
            "candidates": identity.height,
            "papers": identity["group_id"].n_unique(),
            "crowded_candidates": crowded.height,
            "matches": matches.height // 2,
        }

    return run_stage(warehouse, "identify", [extracted.stage_id], work)


def read_identity(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the candidates' groups and the matched pairs back."""
    return (
        pl.read_parquet(folder / "identity.parquet", glob=False),
        pl.read_parquet(folder / "matches.parquet", glob=False),
    )
