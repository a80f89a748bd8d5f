from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from etl.load.query import QueryFailedError, QueryRefusedError, QueryTimeoutError, run_select, stream_select
from etl.load.warehouse import Warehouse
from tests.conftest_tables import LADDERS, publish_release

if TYPE_CHECKING:
    from pathlib import Path

    from etl.load.reader import Release

ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) AS a, range(10000000) AS b"


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) AS n FROM papers", [{"n": 4}]),
        ("WITH p AS (SELECT * FROM papers) SELECT count(*) AS n FROM p", [{"n": 4}]),
        ("FROM papers SELECT count(*) AS n", [{"n": 4}]),
        ("-- how many\nSELECT count(*) AS n FROM papers; -- so many", [{"n": 4}]),
        ("VALUES (1)", [{"col0": 1}]),
        (
            "SELECT DISTINCT field FROM variants WHERE field < 'b' UNION SELECT 'z' ORDER BY field DESC LIMIT 1",
            [{"field": "z"}],
        ),
        ("SELECT count(*) AS n FROM listings_full", [{"n": 7}]),
        ("SELECT title FROM listed_since('2025-11-05') ORDER BY title LIMIT 1", [{"title": "Lamps_of [the] *deep*"}]),
        (f"SELECT resolve_paper_id('{LADDERS}') AS id", [{"id": LADDERS}]),
        ("SELECT 'DROP; COPY' AS \"INSERT\"", [{"INSERT": "DROP; COPY"}]),
        ("SELECT count(*) AS n FROM (PIVOT dumps ON status IN ('read') USING count(*) GROUP BY encoding)", [{"n": 2}]),
        (
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT max(n) AS n FROM t",
            [{"n": 3}],
        ),
    ],
)
def test_select_gives_rows(release: Release, sql: str, rows: list[dict[str, object]]) -> None:
    assert run_select(release, sql).to_pylist() == rows


@pytest.mark.parametrize(
    ("sql", "column", "value"),
    [
        ("SHOW TABLES", "name", "listings_full"),
        ("DESCRIBE papers", "column_name", "paper_id"),
        ("SUMMARIZE papers", "column_name", "comment_count"),
        ("EXPLAIN SELECT * FROM papers", "explain_key", "physical_plan"),
        ("explain analyze select 1", "explain_key", "analyzed_plan"),
        ("EXPLAIN (FORMAT json) SELECT 1", "explain_key", "physical_plan"),
        ("EXPLAIN (SELECT 1)", "explain_key", "physical_plan"),
        ("SELECT comment FROM duckdb_views() WHERE NOT internal", "comment", "One row per printed card."),
    ],
)
def test_what_describes_the_release_is_welcome(release: Release, sql: str, column: str, value: str) -> None:
    assert value in run_select(release, sql)[column].to_pylist()


def test_types_are_those_of_the_tables(release: Release) -> None:
    types = run_select(release, "SELECT paper_id, author_count, published_on FROM papers").schema.types

    assert types == [pa.string(), pa.int32(), pa.date32()]


@pytest.mark.parametrize(
    "sql",
    [
        "COPY papers TO '{out}'",
        "COPY (SELECT 1) TO '{out}'",
        "EXPORT DATABASE '{out}'",
        "ATTACH '{out}' AS mine",
        "DETACH paperhouse",
        "USE memory",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET memory_limit = '1TB'",
        "RESET memory_limit",
        "PRAGMA database_list",
        "PRAGMA memory_limit = '1TB'",
        "CALL pragma_version()",
        "CREATE TABLE memory.main.mine AS SELECT 1",
        "CREATE MACRO f() AS 1",
        "INSERT INTO papers SELECT * FROM papers",
        "DELETE FROM papers",
        "UPDATE papers SET title = ''",
        "DROP VIEW papers",
        "CHECKPOINT",
        "VACUUM",
        "BEGIN",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "IMPORT DATABASE '{out}'",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY papers TO '{out}'",
        "",
        "-- nothing",
        ";",
        "EXPLAIN COPY papers TO '{out}'",
        "EXPLAIN ANALYZE COPY papers TO '{out}'",
        "EXPLAIN (ANALYZE) COPY papers TO '{out}'",
        "EXPLAIN (ANALYZE, FORMAT json) COPY papers TO '{out}'",
        "EXPLAIN ANALYZE CREATE TABLE memory.main.mine AS SELECT 1",
        "WITH t AS (COPY (SELECT 1) TO '{out}') SELECT * FROM t",
        "WITH t AS (COPY (SELECT 1) TO '{papers}') SELECT * FROM t",
        "SELECT * FROM (WITH t AS (COPY (SELECT 1) TO '{papers}') SELECT * FROM t)",
        "SELECT (WITH t AS (DELETE FROM papers RETURNING *) SELECT count(*) FROM t)",
        "WITH t AS (INSERT INTO papers SELECT * FROM papers RETURNING *) SELECT * FROM t",
        "WITH t AS (UPDATE papers SET title = '' RETURNING *) SELECT * FROM t",
        "FROM query('WITH t AS (COPY (SELECT 1) TO ''{papers}'') SELECT 1')",
        "SELECT * FROM system.main.query('SELECT 1')",
        "FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "PIVOT dumps ON status USING count(*)",
    ],
)
def test_all_but_one_reading_statement_is_refused(release: Release, tmp_path: Path, sql: str) -> None:
    (papers,) = release.list_files("papers")
    before = papers.read_bytes()

    with pytest.raises(QueryRefusedError, match="only one statement that reads is run here"):
        run_select(release, sql.format(out=tmp_path / "out", papers=papers))
    assert list(tmp_path.iterdir()) == []
    assert papers.read_bytes() == before


