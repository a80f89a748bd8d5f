"""Members of archives, unpacked once and kept by their content, so that any work unit can read them like files."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

from etl.load.files import create_file

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from etl.load.warehouse import Warehouse


def keep_member(warehouse: Warehouse, dump_id: str, raw: bytes) -> Path:
    """Keep a member's bytes under their dump id; what is kept already is not written again.

    Errors: ``WriteFailedError``.
    """
    path = find_member(warehouse, dump_id)
    if not path.is_file() or path.read_bytes() != raw:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{dump_id}-{uuid.uuid4().hex}")
        with create_file(unfinished) as file:
            file.write(raw)
        unfinished.replace(path)
    return path


def find_member(warehouse: Warehouse, dump_id: str) -> Path:
    """Find the place of a member, whether it is there or not."""
    return _folder(warehouse) / dump_id[:2] / dump_id


def list_members(warehouse: Warehouse) -> frozenset[str]:
    """List the dump ids of all members that are kept; each has its name only since it is whole."""
    # There may be very many of them, and os.walk looks at each but once.
    return frozenset(name for _, _, names in os.walk(_folder(warehouse)) for name in names)


def clear_members(warehouse: Warehouse, kept: Collection[str]) -> None:
    """Clear away the members of archives that the last build did not name. The caller holds the lock."""
    names = frozenset(kept)
    for path in _folder(warehouse).glob("??/*"):  # unfinished ones, too
        if path.name not in names:
            path.unlink()


def _folder(warehouse: Warehouse) -> Path:
    return warehouse.root / "members"
