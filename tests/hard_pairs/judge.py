"""What the rules make of hard pairs: each is decided as a build decides, among cards of other papers."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from etl.transform.identify import identify_papers
from etl.transform.keys import add_keys, make_title_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.hard_pairs.pair import Pair, Row

RECORD_SCHEMA: Final = {
    "title": pl.String,
    "abstract": pl.String,
    "month": pl.Int8,
    "day": pl.Int8,
    "year": pl.Int16,
    "author_count": pl.Int32,
}
BATCH: Final = 64


class Score(NamedTuple):
    """How many pairs of a family were decided right, of how many; and how many have one title key."""

    family: str
    is_same: bool
    right: int
    count: int
    equal_keys: int


def score_families(pairs: Sequence[Pair]) -> list[Score]:
    """Decide all pairs, family by family."""
    scores = []
    for (family, is_same), group in groupby(pairs, key=lambda pair: (pair.family, pair.is_same)):
        members = list(group)
        right = sum(found == is_same for batch in _cut_batches(members) for found in decide_pairs(batch))
        scores.append(Score(family, is_same, right, len(members), sum(_have_equal_keys(members))))
    return scores


def decide_pairs(pairs: Sequence[Pair]) -> list[bool]:
    """Tell of each pair whether its two listings are taken for one paper."""
    groups = group_rows([row for pair in pairs for row in (pair.left, pair.right)])
    return [left == right for left, right in zip(groups[::2], groups[1::2], strict=True)]


def group_rows(rows: Sequence[Row]) -> list[str]:
    """Name the paper that each listing is taken for."""
    fields = [{name: row[name] for name in RECORD_SCHEMA} for row in rows]
    cards = add_keys(pl.DataFrame(fields, schema=RECORD_SCHEMA))
    groups = identify_papers(cards).groups
    return cards.join(groups, on="alias_id", how="left", maintain_order="left")["group_id"].to_list()


def _have_equal_keys(pairs: Sequence[Pair]) -> list[bool]:
    titles = pl.DataFrame({side: [getattr(pair, side)["title"] for pair in pairs] for side in ("left", "right")})
    keys = titles.select(make_title_key(pl.col("left")), make_title_key(pl.col("right")))
    return [left == right for left, right in keys.iter_rows()]


def _cut_batches(pairs: Iterable[Pair]) -> Iterator[list[Pair]]:
    """Cut pairs into batches in which no record comes twice; pairs without a record stand alone."""
    batch: list[Pair] = []
    used: set[object] = set()
    for pair in pairs:
        records = {pair.left.get("record"), pair.right.get("record")}
        if batch and (None in records or records & used or len(batch) == BATCH):
            yield batch
            batch, used = [], set()
        batch.append(pair)
        used |= records
    if batch:
        yield batch
