"""Stage 4, identify: which listings are one paper, from narrow rows; few abstracts are read at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from etl.stages.decisions import read_decisions
from etl.stages.extract import scan_units
from etl.stages.receipt import Receipt, run_stage
from etl.transform.candidates import count_large_blocks, make_blocks
from etl.transform.decisions import DECISION_SCHEMA, resolve_decisions
from etl.transform.identify import Identity, identify_papers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.warehouse import Warehouse

_NARROW: Final = ("title", "title_key", "alias_id", "pieces", "month", "day", "year", "author_count")


def find_papers(warehouse: Warehouse, extracted: Receipt, decisions: Path | None = None) -> Receipt:
    """Group the extracted cards into papers; writes what ``read_identity`` reads back.

    ``decisions`` is the file of people's decisions, if there is one. Errors: ``DecisionsInvalidError`` for a bad one.
    """
    source = extracted.open_folder(warehouse)
    decided = pl.DataFrame(schema=DECISION_SCHEMA) if decisions is None else read_decisions(decisions)

    def work(folder: Path) -> Mapping[str, int]:
        cards = scan_units(source, "cards")
        narrow = cards.select(_NARROW).collect()
        pairs, unmatched = resolve_decisions(decided, narrow)
        blocks = make_blocks(narrow)
        asked = sorted({alias for pair in (*pairs.same, *pairs.different) for alias in pair})
        wanted = pl.concat(
            [blocks.select("alias_id"), pl.DataFrame({"alias_id": asked}, schema={"alias_id": pl.String})]
        )
        abstracts = cards.select("alias_id", "abstract").join(wanted.lazy(), on="alias_id", how="semi").collect()
        identity = identify_papers(narrow, abstracts, pairs)
        for name, rows in identity._asdict().items():
            rows.write_parquet(folder / f"{name}.parquet")
        return {
            "candidates": identity.groups.height,
            "papers": identity.groups["group_id"].n_unique(),
            "matches": identity.matches.height // 2,
            "near_misses": identity.near_misses.height,
            "large_blocks": count_large_blocks(blocks),
            "decisions": decided.height,
            "decisions_without_paper": len(unmatched),
        }

    return run_stage(warehouse, "identify", [extracted.stage_id, decided.rows()], work)


def read_identity(folder: Path) -> Identity:
    """Read the candidates' groups, the merged pairs and the near misses back."""
    return Identity(*(pl.read_parquet(folder / f"{name}.parquet", glob=False) for name in Identity._fields))
