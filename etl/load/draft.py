"""A release in the making: its folder in ``staging/``, with all files but the DuckDB file, checked and described."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from etl.errors import PaperhouseError
from etl.load.documents import write_documents
from etl.load.files import flush_file, link_file
from etl.load.gates import check_gates
from etl.load.manifest import compare_rows, make_manifest, write_manifest
from etl.load.reader import Release
from etl.load.sql_files import list_sql_files
from etl.load.tables import list_files, scan_files
from etl.load.verify import verify_table
from schemas import TABLES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from etl.load.documents import Render

INPUT_ROOTS_FACT: Final = "input_roots"
"""The fact that names what a build was told to read; builds with the same one are expected to be of like size."""

_SPARE_BYTES: Final = 64 << 20
_LEAST_KEPT_SHARE: Final = 0.5
_GUARDED_TABLES: Final = ("dumps", "listings", "papers")


class TablesIncompleteError(PaperhouseError):
    """A release has all tables of the contract and no other."""

    def __init__(self, wrong: set[str]) -> None:
        """Name the tables that are missing or unknown."""
        super().__init__(f"A release cannot be made with these tables missing or unknown: {', '.join(sorted(wrong))}.")


class DiskFullError(PaperhouseError):
    """There is too little room for the release."""

    def __init__(self, folder: Path, needed: int, free: int) -> None:
        """Name the place and the two sizes."""
        super().__init__(
            f"The release needs {needed >> 20} MiB in {folder}, where only {free >> 20} MiB are free: "
            "free some space, and build again."
        )


class ReleaseShrinksError(PaperhouseError):
    """The same inputs give a much smaller release than before."""

    def __init__(self, table: str, before: int, after: int) -> None:
        """Name the table and its rows before and after."""
        super().__init__(
            f"Nothing was published, since from the same inputs table {table} would go from {before} rows to {after}: "
            "put back the dumps that are missing, or allow it with --allow-shrink."
        )


def list_sources(tables: Mapping[str, Path]) -> dict[str, list[Path]]:
    """List the files of all tables, in the contract's order.

    Errors: a table too many or too few raises ``TablesIncompleteError``, one without files ``TableMissingError``.
    """
    wrong = set(tables) ^ set(TABLES)
    if wrong:
        raise TablesIncompleteError(wrong)
    return {table: list_files(tables[table]) for table in TABLES}


def check_space(sources: Mapping[str, Sequence[Path]], staging: Path) -> None:
    """Make sure that the release fits; files on the same disk are linked and need no room.

    Errors: ``DiskFullError``.
    """
    disk = staging.stat().st_dev
    sizes = [file.stat() for files in sources.values() for file in files]
    needed = _SPARE_BYTES + sum(size.st_size for size in sizes if size.st_dev != disk)
    free = shutil.disk_usage(staging).free
    if free < needed:
        raise DiskFullError(staging, needed, free)


def check_shrink(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> None:
    """Refuse a release with less than half the rows of the one before, where both were built from the same roots.

    Errors: ``ReleaseShrinksError``.
    """
    roots = after["facts"].get(INPUT_ROOTS_FACT)
    if before is None or roots is None or before["facts"].get(INPUT_ROOTS_FACT) != roots:
        return
    changes = compare_rows(before, after)
    for table in find_shrunk(changes):
        raise ReleaseShrinksError(table, *changes[table])


def find_shrunk(changes: Mapping[str, tuple[int, int]]) -> list[str]:
    """Find the guarded tables that have less than half their rows left, from the rows of each before and after.

    >>> find_shrunk({"papers": (10, 4), "dumps": (10, 5), "links": (10, 0)})
    ['papers']
    """
    return [
        table
        for table, (rows_before, rows_after) in changes.items()
        if table in _GUARDED_TABLES and rows_after < _LEAST_KEPT_SHARE * rows_before
    ]


def prepare_draft(  # noqa: PLR0913 - the parts of one act, each by its name
    staging: Path,
    sources: Mapping[str, Sequence[Path]],
    *,
    facts: Mapping[str, Any],
    before: Release | None,
    documents: Mapping[str, Render],
    now: dt.datetime,
    begin: Callable[[str], None],
) -> Release:
    """Link, verify and describe the tables in a new folder of ``staging``: gives the release as it lies there.

    ``before`` is the release that this one is to follow. Errors: as for ``verify_table`` and ``check_gates``.
    """
    draft = staging / "release"
    begin("link")
    files = _link_tables(sources, draft)
    begin("verify")
    entries = {table: verify_table(table, paths, draft) for table, paths in files.items()}
    begin("gates")
    check_gates(files, staging / "spill")
    begin("manifest")
    manifest = make_manifest(
        entries=entries,
        input_counts=_count_inputs(files["inputs"]),
        sql_files=list_sql_files(),
        facts=facts,
        created_at=now.isoformat(timespec="seconds"),
    )
    begin("documents")
    release = Release(manifest["release_id"], draft, manifest)
    manifest["documents"] = write_documents(release, before, documents)
    write_manifest(manifest, draft)
    flush_file(draft)
    return release


def _link_tables(sources: Mapping[str, Sequence[Path]], draft: Path) -> dict[str, list[Path]]:
    linked: dict[str, list[Path]] = {}
    for table, paths in sources.items():
        folder = draft / table
        folder.mkdir(parents=True)
        linked[table] = [folder / f"part-{number:05d}.parquet" for number in range(len(paths))]
        for source, target in zip(paths, linked[table], strict=True):
            link_file(source, target)
        flush_file(folder)
    return linked


def _count_inputs(files: Sequence[Path]) -> dict[str, int]:
    counts = scan_files(files).group_by("status").agg(pl.len()).sort("status").collect()
    return dict(counts.iter_rows())
