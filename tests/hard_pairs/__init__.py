"""Pairs of listings that are hard to tell apart or together, by family, with the truth of each.

Families that must merge are made by changing real records at run time; families that must not are made of two
different records, or written by us. A pair is two rows in the columns that identity reads.
"""

from __future__ import annotations

import random
from itertools import islice
from typing import TYPE_CHECKING, Final

from tests.hard_pairs.invented import ONE_PAPER, make_invented_pairs
from tests.hard_pairs.judge import Score, group_rows, score_families
from tests.hard_pairs.lookalikes import DIFFERENT
from tests.hard_pairs.pair import Pair, Row, is_held_out
from tests.hard_pairs.texts import SAME_TEXTS
from tests.hard_pairs.titles import SAME_TITLES

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = [
    "KINDS",
    "SAME_TITLES",
    "Pair",
    "Row",
    "Score",
    "group_rows",
    "is_held_out",
    "make_invented_pairs",
    "make_pairs",
    "measure_precision_and_recall",
    "score_families",
]

MIN_ABSTRACT: Final = 300
PER_FAMILY: Final = 24
SAME: Final = SAME_TITLES | SAME_TEXTS

KINDS: Final[dict[str, str]] = (
    {family: kind for family, (kind, _) in SAME.items()}
    | dict.fromkeys(ONE_PAPER, "written by us")
    | {"LaTeX by hand": "LaTeX", "CJK titles": "Unicode", "other scripts": "Unicode"}
)
"""The kind of each family of one paper printed twice; different papers have no kind."""


def make_pairs(records: Sequence[Row], *, seed: int) -> list[Pair]:
    """Make all families from records (title, abstract, month, day, year, author_count)."""
    told = [record | {"record": record["title"]} for record in records]
    usable = [record for record in told if record["abstract"] and len(record["abstract"]) >= MIN_ABSTRACT]
    pairs: list[Pair] = []
    for family, (_, change) in SAME.items():
        rng = random.Random(f"{seed} {family}")  # noqa: S311 - not for secrets
        made = (change(row, rng) for row in rng.sample(usable, len(usable)))
        pairs += [Pair(family, *two, is_same=True) for two in islice(filter(None, made), PER_FAMILY)]
    for family, make in DIFFERENT.items():
        rng = random.Random(f"{seed} {family}")  # noqa: S311 - not for secrets
        pairs += [Pair(family, left, right, is_same=False) for left, right in make(usable, rng)]
    return pairs


def measure_precision_and_recall(scores: Sequence[Score]) -> tuple[float, float]:
    """Measure which share of the merges is right, and which share of the pairs of one paper was merged."""
    merged = sum(score.right for score in scores if score.is_same)
    false = sum(score.count - score.right for score in scores if not score.is_same)
    return merged / max(merged + false, 1), merged / max(sum(score.count for score in scores if score.is_same), 1)
