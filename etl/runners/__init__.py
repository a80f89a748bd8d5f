"""Where the work runs: this machine's processes, or a cluster behind the same protocol.

A runner schedules, retries and moves. It never decides an order, a hash or a value: specs and receipts are small and
plain, tables travel through files, and receipts may come back in any order and more than once.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Spec = TypeVar("Spec")
Receipt = TypeVar("Receipt")

MEMORY_VARIABLES: Final[Mapping[str, str]] = MappingProxyType(
    {"_RJEM_MALLOC_CONF": "dirty_decay_ms:0,muzzy_decay_ms:0"}
)
"""What is set before polars is imported, so that what it frees goes back to the system at once.

Otherwise a process holds the most that each step needed.
"""

WORKER_VARIABLES: Final[Mapping[str, str]] = MappingProxyType(
    {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", **MEMORY_VARIABLES}
)
"""What is set for a worker before it imports polars and Arrow: one thread, for the processes are the parallelism."""

IN_FLIGHT: Final = 4
"""Units handed out at a time for each core, where nobody says how many: no worker waits, and few wait for a worker."""


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
