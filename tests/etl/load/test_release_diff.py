from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import hypothesis
import polars as pl
import pytest
from hypothesis import strategies as st

from etl.load import release_diff
from etl.load.changes import FolderNotEmptyError, write_changes
from etl.load.comparison import open_comparison
from etl.load.id_moves import PaperMove
from etl.load.release_diff import LEAST_LOST, ReleaseDiff, diff_opened, diff_releases
from schemas import CONTRACT_VERSION, TABLES
from schemas.changes import Changes
from schemas.compatibility import Level, raise_version
from schemas.validation import find_failures
from tests.conftest_tables import (
    GRAPHS,
    LADDERS,
    LAMPS,
    NOVEMBER,
    OCTOBER,
    OLD_GRAPHS,
    TIDES,
    make_id,
    make_rows,
    make_tables,
)
from tests.etl.load.bare import write_release

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release


def diff_tables(before: dict[str, pl.DataFrame], after: dict[str, pl.DataFrame], folder: Path) -> ReleaseDiff:
    old, new = write_release(before, folder / "old"), write_release(after, folder / "new", partitions=4)
    return diff_releases(old, new, folder)


def read_changes(old: Release, new: Release, folder: Path) -> pl.DataFrame:
    with open_comparison(old, new, folder) as comparer:
        count = write_changes(comparer, diff_opened(comparer), folder / "changes")
    rows = pl.read_parquet(folder / "changes" / "*.parquet")
    assert rows.height == count
    assert find_failures(rows, Changes).is_empty()
    return rows


