"""The differences between two releases as one plain record, and what they ask of the contract's version.

Beside differences of the schemas, two things in the data break readers who changed nothing: ids that no longer resolve
although their dump is still an input, and values that became null in many of the rows that both releases have.
Where dumps left the inputs, the evidence for such a value may have left with them, so that counts as no break.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from etl.load.comparison import MEMORY_LIMITS, open_comparison
from etl.load.id_moves import IdMoves, follow_ids
from etl.load.invariants import BY
from etl.load.memory import ask_in_little_memory
from schemas import TABLES
from schemas.compatibility import Difference, Level, compare_contracts, measure_raise, raise_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from etl.load.comparison import Comparer, TableChanges
    from etl.load.reader import Release

LOST_SHARE: Final = 0.05
"""Of the rows that both releases have, the share whose value in a column may become null before that is a break."""
LEAST_LOST: Final = 20
"""Fewer such rows are no break, whatever share of a small table they are."""
MOST_TOUCHED: Final = 50_000
"""Rows that differ, up to which their ids are listed."""
_OUTSIDE: Final = frozenset({"inputs"})
"""What a file was called, and what was given for it, is the user's to change."""


@dataclass(frozen=True)
class ReleaseDiff:
    """All that differs between two releases."""

    before: str
    after: str
    contract_before: str
    contract_after: str
    tables: Mapping[str, TableChanges]
    ids: IdMoves
    schema_differences: tuple[Difference, ...]
    data_breaks: tuple[Difference, ...]
    touched: Mapping[str, Sequence[str]] | None = None
    """The values of ``etl.load.invariants.BY`` in rows that differ; None where these are very many, or unknown."""

    @property
    def needed(self) -> Level:
        """What level of the contract's version all differences together take."""
        return max((one.level for one in (*self.schema_differences, *self.data_breaks)), default=Level.NONE)

    @property
    def needed_version(self) -> str:
        """The least contract version that declares all differences."""
        return raise_version(self.contract_before, self.needed)

    def is_declared(self, level: Level) -> bool:
        """Tell whether the contract's version was raised enough for a difference of this level."""
        return measure_raise(self.contract_before, self.contract_after) >= level

    def to_plain(self) -> dict[str, Any]:
        """Give everything as plain data for JSON."""
        return {
            "before": self.before,
            "after": self.after,
            "contract": {
                "before": self.contract_before,
                "after": self.contract_after,
                "needed": self.needed_version,
                "schema_differences": [_describe(one) for one in self.schema_differences],
                "data_breaks": [_describe(one) for one in self.data_breaks],
            },
            "tables": {name: asdict(changes) for name, changes in self.tables.items()},
            "ids": asdict(self.ids),
        }


def diff_releases(before: Release, after: Release, workspace: Path) -> ReleaseDiff:
    """Compare two releases; what does not fit in memory goes to the folder ``workspace``.

    Errors: a file that is missing or damaged raises ``duckdb.Error``.
    """

    def diff(memory_limit: str) -> ReleaseDiff:
        with open_comparison(before, after, workspace, memory_limit=memory_limit) as comparer:
            return diff_opened(comparer)

    return ask_in_little_memory(diff, *MEMORY_LIMITS)


def diff_opened(comparer: Comparer) -> ReleaseDiff:
    """Compare two releases that are open side by side, which leaves the tables of keys that moved in the session."""
    before, after = comparer.before.manifest, comparer.after.manifest
    there = {*before["tables"], *after["tables"]}
    names = [*(name for name in TABLES if name in there), *sorted(there - set(TABLES))]
    tables = {name: comparer.compare_table(name) for name in names}
    ids = follow_ids(comparer)
    moved = sum(one.added + one.removed + one.changed for one in tables.values())
    is_whole = before["tables"].keys() == after["tables"].keys() and not any(
        one.incomparable for one in tables.values()
    )
    return ReleaseDiff(
        before=comparer.before.release_id,
        after=comparer.after.release_id,
        contract_before=before["contract_version"],
        contract_after=after["contract_version"],
        tables=tables,
        ids=ids,
        schema_differences=tuple(compare_contracts(before, after)),
        data_breaks=tuple(_find_data_breaks(tables, ids)),
        touched=comparer.list_touched(*BY) if is_whole and moved <= MOST_TOUCHED else None,
    )


def _find_data_breaks(tables: Mapping[str, TableChanges], ids: IdMoves) -> Iterator[Difference]:
    if ids.broken:
        yield Difference(
            Level.MAJOR,
            f"{ids.broken} ids no longer resolve although their dumps are still inputs, e.g. {ids.broken_ids[0]}",
        )
    if "dumps" in tables and tables["dumps"].removed:
        return
    for table, changes in tables.items():
        for name, field in changes.fields.items() if table not in _OUTSIDE else ():
            lost = field.became_null - field.became_known
            if lost >= LEAST_LOST and lost > LOST_SHARE * changes.kept:
                yield Difference(
                    Level.MAJOR,
                    f"{table}.{name} became null in {field.became_null} of the {changes.kept} rows that were there "
                    f"before, and known in {field.became_known}",
                )


def _describe(difference: Difference) -> dict[str, str]:
    return {"level": difference.level.name.lower(), "what": difference.sentence}
