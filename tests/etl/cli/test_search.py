from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from etl.load.export import rebuild_views
from etl.load.files import unseal_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def house(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Copy the warehouse, since a search writes into its state."""
    copy = tmp_path_factory.mktemp("search") / "warehouse"
    shutil.copytree(built, copy, symlinks=True)
    rebuild_views(copy / "current")
    yield copy
    unseal_folder(copy / "releases")


def test_the_first_search_builds_the_index_and_finds_papers(run: Callable, house: Path):
    done = run("search", "invented", "signs", "--warehouse", house)
    assert done.exit_code == 0
    assert done.stdout.startswith("1. A second invented paper | with *signs*\n")
    assert "*invent*" not in done.stdout
    assert "Indexing words" in done.stderr
    assert "Indexing words" not in run("search", "invented", "--warehouse", house).stderr


def test_a_snippet_marks_the_words(run: Callable, house: Path):
    done = run("search", "less", "--warehouse", house)
    assert "it says even *less*." in done.stdout
    assert done.stdout.endswith("1 paper found.\n")


def test_json_has_all_that_is_known(run: Callable, house: Path):
    done = run("search", "invented", "--json", "--limit", "1", "--warehouse", house)
    found = json.loads(done.stdout)
    assert found["paper_count"] == 2
    assert set(found["papers"][0]) == {
        "paper_id", "score", "title", "organization_handle", "published_on", "first_listed_on", "abstract",
    }  # fmt: skip


def test_nothing_found_says_what_to_try(run: Callable, house: Path):
    assert "No paper has all of these words: leave one out" in run("search", "zebra", "-w", house).stdout


@pytest.mark.parametrize("question", ['"never ends', "-only", "a*", "\x1b[m*"])
def test_an_unclear_question_is_one_sentence(run: Callable, house: Path, question: str):
    done = run("search", "--warehouse", house, "--", question)
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr


def test_no_words_is_misuse_unless_the_index_alone_is_asked_for(run: Callable, house: Path):
    assert run("search", "--warehouse", house).exit_code == 2
    done = run("search", "--build", "--warehouse", house)
    assert done.exit_code == 0
    assert done.stdout.rstrip().endswith("search.duckdb")


def test_the_sql_command_sees_the_search(run: Callable, house: Path):
    run("search", "--build", "--warehouse", house)
    question = "SELECT p.title FROM search_papers('\"even less\"') AS s JOIN papers AS p ON p.paper_id = s.paper_id"
    done = run("sql", question, "--format", "json", "--warehouse", house)
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [{"title": "A second invented paper | with *signs*"}]


def test_the_sql_command_still_reads_nothing_else(run: Callable, house: Path, tmp_path: Path):
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    run("search", "--build", "--warehouse", house)
    assert run("sql", f"FROM '{tmp_path}/secret.csv'", "--warehouse", house).exit_code == 1


def test_papers_are_narrowed_by_day_and_organisation(run: Callable, house: Path):
    assert "No paper" in run("search", "invented", "--organization", "nobody", "-w", house).stdout
    assert "No paper" in run("search", "invented", "--since", "2999-01-01", "-w", house).stdout
    assert run("search", "invented", "--since", "soon", "-w", house).exit_code == 1
