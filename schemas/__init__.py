"""What is true: the published tables as pandera models, and the forms other programs need them in.

Imports polars, pandera and pyarrow only. Nothing here opens a file of the warehouse.
"""

from __future__ import annotations

from typing import Final

from schemas.printed import Dumps, Inputs, Listings, Pages, Quarantine, Spans
from schemas.resolved import Aliases, Links, Merges, NearMisses, Organizations, Papers, Variants
from schemas.table import Table

CONTRACT_VERSION: Final = "1.1"

TABLES: Final[dict[str, type[Table]]] = {
    "papers": Papers,
    "listings": Listings,
    "pages": Pages,
    "dumps": Dumps,
    "spans": Spans,
    "quarantine": Quarantine,
    "merges": Merges,
    "near_misses": NearMisses,
    "variants": Variants,
    "aliases": Aliases,
    "links": Links,
    "organizations": Organizations,
    "inputs": Inputs,
}

OUTSIDE_CONTENT: Final = frozenset({"inputs"})
"""Tables that content_id leaves out: they say where the bytes came from, not what they are."""

KEY_RECIPES: Final = {"candidate_id": 1, "dump_id": 1}
"""How ids are computed, each recipe with its version: one that gives another id for the same bytes has the next one."""

__all__ = ["CONTRACT_VERSION", "KEY_RECIPES", "OUTSIDE_CONTENT", "TABLES", "Table"]
