"""People's decisions on which listings are one paper: from what they wrote to pairs of candidates.

A decision names two papers, each by an id (any alias id) or by a title. It outranks every rule but one: candidates with
equal title and equal abstract keys are one paper whatever it says.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.transform.keys import make_title_key

if TYPE_CHECKING:
    from collections.abc import Iterable

DECISION_SCHEMA: Final = {
    "left": pl.String,
    "right": pl.String,
    "verdict": pl.String,
    "why": pl.String,
    "by": pl.String,
    "decided_on": pl.Date,
}
VERDICTS: Final = ("same", "different")

_ID: Final = r"^[0-9a-f]{32}$"


class Decisions(NamedTuple):
    """What people decided about pairs of candidates, each pair with the smaller id first."""

    same: frozenset[tuple[str, str]] = frozenset()
    different: frozenset[tuple[str, str]] = frozenset()


def resolve_decisions(decisions: pl.DataFrame, cards: pl.DataFrame) -> tuple[Decisions, list[int]]:
    """Turn decisions into pairs of candidates.

    Columns in: ``decisions`` as :data:`DECISION_SCHEMA`; ``cards``: ``title_key``, ``alias_id``.
    Returns:    the pairs, and the rows (from 0) of decisions of which a side names no candidate of these dumps.
    """
    by_title = cards.group_by("title_key").agg(pl.col("alias_id").unique().sort())
    named = pl.concat([by_title.rename({"title_key": "name"}), _list_ids(cards)])
    sides = {}
    for side in ("left", "right"):
        name = pl.when(pl.col(side).str.contains(_ID)).then(side).otherwise(make_title_key(pl.col(side)))
        looked_up = decisions.select(name.alias("name")).join(named, on="name", how="left", maintain_order="left")
        sides[side] = looked_up["alias_id"].to_list()
    pairs: dict[str, set[tuple[str, str]]] = {verdict: set() for verdict in VERDICTS}
    unmatched = []
    for row, (verdict, lefts, rights) in enumerate(
        zip(decisions["verdict"], sides["left"], sides["right"], strict=True)
    ):
        if not lefts or not rights:
            unmatched.append(row)
        pairs[verdict] |= _pair(lefts or (), rights or ())
    return Decisions(frozenset(pairs["same"]), frozenset(pairs["different"])), unmatched


def _list_ids(cards: pl.DataFrame) -> pl.DataFrame:
    ids = cards.select(pl.col("alias_id").unique().sort())
    return ids.select(pl.col("alias_id").alias("name"), pl.concat_list("alias_id").alias("alias_id"))


def _pair(lefts: Iterable[str], rights: Iterable[str]) -> set[tuple[str, str]]:
    return {(min(pair), max(pair)) for pair in product(lefts, rights) if pair[0] != pair[1]}
