"""Which pairs of candidates are worth comparing: those that share a title key or a piece of their abstracts.

A piece is the hash of a whole sentence's key, of the abstract's first letters, of its last, or of the title's key.
Nothing is compared with everything: a block of candidates that share a piece is compared whole while it is small; in a
large one each meets its nearest neighbours only, and such blocks are counted.
"""

from __future__ import annotations

import hashlib
from typing import Final

import polars as pl

MAX_BLOCK: Final = 32
"""Candidates that share a piece and are all compared with each other."""
NEIGHBOURS: Final = 6
"""In a larger block: how many neighbours each candidate is compared with, in each of two orders."""

PIECE_SCHEMA: Final = {"piece": pl.UInt64, "alias": pl.UInt64, "head": pl.UInt64, "tail": pl.UInt64}
"""A candidate and a piece of it; ``head`` and ``tail`` sort titles by their first letters, and by their last.

``alias`` is the first half of the candidate's id: enough to tell ten million apart, and should two share it, a few
pairs too many are compared.
"""

PAIR_SCHEMA: Final = {"left": pl.UInt64, "right": pl.UInt64}
"""Two candidates, the smaller one first."""

_BYTES: Final = 8
_HALF_OF_ID: Final = 16


def list_pieces(cards: pl.DataFrame) -> pl.DataFrame:
    """List the pieces of each card's candidate, among them its title.

    Columns in:  ``title_key``, ``alias_id`` (String), ``pieces`` (List(String), each of 16 hexadecimal digits).
    Columns out: :data:`PIECE_SCHEMA`, each row once; sorted by ``piece``, ``alias``.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    candidates = cards.group_by("alias_id").agg(pl.col("title_key").min(), pl.col("pieces").first())
    keys = [key.encode() for key in candidates["title_key"]]
    candidates = candidates.with_columns(
        halve_id("alias_id").alias("alias"),
        pl.Series("title_piece", [_hash(key) for key in keys], pl.UInt64),
        pl.Series("head", [_sort_by(key) for key in keys], pl.UInt64),
        pl.Series("tail", [_sort_by(key[::-1]) for key in keys], pl.UInt64),
    )
    by_text = (
        candidates.select(pl.col("pieces").alias("piece"), "alias", "head", "tail")
        .explode("piece")
        .filter(pl.col("piece").is_not_null())
        .with_columns(pl.col("piece").str.to_integer(base=16, dtype=pl.UInt64))
    )
    by_title = candidates.select(pl.col("title_piece").alias("piece"), "alias", "head", "tail")
    return pl.concat([by_title, by_text]).unique().sort("piece", "alias")


def pair_candidates(pieces: pl.DataFrame) -> pl.DataFrame:
    """List the pairs of candidates worth comparing.

    Columns in:  :data:`PIECE_SCHEMA`, in any order; a row may stand there more than once.
    Columns out: :data:`PAIR_SCHEMA`, each pair once; sorted.
    """
    blocks = _find_blocks(pieces)
    is_small = pl.len().over("piece") <= MAX_BLOCK
    small = blocks.filter(is_small).select("piece", pl.col("alias").alias("left"))
    pairs = small.join(small.rename({"left": "right"}), on="piece").select("left", "right")
    large = blocks.filter(~is_small)
    neighbours = [_pair_neighbours(large.sort("piece", order, "alias")) for order in ("head", "tail")]
    return pl.concat([pairs.filter(pl.col("left") < pl.col("right")), *neighbours]).unique().sort("left", "right")


def count_large_blocks(pieces: pl.DataFrame) -> int:
    """Count the blocks in which not every candidate is compared with every other."""
    return _find_blocks(pieces).group_by("piece").len().filter(pl.col("len") > MAX_BLOCK).height


def halve_id(id_column: str) -> pl.Expr:
    """Take the first half of an id of 32 hexadecimal digits as a number.

    >>> pl.DataFrame({"id": ["00000000000000ff" + "0" * 16]}).select(halve_id("id")).item()
    255
    """
    return pl.col(id_column).str.slice(0, _HALF_OF_ID).str.to_integer(base=16, dtype=pl.UInt64)


def _find_blocks(pieces: pl.DataFrame) -> pl.DataFrame:
    """Keep the pieces that several candidates share, each candidate once."""
    shared = pieces.filter(pl.col("piece").is_duplicated()).unique(["piece", "alias"], keep="any")
    return shared.filter(pl.col("piece").is_duplicated())


def _pair_neighbours(ordered: pl.DataFrame) -> pl.DataFrame:
    """Pair each candidate with those that follow it in its block, in the order the rows have."""
    alias, other = pl.col("alias"), pl.col("other")
    following = [
        # The pair alone is kept of each step: in a block of a hundred thousand these are over a million.
        ordered.lazy()
        .select("piece", alias, alias.shift(-step).alias("other"), pl.col("piece").shift(-step).alias("other_piece"))
        .filter(pl.col("piece") == pl.col("other_piece"))
        .select(pl.min_horizontal(alias, other).alias("left"), pl.max_horizontal(alias, other).alias("right"))
        .collect()
        for step in range(1, NEIGHBOURS + 1)
    ]
    return pl.concat(following)


def _hash(title_key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(b"t" + title_key, digest_size=_BYTES).digest(), "big")


def _sort_by(text: bytes) -> int:
    """Turn the first bytes of a text into a number that sorts as they do."""
    return int.from_bytes(text[:_BYTES].ljust(_BYTES, b"\0"), "big")
