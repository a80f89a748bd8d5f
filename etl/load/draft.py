"""A release in the making: its folder in ``staging/``, with all files but the DuckDB file, checked and described."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from etl.errors import PaperhouseError
from etl.load.documents import write_documents
from etl.load.files import check_room, flush_file, look_below
from etl.load.gates import Touched, check_gates
from etl.load.linking import link_tables
from etl.load.manifest import TableEntry, make_manifest, read_entry, write_manifest
from etl.load.reader import Release
from etl.load.sql_files import list_sql_files
from etl.load.succession import check_declared, check_shrink, diff_with_current
from etl.load.tables import list_files, scan_files
from etl.load.verify import Before, verify_changes, verify_table
from schemas import CONTRACT_VERSION, TABLES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from etl.load.documents import Render
    from etl.load.linking import Linked
    from etl.load.release_diff import ReleaseDiff


class TablesIncompleteError(PaperhouseError):
    """A release has all tables of the contract and no other."""

    def __init__(self, wrong: set[str]) -> None:
        """Name the tables that are missing or unknown."""
        super().__init__(f"a release cannot be made with these tables missing or unknown: {', '.join(sorted(wrong))}")


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


def prepare_draft(  # noqa: PLR0913 - what to make, and what to go by
    staging: Path,
    sources: Mapping[str, Sequence[Path]],
    *,
    terms: Terms,
    before: Release | None,
    checked: frozenset[str],
    begin: Callable[[str], None],
) -> Release:
    """Link, check and describe the tables in a new folder of ``staging``: gives the release as it lies there.

    ``before`` is the release that this one is to follow, and ``checked`` are those of its files, by their paths in it,
    that this code has checked and nobody has touched since.
    Errors: as for ``link_tables``, ``verify_table``, ``check_gates``, ``check_shrink`` and ``check_declared``.
    """
    draft = staging / "release"
    draft.mkdir()
    begin("link")
    links = link_tables(sources, draft, before, checked)
    files = {table: list(linked.files) for table, linked in links.items()}
    begin("verify")
    entries = {table: _verify(table, linked, draft, before) for table, linked in links.items()}
    manifest = make_manifest(
        entries=entries,
        input_counts=_count_inputs(files["inputs"]),
        sql_files=list_sql_files(),
        facts=terms.facts,
        created_at=terms.now.isoformat(timespec="seconds"),
    )
    release = Release(manifest["release_id"], draft, manifest)
    begin("compare")
    diff = diff_with_current(before, release, staging / "spill")
    begin("gates")
    check_gates(files, staging / "spill", _find_touched(before, diff, checked, links, entries))
    manifest |= _succeed(before, release, diff, terms)
    manifest["storage"] = _measure_storage(release, before)
    begin("documents")
    manifest["documents"] = write_documents(release, before, terms.documents)
    write_manifest(manifest, draft)
    flush_file(draft)
    return release


def _verify(table: str, linked: Linked, draft: Path, before: Release | None) -> TableEntry:
    """Check a table's files, or what of them the release before does not vouch for."""
    if before is None or not linked.known or "nulls" not in before.manifest["tables"][table]:
        return verify_table(table, linked.files, draft)
    described = before.manifest["tables"][table]
    entry = TableEntry(tuple(map(read_entry, described["files"])), described["partition_hashes"], described["nulls"])
    return verify_changes(table, linked.files, draft, linked.known, Before(entry, linked.gone))


def _measure_storage(release: Release, before: Release | None) -> dict[str, int]:
    """Measure the tables' files, and how much of that the release before holds as well and was not written again."""
    known = {look.st_ino for look in look_below(before.path).values()} if before else set()
    sizes = {file.stat().st_ino: file.stat().st_size for table in TABLES for file in release.list_files(table)}
    linked = sum(size for inode, size in sizes.items() if inode in known)
    return {"table_bytes": sum(sizes.values()), "linked_bytes": linked}


def _find_touched(
    before: Release | None,
    diff: ReleaseDiff | None,
    checked: frozenset[str],
    links: Mapping[str, Linked],
    entries: Mapping[str, TableEntry],
) -> Touched | None:
    """Find which ids the gates have to look at; None for all of them, where they never held for the release before."""
    if before is None or diff is None or diff.touched is None or diff.contract_before != CONTRACT_VERSION:
        return None
    files = {file["path"] for table in before.manifest["tables"].values() for file in table["files"]}
    if not files <= checked:
        return None
    keys = {
        path: file.keys
        for table, linked in links.items()
        for path, file in zip(linked.files, entries[table].files, strict=True)
    }
    return Touched(diff.touched, keys)


def _succeed(before: Release | None, release: Release, diff: ReleaseDiff | None, terms: Terms) -> dict[str, Any]:
    """Check that the release may follow the one before it, and say for the manifest what differs."""
    if not terms.allow_shrink:
        check_shrink(before.manifest if before else None, release.manifest)
    if diff:
        check_declared(diff, terms.accept_break)
    return {"changes": diff.to_plain() if diff else None, "accepted_break": terms.accept_break}


def _count_inputs(files: Sequence[Path]) -> dict[str, int]:
    counts = scan_files(files).group_by("status").agg(pl.len()).sort("status").collect()
    return dict(counts.iter_rows())
