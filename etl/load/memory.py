"""Questions to DuckDB in little memory: what does not fit goes to the disk, and only what cannot do so gets more."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final, TypeVar

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")

USUAL_MEMORY: Final = "80%"
"""What DuckDB takes of the machine's memory if it is not told otherwise."""


def ask_in_little_memory(ask: Callable[[str], Answer], *limits: str) -> Answer:
    """Ask with a memory limit, and again with the next higher one as long as the question cannot do with it.

    Errors: those of ``ask``.
    """
    for limit in limits[:-1]:
        with contextlib.suppress(duckdb.OutOfMemoryException):
            return ask(limit)
    return ask(limits[-1])
