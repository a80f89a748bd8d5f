"""``log.jsonl``: the releases in the order in which they became current, one line of JSON each.

The log is derived: but for rollbacks, the manifests say the same. A line that a crash cut short is dropped, and a
release without a line gets one from its manifest, so losing the file loses nothing. A build that ends in the release
that is current already adds none.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from etl.load.files import create_file, flush_file
from etl.load.manifest import ManifestUnreadableError, read_manifest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from etl.load.warehouse import Warehouse


def record_release(
    warehouse: Warehouse, manifest: Mapping[str, Any], committed_at: str, staging: Path, *, by: str = "build"
) -> None:
    """Add the line of a release that has just become current, and mend the lines before it.

    ``staging`` is a folder of the caller's in which the new log is written before it takes the old one's place; ``by``
    is what made the release current, ``build`` or ``rollback``.
    """
    known = read_log(warehouse)
    recorded = {line["release_id"] for line in known} | {manifest["release_id"]}
    missing = [
        _make_line(found, found["created_at"])
        for folder in sorted(warehouse.releases.iterdir())
        if folder.name not in recorded
        for found in _find_manifest(folder)
    ]
    lines = _insert_lines(known, missing)
    if not lines or lines[-1]["release_id"] != manifest["release_id"]:
        lines.append({**_make_line(manifest, committed_at), "by": by})
    _write_log(warehouse, lines, staging)


def _insert_lines(known: list[dict[str, Any]], missing: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put missing lines where their time says; known ones keep their order, also where the clock was set back."""
    lines = list(known)
    for line in sorted(missing, key=lambda one: str(one["committed_at"])):
        later = (place for place, one in enumerate(lines) if str(one["committed_at"]) > str(line["committed_at"]))
        lines.insert(next(later, len(lines)), line)
    return lines


def read_log(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Read the lines that are whole; no log is an empty one."""
    if not warehouse.log.is_file():
        return []
    lines = []
    for text in warehouse.log.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and {"release_id", "committed_at"} <= line.keys():
            lines.append(line)
    return lines


def _find_manifest(release_folder: Path) -> list[dict[str, Any]]:
    """Find a release's manifest, or none: a damaged release must not keep the log from telling of the others."""
    try:
        return [read_manifest(release_folder)]
    except ManifestUnreadableError:
        return []


def _make_line(manifest: Mapping[str, Any], committed_at: str) -> dict[str, Any]:
    return {
        "committed_at": committed_at,
        "release_id": manifest["release_id"],
        "content_id": manifest["content_id"],
        "rows": {name: table["rows"] for name, table in manifest["tables"].items()},
        **manifest.get("storage", {}),
    }


def _write_log(warehouse: Warehouse, lines: list[dict[str, Any]], staging: Path) -> None:
    unfinished = staging / warehouse.log.name
    with create_file(unfinished) as file:
        file.writelines((json.dumps(line, sort_keys=True) + "\n").encode() for line in lines)
    unfinished.replace(warehouse.log)
    flush_file(warehouse.root)
