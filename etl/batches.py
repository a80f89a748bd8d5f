"""Cutting what is many into lists that are worked on at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Item = TypeVar("Item")


def cut_batches(
    items: Iterable[Item], measure: Callable[[Item], int], most_bytes: int, most_items: int | None = None
) -> Iterator[list[Item]]:
    """Cut items, as they come, into lists of so many bytes at most, and so many items; one item may be larger.

    >>> list(cut_batches([3, 3, 9, 1], int, 6))
    [[3, 3], [9], [1]]
    """
    batch: list[Item] = []
    size = 0
    for item in items:
        byte_count = measure(item)
        if batch and (size + byte_count > most_bytes or len(batch) == most_items):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += byte_count
    if batch:
        yield batch
