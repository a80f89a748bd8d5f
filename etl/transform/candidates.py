"""Which pairs of candidates are worth comparing: those that share a title key or a piece of their abstracts.

A piece is the hash of a whole sentence's key, of the abstract's first letters, of its last, or of the title's key.
Nothing is compared with everything: a block of candidates that share a piece is compared whole while it is small; in a
large one each meets its nearest neighbours only, and such blocks are counted.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BLOCK: Final = 32
"""Candidates that share a piece and are all compared with each other."""
NEIGHBOURS: Final = 6
"""In a larger block: how many neighbours each candidate is compared with, in each of two orders."""

PIECE_SCHEMA: Final = {"piece": pl.UInt64, "alias": pl.UInt64}
"""A piece, and a candidate that has it.

``alias`` is the first half of the candidate's id: enough to tell ten million apart, and should two share it, a few
pairs too many are compared.
"""

ORDER_SCHEMA: Final = {"alias": pl.UInt64, "head": pl.UInt64, "tail": pl.UInt64}
"""A candidate, and what sorts titles by their first letters, and by their last."""

_STRETCH_ROWS: Final = 100_000
"""Candidates in blocks whose pairs are listed at a time: one piece can be that of a million candidates."""

PAIR_SCHEMA: Final = {"left": pl.UInt64, "right": pl.UInt64}
"""Two candidates, the smaller one first."""

SHARED_SCHEMA: Final = {"piece": pl.UInt64, **PAIR_SCHEMA}
"""A pair of candidates, and a piece that they share."""

_BYTES: Final = 8
_HALF_OF_ID: Final = 16


def list_pieces(cards: pl.DataFrame) -> pl.DataFrame:
    """List the pieces of each card's candidate, among them its title.

    A candidate has the pieces of all its listings: where two of them end their sentences at other places, either can be
    like another candidate's, and what comes of it must not hang on which of them is looked at.
    Columns in:  ``title_key``, ``alias_id`` (String), ``pieces`` (List(UInt64)).
    Columns out: :data:`PIECE_SCHEMA`, each row once; sorted by ``piece``, ``alias``.
    Errors:      none for values; a missing column raises ``ColumnNotFoundError``.
    """
    titles = cards.group_by("alias_id").agg(pl.col("title_key").min())
    hashes = [_hash(key.encode()) for key in titles["title_key"]]
    by_title = titles.select(pl.Series("piece", hashes, pl.UInt64), halve_id("alias_id").alias("alias"))
    by_text = cards.select(pl.col("pieces").alias("piece"), halve_id("alias_id").alias("alias"))
    return pl.concat([by_title, by_text.explode("piece").drop_nulls("piece")]).unique().sort("piece", "alias")


def order_titles(cards: pl.DataFrame) -> pl.DataFrame:
    """Find the places of candidates among others by their titles' first letters, and by their last.

    Columns in:  ``title_key``, ``alias_id`` (String).
    Columns out: :data:`ORDER_SCHEMA`, one row per ``alias``.
    """
    titles = cards.group_by(halve_id("alias_id").alias("alias")).agg(pl.col("title_key").min())
    keys = [key.encode() for key in titles["title_key"]]
    return titles.select(
        "alias",
        pl.Series("head", [_sort_by(key) for key in keys], pl.UInt64),
        pl.Series("tail", [_sort_by(key[::-1]) for key in keys], pl.UInt64),
    )


class Blocks(NamedTuple):
    """The pieces that several candidates share, each candidate once, sorted; by the number of their candidates."""

    small: pl.DataFrame
    large: pl.DataFrame

    def count_large(self) -> int:
        """Count the blocks in which not every candidate is compared with every other."""
        return self.large["piece"].n_unique()


def pair_candidates(pieces: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """List the pairs of candidates worth comparing, all in one go.

    Columns in:  ``pieces`` as :data:`PIECE_SCHEMA`, in any order; a row may stand there more than once; ``orders`` as
                 for :func:`list_pairs`.
    Columns out: :data:`PAIR_SCHEMA`, each pair once; sorted.
    """
    pairs = (shared.select(*PAIR_SCHEMA) for shared in list_pairs(find_blocks(pieces), orders))
    return pl.concat([pl.DataFrame(schema=PAIR_SCHEMA), *pairs]).unique().sort(*PAIR_SCHEMA)


def find_blocks(pieces: pl.DataFrame) -> Blocks:
    """Keep the pieces that several candidates share.

    Columns in:  :data:`PIECE_SCHEMA`, in any order; a row may stand there more than once.
    Columns out: :data:`PIECE_SCHEMA`; sorted by all of them.
    """
    piece = pl.col("piece")
    once = pieces.sort(*PIECE_SCHEMA).filter(
        (piece.shift().ne_missing(piece)) | (pl.col("alias").shift() != pl.col("alias"))
    )
    shared = once.filter((piece.shift() == piece) | (piece.shift(-1) == piece))
    is_small = pl.len().over("piece") <= MAX_BLOCK
    return Blocks(shared.filter(is_small), shared.filter(~is_small))


def list_pairs(blocks: Blocks, orders: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """List the pairs worth comparing in frames of bounded size; a row may stand in several of them.

    Columns in:  ``orders`` as :data:`ORDER_SCHEMA`, for all candidates of the large blocks.
    Columns out: :data:`SHARED_SCHEMA`, the smaller candidate first; in no order.
    """
    yield from _pair_following(blocks.small, MAX_BLOCK - 1)
    large = blocks.large.join(orders, on="alias")
    for order in ("head", "tail"):
        yield from _pair_following(large.sort("piece", order, "alias"), NEIGHBOURS)


def halve_id(id_column: str) -> pl.Expr:
    """Take the first half of an id of 32 hexadecimal digits as a number.

    >>> pl.DataFrame({"id": ["00000000000000ff" + "0" * 16]}).select(halve_id("id")).item()
    255
    """
    return pl.col(id_column).str.slice(0, _HALF_OF_ID).str.to_integer(base=16, dtype=pl.UInt64)


def _pair_following(ordered: pl.DataFrame, steps: int) -> Iterator[pl.DataFrame]:
    """Pair each candidate with so many that follow it in its block, in the order the rows have."""
    alias, other = pl.col("alias"), pl.col("other")
    for start in range(0, ordered.height, _STRETCH_ROWS):
        rows = ordered[start : start + _STRETCH_ROWS + steps].lazy().select("piece", "alias")
        found = []
        for step in range(1, steps + 1):
            pairs = (
                rows.with_columns(alias.shift(-step).alias("other"), pl.col("piece").shift(-step).alias("other_piece"))
                .filter(pl.col("piece") == pl.col("other_piece"))
                .select(
                    "piece",
                    pl.min_horizontal(alias, other).alias("left"),
                    pl.max_horizontal(alias, other).alias("right"),
                )
                .collect()
            )
            if pairs.is_empty():
                break  # no block is larger
            found.append(pairs)
        if found:
            yield pl.concat(found).unique()


def _hash(title_key: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(b"t" + title_key, digest_size=_BYTES).digest(), "big")


def _sort_by(text: bytes) -> int:
    """Turn the first bytes of a text into a number that sorts as they do."""
    return int.from_bytes(text[:_BYTES].ljust(_BYTES, b"\0"), "big")
