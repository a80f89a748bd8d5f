"""Linking a build's files into a release in the making; what the release before has already is linked to that one."""

from __future__ import annotations

import stat
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from etl.errors import PaperhouseError
from etl.load.files import flush_file, hash_file, link_file, look_below
from etl.load.manifest import read_entry

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from etl.load.manifest import FileEntry
    from etl.load.reader import Release


class SourceDamagedError(PaperhouseError):
    """A table's file that is one with that of the release before, and was damaged with it."""

    def __init__(self, source: Path, twin: Path) -> None:
        """Name the file by both its names."""
        super().__init__(
            f"{twin} is damaged, and with it {source}, which is the same file: nothing was published; build again, "
            "which makes both anew"
        )


class Linked(NamedTuple):
    """A table's files in the draft, in key order.

    ``known`` are the entries of those that the release before has, too, and that were checked with it; ``gone`` are its
    other files, with theirs.
    """

    files: tuple[Path, ...]
    known: Mapping[Path, FileEntry]
    gone: Mapping[Path, FileEntry]


def link_tables(
    sources: Mapping[str, Sequence[Path]], draft: Path, before: Release | None, checked: frozenset[str]
) -> dict[str, Linked]:
    """Link the files of all tables into the draft.

    A file whose very bytes the release before has is linked to that one, so that the disk holds them once. ``checked``
    are those of its files, by their paths in it, that this code has checked and nobody has touched since.
    Errors: ``SourceDamagedError``.
    """
    looks = look_below(before.path) if before is not None else {}
    tables = before.manifest["tables"] if before is not None else {}
    place = before.path if before is not None else draft
    return {
        table: _link_table(
            draft / table, paths, _Twins(place, tables[table]["files"] if table in tables else (), looks, checked)
        )
        for table, paths in sources.items()
    }


def _link_table(folder: Path, sources: Sequence[Path], twins: _Twins) -> Linked:
    folder.mkdir(parents=True)
    files, known = [], {}
    for source in sources:
        twin, is_checked = twins.find(source)
        target = folder / source.name
        if twin is None:
            link_file(source, target)
            flush_file(target)
        else:
            link_file(twins.place / twin["path"], target)
            if is_checked:
                known[target] = replace(read_entry(twin), path=f"{folder.name}/{target.name}")
        files.append(target)
    flush_file(folder)
    kept = {entry.sha256 for entry in known.values()}
    gone = [entry for entry in twins.entries if entry["sha256"] not in kept]
    if not all(map(twins.is_checked, gone)):  # nothing is sure that was said of the table as a whole
        known = {}
    return Linked(tuple(files), known, {twins.place / entry["path"]: read_entry(entry) for entry in gone})


class _Twins:
    """The files of a table of the release before, to be found by what they are or by what is in them."""

    def __init__(
        self,
        place: Path,
        entries: Sequence[Mapping[str, Any]],
        looks: Mapping[str, os.stat_result],
        checked: frozenset[str],
    ) -> None:
        self.place, self.entries, self._checked = place, entries, checked
        self._by_inode: dict[tuple[int, int], Mapping[str, Any]] = {}
        self._by_size: dict[int, list[Mapping[str, Any]]] = {}
        for entry in entries:
            found = looks.get(entry["path"])
            if found is not None and stat.S_ISREG(found.st_mode):
                self._by_inode[found.st_dev, found.st_ino] = entry
                self._by_size.setdefault(entry["bytes"], []).append(entry)

    def find(self, source: Path) -> tuple[Mapping[str, Any] | None, bool]:
        """Find the file with the same bytes, and whether it was checked; one that is damaged by now has others.

        Errors: ``SourceDamagedError``.
        """
        found = source.stat()
        entry = self._by_inode.get((found.st_dev, found.st_ino))
        if entry is not None:
            is_checked = self.is_checked(entry)
            if not is_checked and hash_file(source) != entry["sha256"]:
                raise SourceDamagedError(source, self.place / entry["path"])
            return entry, is_checked
        for like in self._by_size.get(found.st_size, ()):
            if hash_file(source) == like["sha256"] == hash_file(self.place / like["path"]):
                return like, self.is_checked(like)
        return None, False

    def is_checked(self, entry: Mapping[str, Any]) -> bool:
        """Tell whether a file was checked by this code, and nobody has touched it since."""
        return entry["path"] in self._checked
