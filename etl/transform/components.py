"""Connected components: which nodes hang together through any chain of pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

Node = TypeVar("Node", bound="str | tuple[Any, ...]")


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
    return {node: find(node) for node in parents}
