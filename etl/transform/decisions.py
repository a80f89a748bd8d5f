"""People's decisions on which listings are one paper: from what they wrote to pairs of candidates.

A decision names two papers, each by an id (any alias id) or by a title. It outranks every rule but one: candidates with
equal title and equal abstract keys are one paper whatever it says.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.errors import PaperhouseError
from etl.transform.components import connect
from etl.transform.keys import make_title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


class DecisionsContradictError(PaperhouseError):
    """Two decisions of which not both can be followed."""

    def __init__(self, same: str, different: str) -> None:
        super().__init__(
            f"the file of decisions calls {same} the same, but {different} different, which comes to the same papers; "
            "take one of the lines out"
        )


class Decisions(NamedTuple):
    """What people decided about pairs of candidates, each pair with the smaller id first."""

    same: frozenset[tuple[str, str]] = frozenset()
    different: frozenset[tuple[str, str]] = frozenset()


def resolve_decisions(decisions: pl.DataFrame, cards: pl.DataFrame) -> tuple[Decisions, list[int]]:
    """Turn decisions into pairs of candidates.

    Columns in: ``decisions`` as :data:`DECISION_SCHEMA`; ``cards``: ``title_key``, ``alias_id``.
    Returns:    the pairs, and the rows (from 0) of decisions of which a side names no candidate of these dumps.
    Errors:     ``DecisionsContradictError`` where one decision calls a pair the same and another calls it different,
                also if one names it by ids and one by titles.
    """
    by_title = cards.group_by("title_key").agg(pl.col("alias_id").unique().sort())
    named = pl.concat([by_title.rename({"title_key": "name"}), _list_ids(cards)])
    sides = {}
    for side in ("left", "right"):
        name = pl.when(pl.col(side).str.contains(_ID)).then(side).otherwise(make_title_key(pl.col(side)))
        looked_up = decisions.select(name.alias("name")).join(named, on="name", how="left", maintain_order="left")
        sides[side] = looked_up["alias_id"].to_list()
    told: dict[str, dict[tuple[str, str], int]] = {verdict: {} for verdict in VERDICTS}
    unmatched = []
    for row, (verdict, lefts, rights) in enumerate(
        zip(decisions["verdict"], sides["left"], sides["right"], strict=True)
    ):
        if not lefts or not rights:
            unmatched.append(row)
        told[verdict] |= dict.fromkeys(_pair(lefts or (), rights or ()), row)
    for pair in sorted(told["same"].keys() & told["different"].keys()):
        raise DecisionsContradictError(*(_quote(decisions, told[verdict][pair]) for verdict in VERDICTS))
    return Decisions(frozenset(told["same"]), frozenset(told["different"])), unmatched


def check_chains(decisions: Decisions) -> None:
    """Check that no chain of papers called the same joins two that are called different.

    Errors: ``DecisionsContradictError`` for the first such pair.
    """
    nodes = {alias for pair in (*decisions.same, *decisions.different) for alias in pair}
    roots = connect(nodes, decisions.same)
    for left, right in sorted(decisions.different):
        if roots[left] == roots[right]:
            raise DecisionsContradictError(", ".join(_list_members(roots, left)), f"{left} and {right}")


def _list_members(roots: Mapping[str, str], member: str) -> list[str]:
    return sorted(alias for alias, root in roots.items() if root == roots[member])


def _quote(decisions: pl.DataFrame, row: int) -> str:
    left, right = decisions.select("left", "right").row(row)
    return f"{left!r} and {right!r} (decision {row + 1})"


def _list_ids(cards: pl.DataFrame) -> pl.DataFrame:
    ids = cards.select(pl.col("alias_id").unique().sort())
    return ids.select(pl.col("alias_id").alias("name"), pl.concat_list("alias_id").alias("alias_id"))


def _pair(lefts: Iterable[str], rights: Iterable[str]) -> set[tuple[str, str]]:
    return {(min(pair), max(pair)) for pair in product(lefts, rights) if pair[0] != pair[1]}
