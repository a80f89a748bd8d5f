from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest_tables import GRAPHS, LADDERS, LAMPS, OLD_GRAPHS, TIDES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from etl.load.reader import Release


def read_ids(catalog: DuckDBPyConnection, call: str) -> list[str]:
    return [paper for (paper,) in catalog.sql(f"SELECT paper_id FROM {call}").fetchall()]  # noqa: S608


@pytest.mark.parametrize(
    ("call", "papers"),
    [
        ("papers_of_month(2024, 7)", [LADDERS]),
        ("papers_of_month(2025, 10)", [GRAPHS]),
        ("papers_of_month(2025, 11)", [LAMPS]),
        ("papers_of_month(2025, 12)", []),
        ("papers_of_month(2024, 12)", []),
        ("papers_of_month(month := 7, year := 2024)", [LADDERS]),
        ("papers_of_organization('quiet-ai')", [GRAPHS]),
        ("papers_of_organization('LAMP-LAB')", [LAMPS]),
        ("papers_of_organization('nobody')", []),
        ("listed_since('2025-10-30')", sorted([LADDERS, GRAPHS, LAMPS])),
        ("listed_since(DATE '2025-11-06')", []),
        ("new_since('2025-10-30')", [LAMPS]),
        ("new_since(DATE '2025-11-06')", []),
    ],
)
def test_macro_finds_these_papers(catalog: DuckDBPyConnection, call: str, papers: list[str]) -> None:
    assert read_ids(catalog, call) == papers


def test_listed_since_takes_the_day_itself(catalog: DuckDBPyConnection) -> None:
    assert len(read_ids(catalog, "listed_since('2025-11-05')")) == 3
    assert len(read_ids(catalog, "listed_since('2025-10-29')")) == 4


def test_new_since_takes_the_day_itself_and_the_latest_first(catalog: DuckDBPyConnection) -> None:
    assert read_ids(catalog, "new_since('2025-10-29')") == [LAMPS, *sorted([LADDERS, GRAPHS, TIDES])]


def test_macro_gives_whole_papers(catalog: DuckDBPyConnection, release: Release) -> None:
    for call in (
        "papers_of_month(2024, 7)",
        "papers_of_organization('x')",
        "new_since('2000-01-01')",
        "listed_since('2000-01-01')",
    ):
        assert catalog.sql(f"FROM {call}").columns == release.read("papers").columns


@pytest.mark.parametrize(("alias", "paper"), [(OLD_GRAPHS, GRAPHS), (GRAPHS, GRAPHS), ("0" * 32, None)])
def test_any_id_of_a_paper_resolves(catalog: DuckDBPyConnection, alias: str, paper: str | None) -> None:
    assert catalog.sql(f"SELECT resolve_paper_id('{alias}')").fetchall() == [(paper,)]


def test_ids_resolve_for_whole_columns(catalog: DuckDBPyConnection) -> None:
    rows = catalog.sql("SELECT alias_id, paper_id, resolve_paper_id(alias_id) FROM aliases").fetchall()

    assert len(rows) == 5
    assert all(paper == resolved for _, paper, resolved in rows)
