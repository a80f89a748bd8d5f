from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from etl.transform.candidates import BLOCK_SCHEMA, MAX_BLOCK, count_large_blocks, make_blocks, pair_candidates

if TYPE_CHECKING:
    import random

CARDS = {"alias_id": pl.String, "title_key": pl.String, "pieces": pl.List(pl.String)}


def frame_cards(*rows: tuple[str, str, list[str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CARDS, orient="row")


def frame_blocks(*rows: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=BLOCK_SCHEMA, orient="row")


def test_candidates_that_share_a_title_or_a_piece_are_a_block():
    cards = frame_cards(("b", "x", ["1", "2"]), ("a", "x", []), ("c", "y", ["2", "3"]), ("d", "z", ["4"]))
    expected = frame_blocks(("2", "b"), ("2", "c"), ("tx", "a"), ("tx", "b"))
    assert_frame_equal(make_blocks(cards), expected)


def test_many_listings_of_one_candidate_are_no_block():
    cards = frame_cards(*[("a", "x", ["1", "1"])] * 3)
    assert make_blocks(cards).is_empty()


def test_no_cards_make_no_blocks():
    assert make_blocks(frame_cards()).is_empty()


def test_every_pair_of_a_small_block_is_compared_once():
    aliases = [f"{number:02}" for number in range(MAX_BLOCK)]
    blocks = frame_blocks(*(("1", alias) for alias in aliases), ("2", "00"), ("2", "01"))
    assert list(pair_candidates(blocks, dict.fromkeys(aliases, ""))) == list(combinations(aliases, 2))
    assert count_large_blocks(blocks) == 0


def test_a_large_block_costs_no_square_and_still_pairs_the_most_alike():
    count = 2000
    texts = {f"{number:04}": f"text {number // 2:04} and its end {number:04}" for number in range(count)}
    blocks = frame_blocks(*(("1", alias) for alias in texts))
    pairs = list(pair_candidates(blocks, texts))
    assert len(pairs) == len(set(pairs)) < 13 * count
    assert {(f"{number:04}", f"{number + 1:04}") for number in range(0, count, 2)} <= set(pairs)
    assert count_large_blocks(blocks) == 1


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3), st.lists(st.integers(0, 5), max_size=3)), max_size=70),
    st.randoms(use_true_random=False),
)
def test_no_order_of_cards_changes_blocks_or_pairs(drawn: list[tuple[int, int, list[int]]], chance: random.Random):
    facts = {f"{alias:02}": (f"{title}", [f"{piece}" for piece in pieces]) for alias, title, pieces in drawn}
    rows = [(alias, *fact) for alias, fact in facts.items()]
    texts = {alias: f"{fact}" for alias, fact in facts.items()}
    mixed = rows * 2
    chance.shuffle(mixed)
    blocks = make_blocks(frame_cards(*rows))
    assert_frame_equal(make_blocks(frame_cards(*mixed)), blocks)
    pairs = list(pair_candidates(blocks, texts))
    assert all(left < right for left, right in pairs)
    assert len(pairs) == len(set(pairs))
