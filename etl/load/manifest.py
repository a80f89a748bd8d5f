"""MANIFEST.json: what a release holds, file by file, and the names computed from it.

The JSON is canonical (sorted keys, UTF-8, two spaces): equal facts give equal bytes. What is only information, such as
``created_at``, library versions and ``facts``, takes part in no hash.
"""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from etl.errors import PaperhouseError
from etl.load.content import hash_content, hash_table
from etl.load.files import create_file
from etl.version import PACKAGE_VERSION, PARSER_VERSION
from schemas import CONTRACT_VERSION, KEY_RECIPES
from schemas.contract import describe_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from etl.load.sql_files import SqlFile

MANIFEST_NAME: Final = "MANIFEST.json"
MANIFEST_VERSION: Final = 1
_LIBRARIES: Final = ("duckdb", "pandera", "polars", "pyarrow")


class ManifestUnreadableError(PaperhouseError):
    """A release's manifest is missing or no manifest."""

    def __init__(self, path: Path, problem: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(
            f"{path} cannot be read ({problem}), so this release is damaged: "
            "build again if it is the current one, otherwise remove its folder"
        )


@dataclass(frozen=True)
class FileEntry:
    """One Parquet file of a release; its path is relative to the release.

    ``keys`` are the first and the last leading id in it; None without rows, and where a table is keyed by text.
    """

    path: str
    rows: int
    bytes: int
    sha256: str
    keys: tuple[str, str] | None = None


@dataclass(frozen=True)
class TableEntry:
    """One table of a release: its files in key order, and the hashes of its partitions that have rows.

    ``nulls`` counts them for each column that is no list.
    """

    files: tuple[FileEntry, ...]
    partition_hashes: Mapping[str, str]
    nulls: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return sum(file.rows for file in self.files)


def make_manifest(
    *,
    entries: Mapping[str, TableEntry],
    input_counts: Mapping[str, int],
    sql_files: Sequence[SqlFile],
    facts: Mapping[str, Any],
    created_at: str,
) -> dict[str, Any]:
    """Make the manifest of a release from its verified tables.

    ``input_counts`` are the named files by status; ``facts`` are the builder's own notes and must be JSON.
    """
    table_hashes = {name: hash_table(name, entry.rows, entry.partition_hashes) for name, entry in entries.items()}
    content_id, sql_hash = hash_content(table_hashes), hash_sql(sql_files)
    versions = {"contract_version": CONTRACT_VERSION, "package_version": PACKAGE_VERSION}
    return {
        "manifest_version": MANIFEST_VERSION,
        "release_id": hash_release(
            {**versions, "content_id": content_id, "sql_hash": sql_hash}, table_hashes["inputs"]
        ),
        "content_id": content_id,
        "contract_version": CONTRACT_VERSION,
        "key_recipes": dict(KEY_RECIPES),
        "package_version": PACKAGE_VERSION,
        "parser_version": PARSER_VERSION,
        "sql_hash": sql_hash,
        "libraries": {name: version(name) for name in _LIBRARIES} | {"python": platform.python_version()},
        "created_at": created_at,
        "facts": dict(facts),
        "inputs": dict(input_counts),
        "tables": {name: _describe_entry(name, entries[name], table_hashes[name]) for name in entries},
    }


def hash_sql(sql_files: Sequence[SqlFile]) -> str:
    """Hash the text of all views and macros."""
    return hashlib.sha256(render_json([[file.is_macro, file.name, file.text] for file in sql_files])).hexdigest()


def hash_release(parts: Mapping[str, Any], inputs_hash: str) -> str:
    """Name a release: 32 hexadecimal digits of what it says, where that came from, and how it is to be read.

    ``parts`` is the manifest, or what it says under ``content_id``, ``contract_version``, ``package_version`` and
    ``sql_hash``, so that whoever has the manifest can compute the name again.
    """
    named = {name: parts[name] for name in ("content_id", "contract_version", "package_version", "sql_hash")}
    return hashlib.sha256(render_json({**named, "inputs": inputs_hash})).hexdigest()[:32]


def write_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write ``MANIFEST.json`` anew and flush it."""
    with create_file(folder / MANIFEST_NAME) as file:
        file.write(render_json(manifest))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a release's manifest.

    Errors: a missing file, no JSON, or a form this version does not know raises ``ManifestUnreadableError``.
    """
    path = folder / MANIFEST_NAME
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestUnreadableError(path, str(error.strerror)) from error
    except (ValueError, RecursionError) as error:
        raise ManifestUnreadableError(path, str(error)) from error
    if not isinstance(manifest, dict) or manifest.get("manifest_version") != MANIFEST_VERSION:
        raise ManifestUnreadableError(path, f"it is no manifest of version {MANIFEST_VERSION}")
    return manifest


def read_entry(file: Mapping[str, Any]) -> FileEntry:
    """Read a file's entry back from the manifest."""
    keys = file.get("keys")
    return FileEntry(
        file["path"], file["rows"], file["bytes"], file["sha256"], None if keys is None else (keys[0], keys[1])
    )


def list_release_files(manifest: Mapping[str, Any], folder: Path) -> dict[str, list[Path]]:
    """List the Parquet files of each table, in key order, below the release's folder."""
    return {
        name: [folder / file["path"] for file in table["files"]] for name, table in sorted(manifest["tables"].items())
    }


def list_entries(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List the entries of all files that a manifest knows by size and hash: the tables' files and the documents."""
    files = [file for _, table in sorted(manifest["tables"].items()) for file in table["files"]]
    return [*files, *manifest.get("documents", [])]


def render_json(value: object) -> bytes:
    """Render JSON in canonical form.

    >>> print(render_json({"b": 1, "a": "é"}).decode())
    {
      "a": "é",
      "b": 1
    }
    <BLANKLINE>
    """
    return (json.dumps(value, sort_keys=True, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode()


def _describe_entry(name: str, entry: TableEntry, table_hash: str) -> dict[str, Any]:
    return {
        **describe_table(name),
        "rows": entry.rows,
        "bytes": sum(file.bytes for file in entry.files),
        "hash": table_hash,
        "partition_hashes": dict(entry.partition_hashes),
        "nulls": dict(entry.nulls),
        "files": [{**asdict(file), "keys": list(file.keys) if file.keys else None} for file in entry.files],
    }


def compare_rows(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, tuple[int, int]]:
    """Compare two manifests: the rows of each table before and after; 0 before where there was no release."""
    earlier = before["tables"] if before else {}
    return {
        name: (earlier[name]["rows"] if name in earlier else 0, table["rows"])
        for name, table in after["tables"].items()
    }
