"""Where the work runs: this machine's processes, or a cluster behind the same protocol.

A runner schedules, retries and moves. It never decides an order, a hash or a value: specs and receipts are small and
plain, tables travel through files, and receipts may come back in any order and more than once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Spec = TypeVar("Spec")
Receipt = TypeVar("Receipt")


class Runner(Protocol):
    """Runs one function over many work units."""

    def run(
        self, fn: Callable[[Spec], Receipt], specs: Sequence[Spec], *, max_in_flight: int, max_retries: int
    ) -> Iterator[Receipt]:
        """Yield the receipt of every spec, in any order; ``fn`` must be importable by name and safe to run twice.

        ``max_in_flight`` bounds the units handed out at a time, ``max_retries`` how often a unit is tried again
        after its worker died. Errors that ``fn`` raises are raised here at once.
        """
        ...
