"""Which pairs of candidates are worth comparing: those that share a title key or a piece of their abstracts.

A piece is the key of a whole sentence, of the abstract's first letters, or of its last. Nothing is compared with
everything: a block of candidates that share a piece is compared whole while it is small; in a large one each meets
its nearest neighbours only, and such blocks are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAX_BLOCK: Final = 32
"""Candidates that share a piece and are all compared with each other."""
NEIGHBOURS: Final = 6
"""In a larger block: how many neighbours each candidate is compared with, in each of two orders."""

BLOCK_SCHEMA: Final = {"block": pl.String, "alias_id": pl.String}


def make_blocks(cards: pl.DataFrame) -> pl.DataFrame:
    """Find the candidates that share a title key or a piece of their abstracts with another candidate.

    Columns in:  ``title_key``, ``alias_id`` (String), ``pieces`` (List(String)).
    Columns out: :data:`BLOCK_SCHEMA`: the shared key, and each candidate that has it; sorted, at least two each.
    """
    candidates = cards.group_by("alias_id").agg(pl.col("title_key").min(), pl.col("pieces").first())
    by_title = candidates.select(pl.concat_str(pl.lit("t"), "title_key").alias("block"), "alias_id")
    by_piece = (
        candidates.select(pl.col("pieces").alias("block"), "alias_id")
        .explode("block")
        .filter(pl.col("block").is_not_null())
        .unique()
    )
    blocks = pl.concat([by_title, by_piece])
    return blocks.filter(pl.len().over("block") > 1).sort("block", "alias_id")


def pair_candidates(blocks: pl.DataFrame, texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each pair of candidates worth comparing once, the smaller id first.

    ``texts`` gives each candidate's title and abstract as one string, by which neighbours in large blocks are found.
    """
    seen: set[tuple[str, str]] = set()
    for (_,), block in blocks.group_by("block", maintain_order=True):
        for pair in _pair_block(block["alias_id"].to_list(), texts):
            if pair not in seen:
                seen.add(pair)
                yield pair


def count_large_blocks(blocks: pl.DataFrame) -> int:
    """Count the blocks in which not every candidate is compared with every other."""
    return blocks.group_by("block").len().filter(pl.col("len") > MAX_BLOCK).height


def _pair_block(aliases: Sequence[str], texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if len(aliases) <= MAX_BLOCK:
        yield from ((left, right) for number, left in enumerate(aliases) for right in aliases[number + 1 :])
        return
    for step in (1, -1):  # neighbours by how the texts begin, then by how they end
        keyed = sorted((texts[alias][::step], alias) for alias in aliases)
        for number, (_, left) in enumerate(keyed):
            for _, right in keyed[number + 1 : number + 1 + NEIGHBOURS]:
                yield min(left, right), max(left, right)
