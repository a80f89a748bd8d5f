"""What became of the ids of one release in another: papers merged, split and renamed, ids that no longer resolve.

An id is lost when no alias leads from it any more. Where its dump is no longer among the inputs that is how it must
be; where the dump is still there, whoever kept the id was promised that it resolves, and the promise is broken.
"""
# ruff: noqa: S608 - the queries are put together from this module's own words alone

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from etl.load.comparison import is_same_table

if TYPE_CHECKING:
    from etl.load.comparison import Comparer

SHOWN: Final = 20
"""Examples that are named; the numbers are of all."""

_TABLES: Final = ("aliases", "dumps")
_MERGED: Final = "new_id IS NOT NULL GROUP BY new_id HAVING count(DISTINCT old_id) > 1"
_SPLIT: Final = "new_id IS NOT NULL GROUP BY old_id HAVING count(DISTINCT new_id) > 1"


@dataclass(frozen=True)
class PaperMove:
    """Papers before and after that share ids: several that became one, or one that became several."""

    before: list[str]
    after: list[str]


@dataclass(frozen=True)
class IdMoves:
    """What became of all ids; the lists name the first of them, in order."""

    merged: int = 0
    split: int = 0
    renamed: int = 0
    left_with_their_dump: int = 0
    broken: int = 0
    merges: tuple[PaperMove, ...] = ()
    splits: tuple[PaperMove, ...] = ()
    broken_ids: tuple[str, ...] = ()


def follow_ids(comparer: Comparer) -> IdMoves:
    """Follow every id of the release before into the other; afterwards the table ``id_pairs`` has where each leads.

    ``merged`` counts papers after, ``split`` papers before; an alias that one of the releases lacks counts as no move.
    """
    tables = (comparer.before.manifest["tables"], comparer.after.manifest["tables"])
    has_all = all(name in side for name in _TABLES for side in tables)
    if not has_all or is_same_table(tables[0]["aliases"], tables[1]["aliases"]):
        return IdMoves()
    which = "true"
    if "aliases" in comparer.compared:
        # Of a paper none of whose aliases moved there is nothing to tell, and of nearly all papers none did.
        comparer.connection.execute(
            "CREATE TABLE moved_papers AS SELECT DISTINCT unnest([old.paper_id, new.paper_id]) AS paper_id "
            f"FROM {comparer.join_moves('aliases')}"
        )
        which = "paper_id IN (FROM moved_papers) OR alias_id IN (SELECT alias_id FROM moves_aliases)"
    sides = {
        side: f"(SELECT alias_id, paper_id, dump_id FROM ({comparer.select_whole(side, 'aliases')}) WHERE {which})"
        for side in ("before", "after")
    }
    comparer.connection.execute(
        "CREATE TABLE id_pairs AS SELECT alias_id, old.paper_id AS old_id, new.paper_id AS new_id, "
        f"old.dump_id IN (SELECT dump_id FROM ({comparer.select_whole('after', 'dumps')})) AS has_dump "
        f"FROM {sides['before']} AS old LEFT JOIN {sides['after']} AS new USING (alias_id)"
    )
    return IdMoves(
        merged=_count(comparer, f"SELECT new_id FROM id_pairs WHERE {_MERGED}"),
        split=_count(comparer, f"SELECT old_id FROM id_pairs WHERE {_SPLIT}"),
        renamed=_count(
            comparer,
            "SELECT old_id FROM id_pairs WHERE old_id <> new_id "
            f"AND new_id NOT IN (SELECT new_id FROM id_pairs WHERE {_MERGED}) "
            f"AND old_id NOT IN (SELECT old_id FROM id_pairs WHERE {_SPLIT}) GROUP BY old_id",
        ),
        left_with_their_dump=_count(comparer, "SELECT 1 FROM id_pairs WHERE new_id IS NULL AND NOT has_dump"),
        broken=_count(comparer, "SELECT 1 FROM id_pairs WHERE new_id IS NULL AND has_dump"),
        merges=_list_moves(comparer, "list_sort(list(DISTINCT old_id)), [new_id]", _MERGED, "new_id"),
        splits=_list_moves(comparer, "[old_id], list_sort(list(DISTINCT new_id))", _SPLIT, "old_id"),
        broken_ids=tuple(
            alias
            for (alias,) in comparer.connection.execute(
                f"SELECT alias_id FROM id_pairs WHERE new_id IS NULL AND has_dump ORDER BY alias_id LIMIT {SHOWN}"
            ).fetchall()
        ),
    )


def _count(comparer: Comparer, query: str) -> int:
    ((number,),) = comparer.connection.execute(f"SELECT count(*) FROM ({query})").fetchall()
    return int(number)


def _list_moves(comparer: Comparer, columns: str, where: str, order: str) -> tuple[PaperMove, ...]:
    rows = comparer.connection.execute(f"SELECT {columns} FROM id_pairs WHERE {where} ORDER BY {order} LIMIT {SHOWN}")
    return tuple(PaperMove(before, after) for before, after in rows.fetchall())
