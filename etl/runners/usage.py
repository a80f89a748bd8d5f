"""What the work of a runner used, measured where it was done: in a process of this machine, or on a cluster."""

from __future__ import annotations

import os
import resource
import socket
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_MEBIBYTE = 1 << 20


class Done(NamedTuple):
    """A unit's receipt, and what its worker used: CPU seconds for it, and the most bytes it ever held."""

    receipt: Any
    node: str
    process: int
    cpu_seconds: float
    peak_bytes: int


@dataclass
class Usage:
    """What all units used that a runner has done."""

    units: int = 0
    tried_again: int = 0
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    workers: set[tuple[str, int]] = field(default_factory=set)

    def add(self, done: Done) -> None:
        """Count a unit."""
        self.units += 1
        self.cpu_seconds += done.cpu_seconds
        self.peak_bytes = max(self.peak_bytes, done.peak_bytes)
        self.workers.add((done.node, done.process))

    def to_plain(self) -> dict[str, int | float]:
        """Give the numbers by name; nothing where no work was done.

        >>> usage = Usage()
        >>> usage.add(Done("receipt", "node", 1, 0.25, 5 << 20))
        >>> list(usage.to_plain())[:3]
        ['work_units', 'work_nodes', 'work_processes']
        """
        if not self.units:
            return {}
        return {
            "work_units": self.units,
            "work_nodes": len({node for node, _ in self.workers}),
            "work_processes": len(self.workers),
            "work_cpu_seconds": round(self.cpu_seconds, 1),
            "work_peak_mib": self.peak_bytes // _MEBIBYTE,
            "work_tried_again": self.tried_again,
        }


def do_unit(fn: Callable[[Any], Any], spec: object, *, node: str | None = None) -> Done:
    """Do a unit's work and measure it; ``node`` names this machine. Errors: what the work raises."""
    began = time.process_time()
    receipt = fn(spec)
    used = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10  # Linux counts KiB
    return Done(receipt, node or socket.gethostname(), os.getpid(), used, peak)
