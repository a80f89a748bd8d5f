"""A release in the making: its folder in ``staging/``, with all files but the DuckDB file, checked and described."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from etl.errors import PaperhouseError
from etl.load.documents import write_documents
from etl.load.files import check_room, flush_file, hash_file, link_file
from etl.load.gates import check_gates
from etl.load.manifest import list_entries, make_manifest, write_manifest
from etl.load.reader import Release
from etl.load.sql_files import list_sql_files
from etl.load.succession import check_declared, check_shrink, diff_with_current
from etl.load.tables import list_files, scan_files
from etl.load.verify import verify_table
from schemas import TABLES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from etl.load.documents import Render


class TablesIncompleteError(PaperhouseError):
    """A release has all tables of the contract and no other."""

    def __init__(self, wrong: set[str]) -> None:
        """Name the tables that are missing or unknown."""
        super().__init__(f"a release cannot be made with these tables missing or unknown: {', '.join(sorted(wrong))}")


class SourceDamagedError(PaperhouseError):
    """A table's file that is one with that of the release before, and was damaged with it."""

    def __init__(self, source: Path, twin: Path) -> None:
        """Name the file by both its names."""
        super().__init__(
            f"{twin} is damaged, and with it {source}, which is the same file: nothing was published; build again, "
            "which makes both anew"
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
    check_room("the release", staging, sum(size.st_size for size in sizes if size.st_dev != disk))


@dataclass(frozen=True)
class Terms:
    """What a release is made under: the builder's notes and documents, the hour, what was allowed."""

    facts: Mapping[str, Any]
    documents: Mapping[str, Render]
    now: dt.datetime
    allow_shrink: bool = False
    accept_break: str | None = None


def prepare_draft(
    staging: Path,
    sources: Mapping[str, Sequence[Path]],
    *,
    terms: Terms,
    before: Release | None,
    begin: Callable[[str], None],
) -> Release:
    """Link, check and describe the tables in a new folder of ``staging``: gives the release as it lies there.

    ``before`` is the release that this one is to follow.
    Errors: as for ``link_tables``, ``verify_table``, ``check_gates``, ``check_shrink`` and ``check_declared``.
    """
    draft = staging / "release"
    begin("link")
    files = link_tables(sources, draft, before)
    begin("verify")
    entries = {table: verify_table(table, paths, draft) for table, paths in files.items()}
    begin("gates")
    check_gates(files, staging / "spill")
    manifest = make_manifest(
        entries=entries,
        input_counts=_count_inputs(files["inputs"]),
        sql_files=list_sql_files(),
        facts=terms.facts,
        created_at=terms.now.isoformat(timespec="seconds"),
    )
    release = Release(manifest["release_id"], draft, manifest)
    begin("compare")
    manifest |= _succeed(before, release, terms, staging / "spill")
    manifest["storage"] = _measure_storage(release, before)
    begin("documents")
    manifest["documents"] = write_documents(release, before, terms.documents)
    write_manifest(manifest, draft)
    flush_file(draft)
    return release


def link_tables(sources: Mapping[str, Sequence[Path]], draft: Path, before: Release | None) -> dict[str, list[Path]]:
    """Link the tables' files into the draft, in key order.

    A file whose very bytes the release before has is linked to that one, so that the disk holds them once.
    Errors: ``SourceDamagedError``.
    """
    linked: dict[str, list[Path]] = {}
    for table, paths in sources.items():
        folder = draft / table
        folder.mkdir(parents=True)
        linked[table] = [folder / f"part-{number:05d}.parquet" for number in range(len(paths))]
        for source, target in zip(paths, linked[table], strict=True):
            link_file(_find_twin(source, table, before) or source, target)
        flush_file(folder)
    return linked


def _find_twin(source: Path, table: str, before: Release | None) -> Path | None:
    """Find a file of the release before with the same bytes; one that is damaged by now has others."""
    if before is None or table not in before.manifest["tables"]:
        return None
    size = source.stat().st_size
    for entry in before.manifest["tables"][table]["files"]:
        twin: Path = before.path / entry["path"]
        is_same = twin.is_file() and twin.samefile(source)
        if is_same and hash_file(source) != entry["sha256"]:
            raise SourceDamagedError(source, twin)
        is_like = entry["bytes"] == size and twin.is_file()
        if is_same or (is_like and hash_file(source) == entry["sha256"] == hash_file(twin)):
            return twin
    return None


def _measure_storage(release: Release, before: Release | None) -> dict[str, int]:
    """Measure the tables' files, and how much of that the release before holds as well and was not written again."""
    earlier = [before.path / entry["path"] for entry in list_entries(before.manifest)] if before else []
    known = {path.stat().st_ino for path in earlier if path.is_file()}
    sizes = {file.stat().st_ino: file.stat().st_size for table in TABLES for file in release.list_files(table)}
    linked = sum(size for inode, size in sizes.items() if inode in known)
    return {"table_bytes": sum(sizes.values()), "linked_bytes": linked}


def _succeed(before: Release | None, release: Release, terms: Terms, workspace: Path) -> dict[str, Any]:
    """Check that the release may follow the one before it, and say for the manifest what differs."""
    if not terms.allow_shrink:
        check_shrink(before.manifest if before else None, release.manifest)
    diff = diff_with_current(before, release, workspace)
    if diff:
        check_declared(diff, terms.accept_break)
    return {"changes": diff.to_plain() if diff else None, "accepted_break": terms.accept_break}


def _count_inputs(files: Sequence[Path]) -> dict[str, int]:
    counts = scan_files(files).group_by("status").agg(pl.len()).sort("status").collect()
    return dict(counts.iter_rows())
