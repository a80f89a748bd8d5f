"""Members of archives, unpacked once and kept by their content, so that any work unit can read them like files."""

from __future__ import annotations

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
    path = _folder(warehouse) / dump_id[:2] / dump_id
    if not path.is_file() or path.stat().st_size != len(raw):
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{dump_id}-{uuid.uuid4().hex}")
        with create_file(unfinished) as file:
            file.write(raw)
        unfinished.replace(path)
    return path


def clear_members(warehouse: Warehouse, kept: Collection[str]) -> None:
    """Clear away the members of archives that the last build did not name. The caller holds the lock."""
    names = frozenset(kept)
    for path in _folder(warehouse).glob("??/*"):
        if path.name not in names:
            path.unlink()


def _folder(warehouse: Warehouse) -> Path:
    return warehouse.root / "members"
