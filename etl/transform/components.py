"""Connected components: which nodes hang together through any chain of pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Node = TypeVar("Node", bound="int | str | tuple[Any, ...]")


def connect(nodes: Iterable[Node], pairs: Iterable[tuple[Node, Node]]) -> dict[Node, Node]:
    """Name each node's component by its smallest member; the order of nodes and pairs does not matter.

    Errors: a pair with a node that is not among ``nodes`` raises ``KeyError``.

    >>> connect("abcd", [("c", "b"), ("d", "c")])
    {'a': 'a', 'b': 'b', 'c': 'b', 'd': 'b'}
    """
    parents = {node: node for node in nodes}

    def find(node: Node) -> Node:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for left, right in pairs:
        low, high = sorted((find(left), find(right)))
        parents[high] = low
    for node in parents:
        parents[node] = find(node)
    return parents


def connect_in_order(
    nodes: Iterable[Node], pairs: Iterable[tuple[Node, Node]], apart: Collection[tuple[Node, Node]]
) -> tuple[dict[Node, Node], list[tuple[Node, Node]]]:
    """Connect pairs one after the other, but never two components of which any two members must stay apart.

    Returns each node's component, named by its smallest member, and the pairs that were used: those whose two nodes
    end in one component. The order of ``pairs`` decides which of two conflicting ones wins.

    >>> connect_in_order("abc", [("a", "b"), ("b", "c")], {("a", "c")})
    ({'a': 'a', 'b': 'a', 'c': 'c'}, [('a', 'b')])
    """
    wanted = list(pairs)
    roots = connect(nodes, wanted)
    # Few components have two members that must stay apart: only in those does the order matter.
    torn = {roots[left] for left, right in apart if left in roots and roots[left] == roots.get(right)}
    if torn:
        within = [pair for pair in wanted if roots[pair[0]] in torn]
        roots |= _connect_apart([node for node, root in roots.items() if root in torn], within, apart)
    return roots, [(left, right) for left, right in wanted if roots[left] == roots[right]]


def _connect_apart(
    nodes: Iterable[Node], pairs: Iterable[tuple[Node, Node]], apart: Collection[tuple[Node, Node]]
) -> dict[Node, Node]:
    members = {node: [node] for node in nodes}
    holders = {node: node for node in members}
    kept_apart: dict[Node, set[Node]] = {}
    for left, right in apart:
        kept_apart.setdefault(left, set()).add(right)
        kept_apart.setdefault(right, set()).add(left)
    for left, right in pairs:
        small, large = sorted((holders[left], holders[right]), key=lambda holder: len(members[holder]))
        if small == large or _must_stay_apart(members[small], members[large], kept_apart):
            continue
        for node in members[small]:
            holders[node] = large
        members[large] += members.pop(small)
    names = {holder: min(nodes) for holder, nodes in members.items()}
    return {node: names[holder] for node, holder in holders.items()}


def _must_stay_apart(small: list[Node], large: list[Node], kept_apart: dict[Node, set[Node]]) -> bool:
    barred = set[Node]().union(*(kept_apart[node] for node in small if node in kept_apart))
    return not barred.isdisjoint(large) if barred else False
