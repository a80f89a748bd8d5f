"""``paperhouse describe``: the release in its own words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from schemas import TABLES
from schemas.columns import list_columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def contents(run: Callable, built: Path) -> dict[str, object]:
    return json.loads(run("describe", "--json", "--warehouse", built).stdout)


def test_every_table_stands_there_with_its_rows(contents: dict[str, object]):
    rows = {table["name"]: table["rows"] for table in contents["tables"] if table["kind"] == "table"}
    assert set(rows) == set(TABLES)
    assert (rows["papers"], rows["listings"], rows["dumps"], rows["merges"]) == (2, 2, 2, 0)


def test_views_and_macros_stand_there(contents: dict[str, object]):
    views = {table["name"] for table in contents["tables"] if table["kind"] == "view"}
    assert {"daily", "code_links", "listings_full"} <= views
    assert {"name": "papers_of_month", "parameters": ["year", "month"]}.items() <= next(
        macro for macro in contents["macros"] if macro["name"] == "papers_of_month"
    ).items()


def test_nothing_lacks_its_words(contents: dict[str, object]):
    described = [*contents["tables"], *contents["macros"]]
    columns = [column for table in contents["tables"] for column in table["columns"]]
    assert [one["name"] for one in [*described, *columns] if not one["description"]] == []


def test_columns_have_the_units_and_words_of_the_contract(contents: dict[str, object]):
    shown = {
        (table["name"], column["name"]): (column["unit"], column["description"])
        for table in contents["tables"]
        for column in table["columns"]
    }
    for name, table in TABLES.items():
        for column in list_columns(table):
            assert shown[name, column.name] == (column.unit, column.description)


def test_the_text_names_tables_views_and_macros(run: Callable, built: Path):
    done = run("describe", "--warehouse", built)
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["papers", "table", "2"] in [words[:3] for words in lines]
    assert ["daily", "view"] in [words[:2] for words in lines]
    assert "papers_of_month(year," in [words[0] for words in lines if words]


def test_a_table_shows_its_columns(run: Callable, built: Path):
    done = run("describe", "papers", "--warehouse", built)
    assert done.exit_code == 0
    assert done.stdout.startswith("papers: table, rows: 2\nOne row per distinct paper")
    row = next(line for line in done.stdout.splitlines() if line.startswith("author_count "))
    assert row.split(maxsplit=3) == [
        "author_count",
        "INTEGER",
        "authors",
        "Authors; null where no listing prints them.",
    ]


def test_the_rows_of_a_view_are_counted_when_it_is_named(run: Callable, built: Path):
    described = json.loads(run("describe", "listings_full", "--json", "--warehouse", built).stdout)
    assert (described["kind"], described["rows"]) == ("view", 2)


def test_an_unknown_table_is_misuse_that_names_those_there_are(run: Callable, built: Path):
    done = run("describe", "paper", "--warehouse", built)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no table or view 'paper'" in done.stderr
    assert "papers" in done.stderr