def test_other_files_of_the_same_rows_differ_in_nothing(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    diff = diff_tables(tables, tables, tmp_path)

    assert all((one.added, one.removed, one.changed) == (0, 0, 0) for one in diff.tables.values())
    assert (diff.needed, diff.needed_version, diff.ids.merged) == (Level.NONE, CONTRACT_VERSION, 0)


def test_rows_and_fields_that_differ_are_counted(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    papers = tables["papers"].with_columns(
        title=pl.when(pl.col("paper_id") == TIDES).then(pl.lit("Ebb")).otherwise("title"),
        submitted_by=pl.when(pl.col("paper_id") == GRAPHS).then(pl.lit("me")).otherwise("submitted_by"),
    )
    after = {**tables, "papers": papers.filter(pl.col("paper_id") != LAMPS)}

    found = diff_tables(tables, after, tmp_path).tables["papers"]

    assert (found.rows_before, found.rows_after) == (4, 3)
    assert (found.added, found.removed, found.changed, found.kept) == (0, 1, 2, 3)
    assert {name: field.changed for name, field in found.fields.items()} == {"title": 1, "submitted_by": 1}
    assert found.null_shares["submitted_by"] == (1.0, 2 / 3)
    assert diff_tables(after, tables, tmp_path / "back").tables["papers"].added == 1


def test_a_comparison_that_cannot_do_with_little_memory_gets_more(
    tables: dict[str, pl.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_diff, "MEMORY_LIMITS", ("1MB", "4GB"))
    test_rows_and_fields_that_differ_are_counted(tables, tmp_path)


def test_null_in_a_key_is_a_value_like_another(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    named = pl.when(pl.col("path") == "0.txt").then(pl.lit("slow")).otherwise("reason")
    after = {**tables, "inputs": tables["inputs"].with_columns(reason=named)}

    found = diff_tables(tables, after, tmp_path).tables["inputs"]

    assert (found.added, found.removed, found.changed) == (0, 0, 1)


def repoint_ids(tables: dict[str, pl.DataFrame], pairs: dict[str, str]) -> dict[str, pl.DataFrame]:
    where = pl.col("alias_id").replace_strict(pairs, default=pl.col("paper_id"))
    return {**tables, "aliases": tables["aliases"].with_columns(paper_id=where)}


def test_merged_and_split_papers_are_found_through_aliases(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    split = repoint_ids(tables, {OLD_GRAPHS: OLD_GRAPHS, TIDES: LADDERS})

    ids = diff_tables(tables, split, tmp_path).ids

    assert (ids.merged, ids.split, ids.renamed, ids.broken) == (1, 1, 0, 0)
    assert ids.merges == (PaperMove(sorted([LADDERS, TIDES]), [LADDERS]),)
    assert ids.splits == (PaperMove([GRAPHS], sorted([GRAPHS, OLD_GRAPHS])),)
    back = diff_tables(split, tables, tmp_path / "back").ids
    assert (back.merged, back.split) == (1, 1)


def test_renamed_paper_is_neither_merged_nor_split(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    renamed = repoint_ids(tables, {GRAPHS: OLD_GRAPHS, OLD_GRAPHS: OLD_GRAPHS})

    ids = diff_tables(tables, renamed, tmp_path).ids

    assert (ids.merged, ids.split, ids.renamed) == (0, 0, 1)


def test_id_that_leaves_with_its_dump_is_no_break(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    after = {
        **tables,
        "aliases": tables["aliases"].filter(pl.col("dump_id") != NOVEMBER),
        "dumps": tables["dumps"].filter(pl.col("dump_id") != NOVEMBER),
    }

    diff = diff_tables(tables, after, tmp_path)

    assert (diff.ids.left_with_their_dump, diff.ids.broken, diff.needed) == (2, 0, Level.NONE)


def test_id_that_is_lost_although_its_dump_is_there_is_a_break(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    diff = diff_tables(tables, {**tables, "aliases": tables["aliases"].filter(pl.col("alias_id") != TIDES)}, tmp_path)

    assert (diff.ids.broken, diff.ids.broken_ids) == (1, (TIDES,))
    assert (diff.needed, diff.needed_version) == (Level.MAJOR, raise_version(CONTRACT_VERSION, Level.MAJOR))
    assert diff.data_breaks[0].sentence.startswith("1 ids no longer resolve although their dumps are still inputs")


def make_many_papers(tables: dict[str, pl.DataFrame], known: int) -> dict[str, pl.DataFrame]:
    """Make 200 papers, so many of them with a known day."""
    one = tables["papers"].row(by_predicate=pl.col("paper_id") == LADDERS, named=True)
    rows = [
        {
            **one,
            "paper_id": make_id(f"paper {number}"),
            "published_on": one["published_on"] if number < known else None,
            "published_year_basis": one["published_year_basis"] if number < known else None,
        }
        for number in range(200)
    ]
    return {**tables, "papers": make_rows("papers", rows)}


@pytest.mark.parametrize(("lost", "is_break"), [(LEAST_LOST - 1, 0), (LEAST_LOST, 1)])
def test_values_that_became_null_are_a_break_from_some_number_on(
    tables: dict[str, pl.DataFrame], tmp_path: Path, lost: int, is_break: int
) -> None:
    before, after = make_many_papers(tables, 200), make_many_papers(tables, 200 - lost)

    diff = diff_tables(before, after, tmp_path)

    assert len(diff.data_breaks) == 2 * is_break, "the day, and how it is known"
    assert diff_tables(after, before, tmp_path / "back").data_breaks == (), "to know more breaks nobody"
    fewer = {**after, "dumps": after["dumps"].filter(pl.col("dump_id") != OCTOBER)}
    assert diff_tables(before, fewer, tmp_path / "fewer").data_breaks == (), "the evidence left with the dump"


def test_every_change_is_written_with_its_key_and_values(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    papers = tables["papers"].with_columns(
        author_count=pl.when(pl.col("paper_id") == LAMPS).then(None).otherwise("author_count").cast(pl.Int32)
    )
    after = repoint_ids({**tables, "papers": papers, "links": tables["links"][1:]}, {TIDES: LADDERS})
    old, new = write_release(tables, tmp_path / "old"), write_release(after, tmp_path / "new")

    rows = read_changes(old, new, tmp_path)

    expected = [
        ("aliases", json.dumps([TIDES]), "changed", "paper_id", TIDES, LADDERS),
        ("links", json.dumps([GRAPHS, 0], separators=(",", ":")), "removed", None, None, None),
        ("papers", json.dumps([LAMPS]), "changed", "author_count", "2", None),
        *(("papers", json.dumps([one]), "merged", None, one, LADDERS) for one in (LADDERS, TIDES)),
    ]
    assert rows.rows() == sorted(expected, key=lambda row: row[:3])


def test_changes_overwrite_nothing(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    release = write_release(tables, tmp_path / "old")

    with (
        open_comparison(release, release, tmp_path) as comparer,
        pytest.raises(FolderNotEmptyError, match="is there already"),
    ):
        write_changes(comparer, diff_opened(comparer), tmp_path)


def test_release_of_another_contract_is_compared_as_far_as_it_goes(
    tables: dict[str, pl.DataFrame], tmp_path: Path
) -> None:
    old, new = write_release(tables, tmp_path / "old"), write_release(tables, tmp_path / "new")
    links = old.manifest["tables"]["links"]
    links["columns"] = [column for column in links["columns"] if column["name"] != "host"]
    links["hash"] = "another"
    del old.manifest["tables"]["near_misses"]

    with open_comparison(old, new, tmp_path) as comparer:
        diff = diff_opened(comparer)

    assert (diff.tables["links"].changed, diff.tables["near_misses"].added) == (0, 1)
    assert {one.sentence for one in diff.schema_differences} == {"column links.host is new", "table near_misses is new"}
    assert (diff.needed_version, diff.is_declared(diff.needed)) == (raise_version(CONTRACT_VERSION, Level.MINOR), False)


values = st.dictionaries(
    st.sampled_from([make_id(f"paper {number}") for number in range(8)]),
    st.tuples(st.sampled_from(["A", "B"]), st.sampled_from([None, "x", "y"])),
)


@pytest.mark.exhaustive
@hypothesis.settings(max_examples=8, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(before=values, after=values)
def test_counts_are_those_of_a_plain_comparison(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, Any], after: dict[str, Any]
) -> None:
    tables, folder = make_tables(), tmp_path_factory.mktemp("pair")
    one = tables["papers"].row(0, named=True)
    sides = [
        {
            **tables,
            "papers": make_rows(
                "papers",
                [{**one, "paper_id": key, "title": title, "submitted_by": by} for key, (title, by) in side.items()],
            ),
        }
        for side in (before, after)
    ]

    found = diff_tables(sides[0], sides[1], folder).tables["papers"]

    kept = before.keys() & after.keys()
    assert found.added == len(after.keys() - before.keys())
    assert found.removed == len(before.keys() - after.keys())
    assert found.changed == sum(before[key] != after[key] for key in kept)
    for place, field in enumerate(("title", "submitted_by")):
        changed = sum(before[key][place] != after[key][place] for key in kept)
        assert (found.fields[field].changed if field in found.fields else 0) == changed


def test_every_table_is_compared(tables: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    assert list(diff_tables(tables, tables, tmp_path).tables) == list(TABLES)
