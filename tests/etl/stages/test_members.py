from __future__ import annotations

from typing import TYPE_CHECKING

from etl.extract.parse import identify_dump
from etl.stages.members import clear_members, keep_member

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.warehouse import Warehouse


def list_members(warehouse: Warehouse) -> list[Path]:
    return sorted(path for path in (warehouse.root / "members").rglob("*") if path.is_file())


def test_a_member_is_kept_once_under_its_content(warehouse: Warehouse):
    dump_id = identify_dump(b"page")
    path = keep_member(warehouse, dump_id, b"page")
    written = path.stat().st_mtime_ns, path.stat().st_ino
    assert keep_member(warehouse, dump_id, b"page") == path
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == written
    assert list_members(warehouse) == [path]
    assert path.read_bytes() == b"page"


def test_a_member_that_was_cut_short_is_written_again(warehouse: Warehouse):
    dump_id = identify_dump(b"page")
    keep_member(warehouse, dump_id, b"page").write_bytes(b"pa")
    assert keep_member(warehouse, dump_id, b"page").read_bytes() == b"page"


def test_members_that_are_no_longer_named_are_cleared(warehouse: Warehouse):
    kept, gone = (keep_member(warehouse, identify_dump(raw), raw) for raw in (b"kept", b"gone"))
    (kept.parent / ".half-written").write_bytes(b"x")
    clear_members(warehouse, [kept.name])
    assert list_members(warehouse) == [kept]
    assert not gone.exists()


def test_a_warehouse_without_members_has_none_to_clear(warehouse: Warehouse):
    clear_members(warehouse, [])
    assert list_members(warehouse) == []