@pytest.mark.parametrize("gap", ["/**/", " /* a */ ", "\n-- a\n", "\t"])
def test_comments_hide_no_writing_statement(release: Release, tmp_path: Path, gap: str) -> None:
    for words in (
        "EXPLAIN|ANALYZE|COPY|papers|TO|'{out}'",
        "EXPLAIN|(ANALYZE)|COPY|papers|TO|'{out}'",
        "|COPY|papers|TO '{out}'",
    ):
        with pytest.raises((QueryRefusedError, QueryFailedError)):
            run_select(release, words.replace("|", gap).format(out=tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_blob('{manifest}')",
        "SELECT * FROM read_parquet('{other}')",
        "SELECT * FROM parquet_metadata('{other}')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM query_table('/etc/passwd')",
        "SELECT * FROM read_parquet('https://example.com/a.parquet')",
        "SELECT * FROM duckdb_secrets()",
        "SELECT getenv('HOME')",
        "SELECT * FROM tables",
        "SELECT * FROM enable_logging(storage = 'file', storage_path = '{out}')",
        "SELECT * FROM enable_profiling()",
    ],
)
def test_nothing_but_the_release_can_be_read(release: Release, tmp_path: Path, sql: str) -> None:
    other = tmp_path / "other.parquet"
    other.write_bytes(release.list_files("papers")[0].read_bytes())
    places = {"manifest": release.path / "MANIFEST.json", "other": other, "out": tmp_path / "out"}

    with pytest.raises(QueryFailedError):
        run_select(release, sql.format(**places))
    assert list(tmp_path.iterdir()) == [other]


@pytest.mark.parametrize("folder", ["a[1]", "it's", "x*", "day=1"])
def test_names_of_folders_close_nothing_and_open_nothing(tmp_path: Path, folder: str) -> None:
    release = publish_release(Warehouse(tmp_path / folder / "warehouse"))

    assert run_select(release, "SELECT count(*) AS n FROM listings").to_pylist() == [{"n": 7}]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT tittle FROM papers", 'Binder Error: Referenced column "tittle" not found in FROM clause!'),
        ("SELECT * FROM poems", "Catalog Error: Table with name poems does not exist!"),
        ("SELEC 1", 'Parser Error: syntax error at or near "SELEC"'),
        ("SELECT ?", "Values were not provided"),
        ("SELECT title::INT FROM papers ORDER BY title", "Conversion Error: Could not convert string"),
    ],
)
def test_error_is_duckdbs_in_one_sentence(release: Release, sql: str, message: str) -> None:
    with pytest.raises(QueryFailedError) as caught:
        run_select(release, sql)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "LINE 1" not in str(caught.value)


def test_error_while_rows_are_read_is_told_the_same_way(release: Release) -> None:
    sql = "SELECT CASE WHEN range = 900000 THEN error('enough') ELSE range END AS n FROM range(1000000)"

    with pytest.raises(QueryFailedError, match="enough"), stream_select(release, sql) as batches:
        for _ in batches:
            pass


def test_memory_is_limited_and_nothing_spills(
    monkeypatch: pytest.MonkeyPatch, release: Release, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(QueryFailedError, match="Out of Memory Error"):
        run_select(release, "SELECT * FROM range(50000000) ORDER BY hash(range)", memory_limit="50MB")
    assert list(tmp_path.iterdir()) == []


def test_query_is_stopped_when_its_time_is_over(release: Release) -> None:
    with pytest.raises(QueryTimeoutError, match=r"stopped after 0\.1 s"):
        run_select(release, ENDLESS, timeout=0.1)


def test_query_is_stopped_while_its_rows_are_read(release: Release) -> None:
    with (
        stream_select(release, "SELECT range FROM range(100000000000)", timeout=0.2) as batches,
        pytest.raises(QueryTimeoutError),
    ):
        for _ in batches:
            pass


def test_query_in_time_is_not_stopped(release: Release) -> None:
    assert run_select(release, "SELECT 1 AS n", timeout=600).to_pylist() == [{"n": 1}]


def test_rows_come_in_batches_before_the_query_is_done(release: Release) -> None:
    with stream_select(release, "SELECT range FROM range(100000000000)") as batches:
        first = batches.read_next_batch()

    assert 0 < first.num_rows <= 65_536


def test_session_and_an_open_catalog_do_not_disturb_each_other(release: Release) -> None:
    with contextlib.closing(release.connect()) as connection:
        assert run_select(release, "SELECT count(*) AS n FROM papers").to_pylist() == [{"n": 4}]
        assert connection.sql("SELECT count(*) FROM papers").fetchall() == [(4,)]


def test_settings_of_the_session_are_locked(release: Release) -> None:
    rows = run_select(
        release,
        "SELECT name, value FROM duckdb_settings() WHERE name IN "
        "('lock_configuration', 'enable_external_access', 'autoinstall_known_extensions', 'temp_directory')",
    ).to_pylist()

    assert {row["name"]: row["value"] for row in rows} == {
        "lock_configuration": "true",
        "enable_external_access": "false",
        "autoinstall_known_extensions": "false",
        "temp_directory": "",
    }
