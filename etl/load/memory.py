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


def ask_in_little_memory(ask: Callable[[str], Answer], little: str, more: str = USUAL_MEMORY) -> Answer:
    """Ask with a memory limit, and once more with a higher one where the question cannot do with it.

    Errors: those of ``ask``.
    """
    with contextlib.suppress(duckdb.OutOfMemoryException):
        return ask(little)
    return ask(more)
