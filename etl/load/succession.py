"""What a release must meet as the successor of the one before: nothing lost by accident, nothing broken in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import duckdb

from etl.errors import PaperhouseError
from etl.load.intact import is_intact
from etl.load.manifest import compare_rows
from etl.load.release_diff import diff_releases
from schemas.compatibility import Level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from etl.load.reader import Release
    from etl.load.release_diff import ReleaseDiff
    from schemas.compatibility import Difference

INPUT_ROOTS_FACT: Final = "input_roots"
"""The fact that names what a build was told to read; builds with the same one are expected to be of like size."""
LEAST_KEPT_SHARE: Final = 0.5
_GUARDED_TABLES: Final = ("dumps", "listings", "papers")
_SHOWN: Final = 3


class ReleaseShrinksError(PaperhouseError):
    """The same inputs give a much smaller release than before."""

    def __init__(self, table: str, before: int, after: int) -> None:
        """Name the table and its rows before and after."""
        super().__init__(
            f"nothing was published, since from the same inputs table {table} would go from {before} rows to {after}: "
            "put back the dumps that are missing, or allow it with --allow-shrink"
        )


class SchemaBreakError(PaperhouseError):
    """The schemas differ by more than the contract's version says."""

    def __init__(self, diff: ReleaseDiff, differences: Sequence[Difference]) -> None:
        """Name the differences and the version that they need."""
        self.needed_version = diff.needed_version
        super().__init__(
            f"nothing was published, since the tables differ from those of the current release {diff.before} "
            f"({_list(differences)}) by more than contract version {diff.contract_after} after {diff.contract_before} "
            f"says: set CONTRACT_VERSION in schemas/__init__.py to {diff.needed_version}, or build in another warehouse"
        )


class DataBreakError(PaperhouseError):
    """The data change in a way that breaks readers, and nobody said that this is meant."""

    def __init__(self, diff: ReleaseDiff) -> None:
        """Name the breaks and the two ways to declare them."""
        self.needed_version = diff.needed_version
        super().__init__(
            f"nothing was published, since {_list(diff.data_breaks)}, which breaks readers of the current release "
            f"{diff.before}: mend it, or declare it with --accept-break REASON or contract version "
            f"{diff.needed_version}"
        )


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
        if table in _GUARDED_TABLES and rows_after < LEAST_KEPT_SHARE * rows_before
    ]


def diff_with_current(before: Release | None, after: Release, workspace: Path) -> ReleaseDiff | None:
    """Compare a release in the making with the current one; None where there is none, or where it is damaged.

    A damaged release is nothing to be compared with, only to be replaced.
    """
    if before is None:
        return None
    try:
        return diff_releases(before, after, workspace)
    except duckdb.Error:
        if is_intact(before.path):
            raise
        return None


def check_declared(diff: ReleaseDiff, accept_break: str | None) -> None:
    """Refuse a release that breaks readers of the one before, unless that was declared.

    A difference of schemas is declared by the contract's version alone; one of the data also by a reason that somebody
    gives for it, which the release then carries.

    Errors: ``SchemaBreakError``, ``DataBreakError``.
    """
    undeclared = [one for one in diff.schema_differences if not diff.is_declared(one.level)]
    if undeclared:
        raise SchemaBreakError(diff, sorted(undeclared, reverse=True))
    if diff.data_breaks and not accept_break and not diff.is_declared(Level.MAJOR):
        raise DataBreakError(diff)


def _list(differences: Sequence[Difference]) -> str:
    shown = "; ".join(one.sentence for one in differences[:_SHOWN])
    rest = len(differences) - _SHOWN
    return f"{shown}; and {rest} more" if rest > 0 else shown
