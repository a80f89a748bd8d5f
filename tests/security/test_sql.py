"""SQL of strangers, and what it can reach."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from etl.cli.sql import limit_memory, sql
from etl.load import query as query_module
from etl.load.query import QueryFailedError, QueryRefusedError, QueryTimeoutError, run_select
from etl.load.warehouse import Warehouse
from tests.conftest_tables import publish_release

if TYPE_CHECKING:
    from etl.load.reader import Release


LONG = "SELECT count(*) FROM range(50000) a, range(50000) b WHERE a.range * b.range = 7"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return publish_release(Warehouse(tmp_path_factory.mktemp("sql") / "warehouse"))


@pytest.mark.parametrize(
    "query",
    ["CREATE TABLE memory.main.mine AS SELECT 1", "SELECT 1; SELECT 2", "SET threads = 1", "CALL pragma_version()"],
)
def test_only_one_reading_statement_is_run(release: Release, query: str):
    with pytest.raises(QueryRefusedError):
        run_select(release, query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_text('/proc/self/environ')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM read_duckdb('/etc/passwd')",
        "SELECT getenv('HOME')",
        "SELECT * FROM enable_logging()",
        "SELECT * FROM enable_profiling()",
        "SELECT * FROM sqlite_scan('a', 'b')",
    ],
)
def test_only_the_release_is_reached_and_no_setting(release: Release, query: str):
    with pytest.raises(QueryFailedError):
        run_select(release, query)


def test_only_the_releases_own_files_are_reached(release: Release):
    state = release.path.parent.parent / "state" / "copy.parquet"
    shutil.copy(release.list_files("papers")[0], state)

    with pytest.raises(QueryFailedError, match="Permission Error"):
        run_select(release, f"FROM read_parquet('{state}')")


def test_no_query_is_hidden_in_a_text(release: Release):
    with pytest.raises(QueryRefusedError, match="could hide another one"):
        run_select(release, "FROM query('SELECT 1')")


def test_no_frame_of_the_program_is_reached(release: Release, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(query_module, "hush", pa.table({"secret": [1]}), raising=False)

    with pytest.raises(QueryFailedError, match="hush does not exist"):
        run_select(release, "SELECT * FROM hush")


def test_a_query_nested_too_deeply_is_refused(release: Release):
    with pytest.raises((QueryRefusedError, QueryFailedError)):
        run_select(release, "SELECT * FROM " + "(SELECT * FROM " * 500 + "papers" + ")" * 500)


def test_a_query_that_takes_too_long_is_stopped(release: Release):
    with pytest.raises(QueryTimeoutError):
        run_select(
            release, "SELECT count(*) FROM range(50000) a, range(50000) b WHERE a.range * b.range = 7", timeout=0.01
        )


def test_the_command_limits_time_and_memory_unasked():
    assert (sql.__kwdefaults__["timeout"], sql.__kwdefaults__["memory"]) == (600, 2048)


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the limit needs Linux")  # noqa: PTH110
def test_one_huge_value_meets_the_systems_limit():
    child = os.fork()
    if child == 0:
        try:
            limit_memory(128)
            bytearray(1 << 30)
        except MemoryError:
            os._exit(7)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7
