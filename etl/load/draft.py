"""A release in the making: its folder in ``staging/``, with all files but the DuckDB file, checked and described."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from etl.errors import PaperhouseError
from etl.load.documents import write_documents
from etl.load.files import check_room, flush_file, hash_file, link_file
from etl.load.gates import Touched, check_gates
from etl.load.manifest import TableEntry, list_entries, make_manifest, read_entry, write_manifest
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
    from etl.load.manifest import FileEntry
    from etl.load.release_diff import ReleaseDiff


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
    begin("link")
    links = {table: link_table(table, paths, draft, before, checked) for table, paths in sources.items()}
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


class Linked(NamedTuple):
    """A table's files in the draft, in key order.

    ``known`` are the entries of those that the release before has, too, and that were checked with it; ``gone`` are its
    other files, with theirs.
    """

    files: tuple[Path, ...]
    known: Mapping[Path, FileEntry]
    gone: Mapping[Path, FileEntry]


def link_table(
    table: str, sources: Sequence[Path], draft: Path, before: Release | None, checked: frozenset[str]
) -> Linked:
    """Link a table's files into the draft.

    A file whose very bytes the release before has is linked to that one, so that the disk holds them once.
    Errors: ``SourceDamagedError``.
    """
    folder = draft / table
    folder.mkdir(parents=True)
    earlier = (
        [] if before is None or table not in before.manifest["tables"] else before.manifest["tables"][table]["files"]
    )
    twins = _Twins(before.path if before is not None else draft, earlier, checked)
    files, known = [], {}
    for source in sources:
        twin, is_checked = twins.find(source)
        target = folder / source.name
        link_file(source if twin is None else twins.folder / twin["path"], target)
        if twin is None:
            flush_file(target)
        files.append(target)
        if twin is not None and is_checked:
            known[target] = replace(read_entry(twin), path=target.relative_to(draft).as_posix())
    flush_file(folder)
    kept = {entry.sha256 for entry in known.values()}
    gone = {twins.folder / entry["path"]: read_entry(entry) for entry in earlier if entry["sha256"] not in kept}
    return Linked(tuple(files), known, gone)


class _Twins:
    """The files of a table of the release before, to be found by what they are or by what is in them."""

    def __init__(self, folder: Path, entries: Sequence[Mapping[str, Any]], checked: frozenset[str]) -> None:
        self.folder, self._checked = folder, checked
        self._by_inode: dict[tuple[int, int], Mapping[str, Any]] = {}
        self._by_size: dict[int, list[Mapping[str, Any]]] = {}
        for entry in entries:
            path: Path = folder / entry["path"]
            if path.is_file():
                found = path.stat()
                self._by_inode[found.st_dev, found.st_ino] = entry
                self._by_size.setdefault(entry["bytes"], []).append(entry)

    def find(self, source: Path) -> tuple[Mapping[str, Any] | None, bool]:
        """Find the file with the same bytes, and whether it was checked; one that is damaged by now has others.

        Errors: ``SourceDamagedError``.
        """
        found = source.stat()
        entry = self._by_inode.get((found.st_dev, found.st_ino))
        if entry is not None:
            if entry["path"] in self._checked:
                return entry, True
            if hash_file(source) != entry["sha256"]:
                raise SourceDamagedError(source, self.folder / entry["path"])
            return entry, False
        for like in self._by_size.get(found.st_size, ()):
            if hash_file(source) == like["sha256"] == hash_file(self.folder / like["path"]):
                return like, like["path"] in self._checked
        return None, False


def _verify(table: str, linked: Linked, draft: Path, before: Release | None) -> TableEntry:
    """Check a table's files, or what of them the release before does not vouch for."""
    if before is None or not linked.known or "nulls" not in before.manifest["tables"][table]:
        return verify_table(table, linked.files, draft)
    described = before.manifest["tables"][table]
    entry = TableEntry(tuple(map(read_entry, described["files"])), described["partition_hashes"], described["nulls"])
    return verify_changes(table, linked.files, draft, linked.known, Before(entry, linked.gone))


def _measure_storage(release: Release, before: Release | None) -> dict[str, int]:
    """Measure the tables' files, and how much of that the release before holds as well and was not written again."""
    earlier = [before.path / entry["path"] for entry in list_entries(before.manifest)] if before else []
    known = {path.stat().st_ino for path in earlier if path.is_file()}
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
