from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from etl.load import sql_files as sql_files_module
from etl.load.sql_files import SqlCommentError, SqlFolderMissingError, list_sql_files, read_sql_file, sql_folder

if TYPE_CHECKING:
    from pathlib import Path

VIEW = """\
-- One row per day.
-- Of the pages.
--
-- Columns as in: pages
-- Columns:
--   page_on: The day: as printed.
-- Example: SELECT *
--     FROM daily;
CREATE VIEW daily AS
-- no part of the comment
SELECT 1;
"""


def write_view(folder: Path, text: str) -> Path:
    path = folder / "views" / "daily.sql"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return path


def test_comment_is_taken_apart(tmp_path: Path) -> None:
    view = read_sql_file(write_view(tmp_path, VIEW))

    assert view.name == "daily"
    assert not view.is_macro
    assert view.description == "One row per day. Of the pages."
    assert view.columns_as_in == "pages"
    assert view.columns == {"page_on": "The day: as printed."}
    assert view.example == "SELECT *\n    FROM daily;"
    assert view.text == VIEW


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("-- One row per day.\n-- Of the pages.\n", "", "lacks a description or an example"),
        ("-- Example: SELECT *\n--     FROM daily;\n", "", "lacks a description or an example"),
        ("page_on: The day", "page_on The day", "is not 'column: what it says'"),
    ],
)
def test_comment_in_another_form_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    path = write_view(tmp_path, VIEW.replace(old, new))

    with pytest.raises(SqlCommentError, match=problem) as caught:
        read_sql_file(path)
    assert str(path) in str(caught.value)


def test_clone_has_the_sql_in_warehouse(repo_root: Path) -> None:
    assert sql_folder() == repo_root / "warehouse"


def test_wheel_has_the_sql_inside_etl(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "etl"
    for kind in ("views", "macros"):
        (package / "_warehouse" / kind).mkdir(parents=True)
    monkeypatch.setattr(sql_files_module, "_PACKAGE", package)

    assert sql_folder() == package / "_warehouse"
    assert list_sql_files() == []


def test_lost_sql_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sql_files_module, "_PACKAGE", tmp_path / "etl")

    with pytest.raises(SqlFolderMissingError, match="install the package again"):
        sql_folder()


def test_views_come_before_macros_and_each_by_name() -> None:
    found = [(file.is_macro, file.name) for file in list_sql_files()]

    assert found == sorted(found)
    assert {"listings_full", "daily", "code_links", "papers_of_month"} <= {name for _, name in found}
