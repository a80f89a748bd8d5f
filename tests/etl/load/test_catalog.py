from __future__ import annotations

import contextlib
import inspect
import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest

from etl.load import sql_files as sql_files_module
from etl.load.catalog import CATALOG_NAME, STORAGE_VERSION, build_catalog, is_catalog_usable, render_views
from etl.load.files import unseal_folder
from etl.load.sql_files import SqlCommentError, list_sql_files
from schemas import TABLES
from schemas.columns import list_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from etl.load.reader import Release


@pytest.fixture
def connection(release: Release) -> Iterator[DuckDBPyConnection]:
    with contextlib.closing(release.connect()) as connection:
        yield connection


@pytest.fixture
def copied(release: Release, tmp_path: Path) -> Path:
    """Copy the release to a folder that may be changed; its catalog still names the files of the other one."""
    folder = tmp_path / release.release_id
    shutil.copytree(release.path, folder)
    unseal_folder(folder)
    return folder


@pytest.mark.parametrize("table", TABLES)
def test_view_shows_the_table(release: Release, connection: DuckDBPyConnection, table: str) -> None:
    assert connection.table(table).fetchall() == release.read(table).rows()


def test_every_view_has_a_comment(connection: DuckDBPyConnection) -> None:
    views = connection.sql("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall()
    expected = {name: inspect.getdoc(table) for name, table in TABLES.items()}
    expected |= {file.name: file.description for file in list_sql_files() if not file.is_macro}

    assert dict(views) == expected


def test_every_column_has_a_comment(connection: DuckDBPyConnection) -> None:
    rows = connection.sql(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE database_name = 'paperhouse'"
    ).fetchall()
    comments = {(table, column): comment for table, column, comment in rows}

    assert all(comments.values())
    assert comments["dumps", "byte_count"] == "Size of the raw dump. Unit: bytes."
    assert comments["daily", "page_on"] == "The pages' day; null where its year is unknown."
    for name, table in TABLES.items():
        assert [column for view, column, _ in rows if view == name] == [column.name for column in list_columns(table)]


def test_every_macro_has_a_comment(connection: DuckDBPyConnection) -> None:
    rows = connection.sql(
        "SELECT function_name, comment FROM duckdb_functions() WHERE database_name = 'paperhouse' AND NOT internal"
    ).fetchall()

    assert dict(rows) == {file.name: file.description for file in list_sql_files() if file.is_macro}


def test_every_example_runs(connection: DuckDBPyConnection) -> None:
    for file in list_sql_files():
        connection.sql(file.example).fetchall()


def test_older_clients_can_open_the_file(release: Release) -> None:
    with contextlib.closing(duckdb.connect()) as connection:
        connection.execute(f"ATTACH '{release.catalog}' AS catalog (READ_ONLY)")
        ((tags,),) = connection.sql("SELECT tags FROM duckdb_databases() WHERE database_name = 'catalog'").fetchall()

    assert tags["storage_version"].startswith(STORAGE_VERSION)


def test_file_can_be_opened_for_reading_only(release: Release, connection: DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.InvalidInputException, match="read-only"):
        connection.execute("CREATE TABLE mine (a INT)")
    assert list(release.path.glob("*.wal")) == []


def test_catalog_of_another_folder_is_not_usable(copied: Path, release: Release) -> None:
    assert is_catalog_usable(release.path)
    assert not is_catalog_usable(copied)

    build_catalog(copied)

    assert is_catalog_usable(copied)
    with contextlib.closing(duckdb.connect(copied / CATALOG_NAME, read_only=True)) as connection:
        ((found,),) = connection.sql("SELECT sql FROM duckdb_views() WHERE view_name = 'papers'").fetchall()
    assert str(copied) in found
    assert str(release.path) not in found


@pytest.mark.parametrize("content", [None, b"", b"no database" * 1000])
def test_file_that_is_no_catalog_is_not_usable(copied: Path, content: bytes | None) -> None:
    (copied / CATALOG_NAME).unlink()
    if content is not None:
        (copied / CATALOG_NAME).write_bytes(content)

    assert not is_catalog_usable(copied)


def test_catalog_takes_its_name_only_when_it_is_finished(copied: Path) -> None:
    before = (copied / CATALOG_NAME).read_bytes()
    (copied / "papers" / "part-00000.parquet").unlink()

    with pytest.raises(duckdb.IOException):
        build_catalog(copied)
    assert (copied / CATALOG_NAME).read_bytes() == before


@pytest.mark.parametrize(
    ("comment", "wrong"),
    [
        ("-- Columns as in: papers\n-- Columns:\n--   poems: None.", "poems"),
        ("-- Columns as in: listings", "dump_count"),
        ("-- Columns:\n--   paper_id: The paper.", "dump_count"),
    ],
)
def test_comment_must_speak_of_the_views_own_columns(
    monkeypatch: pytest.MonkeyPatch, copied: Path, tmp_path: Path, comment: str, wrong: str
) -> None:
    (tmp_path / "warehouse" / "macros").mkdir(parents=True)
    view = tmp_path / "warehouse" / "views" / "counts.sql"
    view.parent.mkdir()
    statement = "CREATE VIEW counts AS SELECT paper_id, dump_count FROM papers;"
    view.write_text(f"-- Counts.\n{comment}\n-- Example: FROM counts;\n{statement}", encoding="utf-8")
    monkeypatch.setattr(sql_files_module, "_PACKAGE", tmp_path / "etl")

    with pytest.raises(SqlCommentError, match=wrong):
        build_catalog(copied)


def test_views_are_told_in_markdown() -> None:
    text = render_views()

    for file in list_sql_files():
        section = text.split(f"\n## {file.name}\n", 1)[1].split("\n## ", 1)[0]
        assert section.startswith("\nMacro. " if file.is_macro else "\nView. ")
        assert f"```sql\n{file.example}\n```" in section
        assert all(f"| `{column}` | " in section for column in file.columns)
