from __future__ import annotations

import hashlib
from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.transform.candidates import (
    MAX_BLOCK,
    NEIGHBOURS,
    PIECE_SCHEMA,
    find_blocks,
    list_pieces,
    order_titles,
    pair_candidates,
)

if TYPE_CHECKING:
    import random

CARDS = {"alias_id": pl.String, "title_key": pl.String, "pieces": pl.List(pl.UInt64)}


def name_alias(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def frame_cards(*rows: tuple[str, str, list[str]]) -> pl.DataFrame:
    named = [(name_alias(alias), title, [int(piece, 16) for piece in pieces]) for alias, title, pieces in rows]
    return pl.DataFrame(named, schema=CARDS, orient="row")


def pair(cards: pl.DataFrame) -> pl.DataFrame:
    return pair_candidates(list_pieces(cards), order_titles(cards))


def pair_names(cards: pl.DataFrame, names: str) -> set[frozenset[str]]:
    known = {int(name_alias(name)[:16], 16): name for name in names}
    return {frozenset({known[left], known[right]}) for left, right in pair(cards).iter_rows()}


def test_candidates_that_share_a_title_or_a_piece_are_a_pair():
    cards = frame_cards(("b", "x", ["1", "2"]), ("a", "x", []), ("c", "y", ["2", "3"]), ("d", "z", ["4"]))
    assert pair_names(cards, "abcd") == {frozenset("ab"), frozenset("bc")}


def test_many_listings_of_one_candidate_are_no_pair():
    cards = frame_cards(*[("a", "x", ["1", "1"])] * 3)
    assert pair(cards).is_empty()


def test_a_candidate_has_the_pieces_of_all_its_listings():
    one, other = ("a", "x", ["1", "2"]), ("a", "x", ["3"])
    assert_frame_equal(list_pieces(frame_cards(one, other)), list_pieces(frame_cards(other, one)))
    apart = pl.concat([list_pieces(frame_cards(one)), list_pieces(frame_cards(other))])
    assert_frame_equal(list_pieces(frame_cards(one, other)), apart.unique().sort("piece", "alias"))


def test_a_title_that_reads_like_a_piece_is_no_piece():
    cards = frame_cards(("a", "0000000000000001", []), ("b", "y", ["1"]))
    assert pair(cards).is_empty()


def test_no_cards_make_no_pairs():
    pieces = list_pieces(frame_cards())
    assert dict(pieces.schema) == PIECE_SCHEMA
    assert pair(frame_cards()).is_empty()
    assert find_blocks(pieces).count_large() == 0


@pytest.mark.parametrize("count", [2, MAX_BLOCK])
def test_every_pair_of_a_small_block_is_compared_once(count: int):
    cards = frame_cards(*((f"{number}", f"title {number}", ["1", "2"]) for number in range(count)))
    pieces = list_pieces(cards)
    aliases = sorted(int(alias[:16], 16) for alias in cards["alias_id"])
    assert pair(cards).rows() == list(combinations(aliases, 2))
    assert find_blocks(pieces).count_large() == 0


@pytest.mark.parametrize("part", [0, 1])
def test_a_large_block_costs_no_square_and_still_pairs_titles_that_begin_or_end_alike(part: int):
    count = 2000
    titles = [(f"{number // 2:07}", f"{number:07}"[::-1]) for number in range(count)]
    ordered = [title if part == 0 else title[::-1] for title in titles]
    cards = frame_cards(*((f"{number}", "".join(title), ["1"]) for number, title in enumerate(ordered)))
    pieces = list_pieces(cards)
    pairs = set(pair(cards).rows())
    aliases = [int(alias[:16], 16) for alias in cards["alias_id"]]
    assert len(pairs) <= 2 * NEIGHBOURS * count
    wanted = {tuple(sorted(aliases[number : number + 2])) for number in range(0, count, 2)}
    assert part == 1 or wanted <= pairs
    assert find_blocks(pieces).count_large() == 1


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3), st.lists(st.integers(0, 5), max_size=3)), max_size=70),
    st.randoms(use_true_random=False),
)
def test_no_order_of_cards_and_no_range_of_pieces_changes_the_pairs(
    drawn: list[tuple[int, int, list[int]]], chance: random.Random
):
    facts = {f"{alias:02}": (f"{title}", [f"{piece}" for piece in pieces]) for alias, title, pieces in drawn}
    rows = [(alias, *fact) for alias, fact in facts.items()]
    mixed = rows * 2
    chance.shuffle(mixed)
    pieces = list_pieces(frame_cards(*rows))
    assert_frame_equal(list_pieces(frame_cards(*mixed)), pieces)
    orders = order_titles(frame_cards(*rows))
    pairs = pair_candidates(pieces, orders)
    assert (pairs["left"] < pairs["right"]).all()
    assert pairs.is_unique().all()
    ranges = [pieces.filter(pl.col("piece") % 2 == rest) for rest in (0, 1)]
    assert_frame_equal(
        pl.concat(pair_candidates(some, orders) for some in ranges).unique().sort("left", "right"), pairs
    )
