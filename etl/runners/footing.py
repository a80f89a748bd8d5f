"""What every node of a cluster must have in common with the driver: the code, and the files.

Each worker looks once, before it does its first piece of work: with other code it might give other rows, and with
another disk its results would be lost to all others.
"""

from __future__ import annotations

import functools
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from etl.errors import PaperhouseError
from etl.version import DECIDING_LIBRARIES, fingerprint_code

if TYPE_CHECKING:
    from pathlib import Path


class CodeDiffersError(PaperhouseError):
    """A node whose code may give other rows than the driver's."""

    def __init__(self, node: str) -> None:
        super().__init__(
            f"node {node} runs other code of paperhouse than this machine, or another version of "
            f"{', '.join(DECIDING_LIBRARIES)}: install the same code and lock file on every node; nothing was published"
        )


class WarehouseUnseenError(PaperhouseError):
    """A node that does not see the warehouse, or sees another one in its place."""

    def __init__(self, node: str, witness: Path) -> None:
        super().__init__(
            f"node {node} does not see the warehouse {witness.parent} as this machine does: put it on a file system "
            "that all nodes mount at the same path; nothing was published"
        )


@dataclass(frozen=True)
class Footing:
    """What the driver stands on: a fingerprint of its code, and the words of a file that changes with each build."""

    code: str
    witness: Path | None
    words: bytes

    @classmethod
    def here(cls, witness: Path | None) -> Self:
        """Take it down where the driver runs."""
        return cls(fingerprint_code(), witness, b"" if witness is None else witness.read_bytes())


@functools.cache
def check_footing(footing: Footing) -> None:
    """Make sure that this process stands on the same. Errors: ``CodeDiffersError``, ``WarehouseUnseenError``."""
    node = socket.gethostname()
    if fingerprint_code() != footing.code:
        raise CodeDiffersError(node)
    if footing.witness is not None and _read(footing.witness) != footing.words:
        raise WarehouseUnseenError(node, footing.witness)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
