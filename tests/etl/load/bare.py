"""Releases that nobody checked: tables and manifest in a folder, for tests of what compares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etl.load.manifest import make_manifest, write_manifest
from etl.load.reader import Release
from etl.load.sql_files import list_sql_files
from etl.load.tables import list_files
from etl.load.verify import verify_table
from tests.conftest_tables import write_tables

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


def write_release(tables: dict[str, pl.DataFrame], folder: Path, *, partitions: int = 1) -> Release:
    """Write tables as a release that never passed the gates; each table must be valid by itself."""
    folders = write_tables(tables, folder, partitions=partitions)
    entries = {name: verify_table(name, list_files(path), folder) for name, path in folders.items()}
    manifest = make_manifest(
        entries=entries, input_counts={}, sql_files=list_sql_files(), facts={}, created_at="2025-10-29T00:00:00+00:00"
    )
    write_manifest(manifest, folder)
    return Release(manifest["release_id"], folder, manifest)
