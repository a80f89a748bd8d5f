"""What is checked of the release as it lies on the disk: after it was published, and whenever somebody asks.

These checks block nothing, since readers see the release already; what protects them stands before publishing, in
``rule_checks``, ``dump_checks`` and ``gate_checks``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg
import polars as pl

from assets.age_check import release_is_fresh
from assets.metadata import tabulate
from assets.resources import WarehouseResource, refuse_plainly
from etl.load.catalog import is_catalog_usable
from etl.load.files import hash_file
from etl.load.gates import GATES, InvariantBrokenError, check_gates
from etl.load.reader import open_release
from etl.load.staging import hold_staging

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release
    from etl.load.warehouse import Warehouse

_INVARIANTS: Final = [{"invariant": gate.name, "says": gate.sentence} for gate in GATES]


@dg.asset_check(asset="release", description="Every file has the bytes that the manifest names (SHA-256).")
def files_are_whole(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Hash the files of the current release again."""
    with refuse_plainly():
        release = open_release(warehouse.open())
        damaged = find_damaged_files(release)
    return dg.AssetCheckResult(
        passed=not damaged,
        description=f"not as published: {', '.join(damaged)}" if damaged else "every file is as it was published",
        metadata={"release_id": release.release_id, "damaged_file_count": len(damaged)},
    )


@dg.asset_check(asset="release", description="No byte and no listing was lost, and every reference leads somewhere.")
def invariants_hold(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Run the gates of publishing over the current release."""
    with refuse_plainly():
        release = open_release(warehouse.open())
        broken = find_broken_invariant(release, warehouse.open())
    return dg.AssetCheckResult(
        passed=broken is None,
        description=f"broken: {broken}" if broken else "every invariant holds",
        metadata={"release_id": release.release_id, "invariants": tabulate(pl.DataFrame(_INVARIANTS, orient="row"))},
    )


@dg.asset_check(asset="release", description="The DuckDB file can be opened, and its views show this release's files.")
def catalog_is_usable(warehouse: WarehouseResource) -> dg.AssetCheckResult:
    """Look into the DuckDB file of the current release."""
    with refuse_plainly():
        release = open_release(warehouse.open())
    return dg.AssetCheckResult(
        passed=is_catalog_usable(release.path),
        metadata={"release_id": release.release_id, "catalog": dg.MetadataValue.path(release.catalog)},
    )


RELEASE_CHECKS: Final = (files_are_whole, invariants_hold, catalog_is_usable, release_is_fresh)
"""The checks of the release, in the order in which they are made."""


def find_damaged_files(release: Release) -> list[str]:
    """List the files of a release that are gone or whose bytes are not those of the manifest."""
    entries = [entry for table in release.manifest["tables"].values() for entry in table["files"]]
    return [entry["path"] for entry in entries if not _is_whole(release.path / entry["path"], entry["sha256"])]


def find_broken_invariant(release: Release, warehouse: Warehouse) -> str | None:
    """Name the first invariant between the tables of a release that does not hold."""
    files = {table: release.list_files(table) for table in release.manifest["tables"]}
    with hold_staging(warehouse) as spill_folder:
        try:
            check_gates(files, spill_folder)
        except InvariantBrokenError as error:
            return error.invariant
    return None


def _is_whole(path: Path, sha256: str) -> bool:
    try:
        return hash_file(path) == sha256
    except OSError:
        return False
