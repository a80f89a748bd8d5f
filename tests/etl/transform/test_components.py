from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.components import connect, connect_in_order

if TYPE_CHECKING:
    import random

pairs = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20).map(
    lambda found: [(f"{left:02}", f"{right:02}") for left, right in found]
)
NODES = [f"{number:02}" for number in range(12)]


def test_a_chain_of_pairs_is_one_component_named_by_its_smallest_member():
    assert connect("dcba", [("d", "c"), ("b", "c")]) == {"a": "a", "b": "b", "c": "b", "d": "b"}


def test_nodes_without_a_pair_stand_alone():
    assert connect([("x", 1), ("x", 0)], []) == {("x", 1): ("x", 1), ("x", 0): ("x", 0)}


def test_nothing_connects_to_nothing():
    assert connect([], []) == {}


def test_a_pair_of_unknown_nodes_is_an_error():
    with pytest.raises(KeyError):
        connect("a", [("a", "b")])


def test_a_long_chain_needs_no_recursion():
    nodes = [f"{number:06}" for number in range(50_000)]
    links = list(pairwise(nodes))
    assert set(connect(nodes, reversed(links)).values()) == {"000000"}


@given(pairs)
def test_components_are_those_that_spreading_finds(links: list[tuple[str, str]]):
    names = {node: node for node in NODES}
    for _ in NODES:
        for left, right in links:
            names[left] = names[right] = min(names[left], names[right])
    assert connect(NODES, links) == names


@given(pairs, st.permutations(NODES), st.randoms(use_true_random=False))
def test_no_order_of_nodes_or_pairs_matters(links: list[tuple[str, str]], nodes: list[str], chance: random.Random):
    turned = [pair[::-1] if chance.random() < 0.5 else pair for pair in links]
    chance.shuffle(turned)
    assert connect(nodes, turned) == connect(NODES, links)


def test_of_two_conflicting_pairs_the_first_wins():
    apart = {("a", "c")}
    roots, used = connect_in_order("abc", [("b", "c"), ("a", "b")], apart)
    assert (roots, used) == ({"a": "a", "b": "b", "c": "b"}, [("b", "c")])


def test_a_pair_inside_a_component_counts_as_used():
    _, used = connect_in_order("abc", [("a", "b"), ("b", "c"), ("a", "c")], ())
    assert used == [("a", "b"), ("b", "c"), ("a", "c")]


def test_components_that_grew_together_keep_what_each_must_stay_apart_from():
    links = [("a", "b"), ("c", "d"), ("b", "c"), ("d", "e")]
    roots, _ = connect_in_order("abcde", links, [("e", "a")])
    assert roots == {"a": "a", "b": "a", "c": "a", "d": "a", "e": "e"}


@given(pairs)
def test_without_anything_apart_the_order_does_not_matter(links: list[tuple[str, str]]):
    roots, used = connect_in_order(NODES, links, ())
    assert roots == connect(NODES, links)
    assert used == links


@given(pairs, pairs.map(lambda found: [pair for pair in found if pair[0] != pair[1]]))
def test_what_must_stay_apart_stays_apart_and_nothing_else_does(
    links: list[tuple[str, str]], apart: list[tuple[str, str]]
):
    roots, used = connect_in_order(NODES, links, apart)
    assert all(roots[left] != roots[right] for left, right in apart)
    assert roots == connect(NODES, used)
    for left, right in links:
        joined = {node for node in NODES if roots[node] in (roots[left], roots[right])}
        is_barred = any(set(pair) <= joined for pair in apart)
        assert roots[left] == roots[right] or is_barred
